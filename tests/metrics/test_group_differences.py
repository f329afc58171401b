"""Groups that differ from the others are named, those that are alike hardly ever, and campaigns are not confused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from outreach_results.metrics.dispersion import DailyCounts, dispersion
from outreach_results.metrics.group_differences import GroupCounts, group_differences
from support.clustered import outcomes, volumes
from support.optional import present

DAYS = 28
RATES = (0.05, 0.4, 0.02)
"""Of replies, opens and bounces."""

Counts = NDArray[np.float64]


def measure(count: Counts, of: Counts) -> GroupCounts:
    """Daily counts (groups, campaigns, days) as the product sums them up."""
    days = [DailyCounts(*pair) for pair in zip(count.reshape(-1, DAYS), of.reshape(-1, DAYS), strict=True)]
    return GroupCounts(count.sum(axis=2), of.sum(axis=2), dispersion(days))


def view(
    seed: int, groups: int, campaigns: int, *, tiny: int = 0, a_day: float = 40, icc: float = 0.01, first: float = 1
) -> list[GroupCounts]:
    """Replies, opens and bounces of groups that are alike within each campaign, but for the rates of the first one."""
    random = np.random.default_rng(seed)
    size = np.where(np.arange(groups) < groups - tiny, 1, 0.03)[:, None] * random.choice(
        [0.3, 1, 2], (groups, campaigns)
    )
    of = np.array([[volumes(random, DAYS, a_day * part) for part in row] for row in size])
    level = random.beta(5, 95, campaigns) / 0.05
    times = np.where(np.arange(groups) == 0, first, 1)[:, None] * level
    measures = []
    for rate in RATES:
        count = [
            [outcomes(random, of[g, c], min(0.95, rate * times[g, c]), icc) for c in range(campaigns)]
            for g in range(groups)
        ]
        measures.append(measure(np.array(count, dtype=np.float64), of.astype(np.float64)))
    return measures


def claims(measures: list[GroupCounts]) -> int:
    return sum(difference.direction != 0 for of_rate in group_differences(measures) for difference in of_rate)


ALIKE = {
    "two variants of a campaign": (2, 1, 0, 0.01),
    "ten mailboxes in three campaigns": (10, 3, 0, 0.01),
    "mostly tiny domains": (20, 1, 15, 0.01),
    "mostly tiny domains, independent emails": (20, 1, 15, 0.0),
    "days that differ much": (8, 2, 0, 0.03),
}


@pytest.mark.parametrize(("groups", "campaigns", "tiny", "icc"), ALIKE.values(), ids=ALIKE)
def test_among_groups_alike_none_is_named(groups: int, campaigns: int, tiny: int, icc: float) -> None:
    runs = 100
    false = np.mean([claims(view(seed, groups, campaigns, tiny=tiny, icc=icc)) > 0 for seed in range(runs)])
    assert false <= 0.05 + 2.33 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize(("first", "a_day", "icc"), [(0.5, 60, 0.0), (0.5, 60, 0.01), (2, 40, 0.01)])
def test_half_or_double_the_replies_is_named(first: float, a_day: float, icc: float) -> None:
    views = [group_differences(view(seed, 4, 2, a_day=a_day, icc=icc, first=first))[0][0] for seed in range(60)]
    assert np.mean([difference.direction == np.sign(first - 1) for difference in views]) >= 0.7


def p_value(count: list[list[float]], of: list[list[float]]) -> float:
    ((difference, *_),) = group_differences([GroupCounts(np.array(count), np.array(of), judged=1)])
    return present(difference.p_value)


@pytest.mark.parametrize("count", [0, 1, 3, 6, 12, 16])
def test_one_campaign_is_fishers_exact_test(count: int) -> None:
    """The tail of the hypergeometric distribution, to which the one with its mean and variance comes close."""
    own, others, replies = 200, 1800, 60
    exact = stats.hypergeom(own + others, replies, own)
    theirs = min(1.0, 2 * min(exact.sf(count - 1), exact.cdf(count)))
    ours = p_value([[count], [replies - count]], [[own], [others]])
    assert ours >= 0.9 * theirs
    assert ours <= max(1.3 * theirs, stats.norm.sf(abs(count - exact.mean()) / exact.std()) * 2.1)


def test_a_few_replies_too_many_are_no_finding():
    """One reply where a tenth was due has 3 standard errors, and happens in every tenth group."""
    assert p_value([[1], [99]], [[2], [1998]]) == pytest.approx(2 * (1 - 0.95**2), rel=0.05)


def test_a_group_in_the_best_campaign_is_not_the_best():
    """Half of each campaign's replies, as it has half of its emails: only the campaigns differ."""
    count, of = np.array([[90.0, 1.0], [10.0, 9.0]]), np.array([[900.0, 100.0], [100.0, 900.0]])
    assert count.sum(axis=1).tolist() == [91, 19]
    ((first, second),) = group_differences([GroupCounts(count, of)])
    assert (first.direction, second.direction) == (0, 0)
    assert (first.p_value, present(first.others)) == (1.0, pytest.approx(0.9 * 0.1 + 0.1 * 0.01))


def test_without_others_in_a_campaign_nothing_is_said():
    count, of = np.array([[50.0, 0.0], [0.0, 5.0]]), np.array([[1000.0, 0.0], [0.0, 1000.0]])
    ((first, second),) = group_differences([GroupCounts(count, of)])
    assert (first.p_value, first.others, second.p_value) == (None, None, None)


def test_holm_counts_every_row_of_every_rate():
    """What is significant as the only comparison is not among four of two rates."""
    one = GroupCounts(np.array([[33.0], [40.0]]), np.array([[1000.0], [2000.0]]), judged=1)
    ((alone,),) = group_differences([one])
    assert (alone.direction, present(alone.p_value) < 0.05) == (1, True)
    same = GroupCounts(np.array([[20.0], [20.0], [20.0]]), np.array([[1000.0]] * 3))
    (among, *_), _ = group_differences([one, same])
    assert among.p_value == pytest.approx(4 * present(alone.p_value))
    assert among.direction == 0


def test_days_that_differ_make_it_less_certain():
    count, of = np.array([[30.0], [90.0]]), np.array([[1000.0], [1000.0]])
    calm = dispersion([DailyCounts(np.full(30, 2.0), np.full(30, 66.0))])
    wild = dispersion([DailyCounts(np.tile([0.0, 4.0], 15), np.full(30, 66.0))])
    of_calm, of_wild = (group_differences([GroupCounts(count, of, spread)])[0][0] for spread in (calm, wild))
    assert present(of_calm.p_value) < present(of_wild.p_value)


def test_more_outcomes_than_emails_count_as_all():
    """By event date a group can have more replies than emails of the period."""
    ((first, _),) = group_differences([GroupCounts(np.array([[12.0], [3.0]]), np.array([[10.0], [10.0]]))])
    assert 0 < present(first.p_value) < 0.05
