"""Which campaigns exceed a limit, when many are looked at at once."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from scipy.special import bdtrc

from outreach_results.metrics.dispersion import DailyCounts, dispersion
from outreach_results.metrics.multiple import benjamini_hochberg, holm
from outreach_results.metrics.tails import at_least

MIN_EVENTS = 3
"""Fewer events never raise an alarm: one unsubscribe among five emails is no evidence."""

FALSE_DISCOVERIES = 0.1
"""The expected share of false alarms among all alarms, were every other campaign just at the limit.

Healthy campaigns are well below it, so that hardly any of them raises one; a smaller share would miss more real ones.
"""

SIGNIFICANT_ALONE = 0.05
"""How often a campaign at the limit is above it by chance, if it is the only one that is looked at."""


FIRM = 0.001
"""The level at which an alert is raised, of one look at all campaigns together.

What is shown on a page is judged when somebody looks; an alert is judged after every import, for months. At the levels
above, healthy campaigns would raise a false one in most quarters.
"""


class Finding(StrEnum):
    """The result of comparing a campaign's count with a limit."""

    ALARM = "alarm"
    """Above the limit, also when all campaigns that were looked at are taken into account."""
    WATCH = "watch"
    """Above the limit if it were the only campaign; among many, chance may explain it."""
    NONE = "none"


def exceedance_p_value(count: int, of: int, limit: float) -> float:
    """How often a campaign at the limit has at least this many events: the exact binomial test, one-sided."""
    return float(bdtrc(count - 1, of, limit)) if count > 0 else 1.0


def exceeding(counts: Sequence[tuple[int, int] | None], limit: float) -> list[Finding]:
    """Judge many campaigns against one limit.

    Args:
        counts: for each campaign its events and the emails they could come from; None where not known.
        limit: the share that is still fine, between 0 and 1.

    Returns:
        A finding for each campaign, in the same order.
    """
    p_values = [None if pair is None or not pair[1] else exceedance_p_value(*pair, limit) for pair in counts]
    findings = []
    for pair, alone, among_all in zip(counts, p_values, benjamini_hochberg(p_values), strict=True):
        if pair is None or alone is None or among_all is None or pair[0] < MIN_EVENTS or alone > SIGNIFICANT_ALONE:
            findings.append(Finding.NONE)
        else:
            findings.append(Finding.ALARM if among_all <= FALSE_DISCOVERIES else Finding.WATCH)
    return findings


def firmly_exceeding(days: Sequence[DailyCounts | None], limit: float) -> list[bool]:
    """Which campaigns exceed a limit so surely that it holds however often one looks.

    Other than for `exceeding`, emails of one day may be alike (their counts have the dispersion of all the campaigns'
    days), and the chance of any false one among them is bounded (Holm) instead of their share.

    Args:
        days: of each campaign its events and the emails they could come from, day by day; None where not known.
        limit: the share that is still fine, between 0 and 1.
    """
    factor = dispersion([one for one in days if one is not None]).factor
    p_values = [None if one is None or one.whole <= 0 else _firm_p_value(one, limit, factor) for one in days]
    return [
        one is not None and among_all is not None and one.total >= MIN_EVENTS and among_all <= FIRM
        for one, among_all in zip(days, holm(p_values), strict=True)
    ]


def _firm_p_value(days: DailyCounts, limit: float, factor: float) -> float:
    mean = days.whole * limit
    return at_least(days.total, mean, mean * (1 - limit) * factor)
