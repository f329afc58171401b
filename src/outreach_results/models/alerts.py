"""The body of ``GET /alerts``."""

from __future__ import annotations

from outreach_results.models.contract import Instant, Model


class OpenAlert(Model):
    """One row of ``GET /alerts``.

    Attributes:
        kind: of the rule that raised it; ``title`` is what alerts of this kind have in common.
        campaign_id: None where it is about the account.
        name: of the campaign or the synced account; text that people wrote.
        what, next_step: a sentence each, as of ``since``.
        count: more than 1 only for positive replies, which stand together by campaign.
    """

    kind: str
    title: str
    campaign_id: str | None = None
    name: str | None = None
    what: str
    next_step: str
    count: int = 1
    since: Instant


class OpenAlerts(Model):
    """``GET /alerts``: those whose cause lasts, the oldest first."""

    alerts: list[OpenAlert]
