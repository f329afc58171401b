"""The filters that every page, answer and export shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from outreach_results.models.contract import Basis


@dataclass(frozen=True, slots=True)
class Filters:
    """The question every page, answer and export shares.

    ``campaigns`` is None for all of them; ``start`` and ``end`` are inclusive local dates, None for open ends.
    """

    campaigns: tuple[str, ...] | None = None
    start: date | None = None
    end: date | None = None
    basis: Basis = Basis.ACTIVITY
    humans_only: bool = False

    def of(self, campaign_id: str) -> Filters:
        """The same question about one campaign."""
        return replace(self, campaigns=(campaign_id,))
