"""Which rates fell, said only where it holds however often one looks.

An alert is judged after every import, so a level of 5% would raise a false one sooner or later. As for verdicts
(`metrics/verdicts.py`), the level of one look is so strict that looking daily for months stays below 5%.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach_results.metrics.dispersion import DailyCounts, change_p_value
from outreach_results.metrics.multiple import holm

FIRM = 0.002
"""The two-sided level of one look, corrected for all rates: 0.1% for a fall."""
ALONE = 0.05
"""The level at which a fall still looks like one; what does not has ended."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A rate that fell, as shares (0 to 1); ``is_firm`` where it holds however often one looks."""

    now: float
    before: float
    is_firm: bool


def falls(pairs: Mapping[str, tuple[DailyCounts, DailyCounts]], least: float) -> dict[str, Fall]:
    """Those whose rate fell from their second counts to their first, corrected for all of them (Holm).

    Args:
        least: by which share of the earlier rate at least (0 to 1): a certain fall may be too small to matter.
    """
    p_values = [change_p_value(now, before) for now, before in pairs.values()]
    found = {}
    for (name, (now, before)), alone, among_all in zip(pairs.items(), p_values, holm(p_values), strict=True):
        rate, earlier = now.rate, before.rate
        if rate is None or not earlier or alone is None or among_all is None:
            continue
        if rate <= (1 - least) * earlier and alone <= ALONE:
            found[name] = Fall(rate, earlier, among_all <= FIRM)
    return found
