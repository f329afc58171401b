"""The body of ``GET /campaigns/:id/breakdown``."""

from __future__ import annotations

from typing import Literal

from outreach_results.models.contract import Model, Rates, Stats
from outreach_results.models.dimensions import Dimension, RowKind


class RateRange(Model):
    """The 95% interval of a rate, rounded to three decimals."""

    low: float
    high: float


class BreakdownRow(Model):
    """One row of a breakdown; ``value`` is None unless the row is of the kind ``value``.

    Of bounces only ``bounced``, ``bounce_rate`` and its interval are given. ``stands_out`` has the rates that differ
    significantly from those of the campaign's other emails.
    """

    kind: RowKind
    value: str | None = None
    stats: Stats
    rates: Rates
    bounce_rate: float | None = None
    positive_replies: int | None = None
    intervals: dict[str, RateRange]
    stands_out: dict[str, Literal["above", "below"]]


class CampaignBreakdown(Model):
    """``GET /campaigns/:id/breakdown``. ``comparisons``: how many ``stands_out`` takes into account."""

    campaign_id: str
    by: Dimension
    comparisons: int
    rows: list[BreakdownRow]
