"""Which groups of emails have another rate than the others, compared within each campaign.

A group is compared with the emails of the other groups in the same campaign (Mantel and Haenszel 1959), because
campaigns differ anyway: a mailbox that sent for the best campaign is not the best mailbox. Given what a campaign's
emails brought in all, the count of a group that is like the others has a known mean and variance; the variances are
multiplied by the dispersion of the daily counts.

Normal tails are too short where few outcomes are expected. So the tail is also taken from a distribution with this mean
and variance that counts have: binomial where the variance is below the mean, else negative binomial. The larger of the
two p-values counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from outreach_results.metrics.dispersion import NO_DISPERSION, Dispersion
from outreach_results.metrics.multiple import holm
from outreach_results.metrics.tails import at_least

Floats = NDArray[np.float64]

SIGNIFICANT = 0.05
"""The chance of any false claim among all comparisons of one breakdown."""


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """What the groups of emails brought, campaign by campaign.

    Args:
        count: (groups, campaigns) emails that count, such as replies.
        of: (groups, campaigns) emails that could have brought one.
        spread: the dispersion of the daily counts.
        judged: how many of the groups, from the first on, are compared; the others are only what they differ from.
    """

    count: Floats
    of: Floats
    spread: Dispersion = NO_DISPERSION
    judged: int | None = None


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """How a group differs from the others.

    Attributes:
        direction: 1 above the others of the same campaigns, -1 below, 0 if not significantly either.
        others: the rate that the others of the same campaigns have, each campaign weighted by the group's emails in it.
        p_value: corrected for all comparisons; None, as ``others``, where there is nothing to compare.
    """

    direction: int
    others: float | None
    p_value: float | None


def group_differences(measures: Sequence[GroupCounts]) -> list[list[GroupDifference]]:
    """Judge the groups by several measures, such as reply and open rate, together (Holm's correction over all).

    Returns:
        For each measure, the difference of each judged group.
    """
    standardized = [_standardized(measure) for measure in measures]
    corrected = iter(holm([difference.p_value for one in standardized for difference in one]))
    return [[_corrected(difference, next(corrected)) for difference in one] for one in standardized]


def _corrected(difference: GroupDifference, p_value: float | None) -> GroupDifference:
    is_significant = p_value is not None and p_value <= SIGNIFICANT
    return replace(difference, direction=difference.direction if is_significant else 0, p_value=p_value)


def _standardized(measure: GroupCounts) -> list[GroupDifference]:
    """Of each judged group, the difference with the p-value that it has alone."""
    # By event date a count can exceed the emails it is divided by; a share cannot.
    count, of = np.minimum(measure.count, measure.of), measure.of
    total, whole = count.sum(axis=0), of.sum(axis=0)
    judged = len(of) if measure.judged is None else measure.judged
    found = []
    for own, own_of in zip(count[:judged], of[:judged], strict=True):
        compared = (own_of > 0) & (own_of < whole)
        if not compared.any():
            found.append(GroupDifference(0, None, None))
            continue
        n, every, here = own_of[compared], whole[compared], float(own[compared].sum())
        share = total[compared] / every
        others = float((n * (total - own)[compared] / (every - n)).sum() / n.sum())
        mean = float((n * share).sum())
        variance = float((n * (every - n) / every * share * (1 - share)).sum())
        found.append(GroupDifference(int(np.sign(here - mean)), others, _p_value(here, mean, variance, measure.spread)))
    return found


def _p_value(count: float, mean: float, variance: float, spread: Dispersion) -> float | None:
    if variance <= 0:
        return None
    normal = spread.two_sided_p((count - mean) / sqrt(variance * spread.factor))
    return max(normal, _two_sided_tail(count, mean, variance * spread.factor))


def _two_sided_tail(count: float, mean: float, variance: float) -> float:
    """Twice the chance of a count this far out or farther, of counts with this mean and variance."""
    above, below = at_least(count, mean, variance), 1 - at_least(count + 1, mean, variance)
    return min(1.0, 2 * min(above, below))
