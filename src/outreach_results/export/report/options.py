"""Who a report is from, and what may be in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from outreach_results.store.brand import Brand


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The brand, and whether names and addresses of the people who replied are in the report."""

    brand: Brand = field(default_factory=Brand)
    with_names: bool = False
