"""Percentiles from an average and three quartiles: exact where they are published, honest where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from outreach_results.metrics import Interval, percentile_range, wilson
from outreach_results.metrics.percentiles import quantile_curve, quartile_range
from outreach_results.models import Distribution
from support.optional import present

REPLY = Distribution(average=0.048, p25=0.031, p50=0.045, p75=0.062)  # the contract's
COST = Distribution(average=0.018, p25=0.015, p50=0.017, p75=0.021)
LEFT = Distribution(average=0.942, p25=0.912, p50=0.945, p75=0.968)


def published(values: np.ndarray) -> Distribution:
    p25, p50, p75 = np.quantile(values, [0.25, 0.5, 0.75])
    return Distribution(average=values.mean(), p25=p25, p50=p50, p75=p75)


@pytest.mark.parametrize("community", [REPLY, COST, LEFT])
def test_the_curve_goes_through_the_quartiles_and_back(community):
    curve = quantile_curve(community)
    assert curve is not None
    for share, quartile in ((0.25, community.p25), (0.5, community.p50), (0.75, community.p75)):
        assert curve.share_below(quartile) == pytest.approx(share)
        assert curve.value_at(share) == pytest.approx(quartile)
    shares = np.linspace(0.01, 0.99, 50)
    values = [curve.value_at(share) for share in shares]
    assert values == sorted(values)
    assert [curve.share_below(value) for value in values] == pytest.approx(list(shares))


@pytest.mark.parametrize("community", [REPLY, COST, LEFT])
def test_the_curve_has_the_published_average(community):
    curve = quantile_curve(community)
    assert curve is not None
    average, _ = integrate.quad(curve.value_at, 0, 1, limit=200)
    assert average == pytest.approx(community.average, rel=1e-3)


TRUE = {
    "reply rates": stats.beta(3, 57),
    "delivery rates": stats.beta(40, 2.5),
    "open rates": stats.beta(6, 18),
    "costs": stats.lognorm(0.35, scale=0.018),
    "normal": stats.norm(5, 1),
}


@pytest.mark.parametrize("name", TRUE)
def test_percentiles_are_within_one_point(name):
    truth = TRUE[name]
    p25, p50, p75 = truth.ppf([0.25, 0.5, 0.75])
    curve = quantile_curve(Distribution(average=truth.mean(), p25=p25, p50=p50, p75=p75))
    assert curve is not None
    for share in np.linspace(0.25, 0.75, 30):  # beyond the quartiles nothing is said
        assert curve.share_below(truth.ppf(share)) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("name", ["reply rates", "open rates"])
def test_percentile_range_coverage(name):
    """A community of 200 campaigns, and a campaign of ours that is drawn from it and sends 500 emails."""
    random = np.random.default_rng(17)
    truth, held, widths = TRUE[name], [], []
    for _ in range(1500):
        community = published(truth.rvs(200, random_state=random))
        own = truth.rvs(random_state=random)
        interval = wilson(int(random.binomial(500, own)), 500)
        assert interval is not None
        result = percentile_range(interval, community, sample_size=200)
        assert result is not None
        held.append(result.low <= truth.cdf(own) <= result.high)
        widths.append(result.high - result.low)
    assert np.mean(held) >= 0.95
    assert np.mean(widths) < 0.8  # and it still says something


def test_a_small_community_gives_a_wide_range():
    own = Interval(0.044, 0.046)
    by_size = {size: present(percentile_range(own, REPLY, sample_size=size)) for size in (38, 1247, None)}
    width = {size: result.high - result.low for size, result in by_size.items()}
    assert width[38] > 0.3
    assert 0.05 < width[1247] < 0.12
    assert width[None] < 0.05


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (Interval(-1.0, -1.0), (0.0, 0.25)),
        (Interval(0.01, 0.03), (0.0, 0.25)),
        (Interval(0.063, 0.07), (0.75, 1.0)),
        (Interval(0.9, 1.0), (0.75, 1.0)),
        (Interval(0.01, 0.045), (0.0, 0.5)),
        (Interval(0.045, 0.5), (0.5, 1.0)),
        (Interval(0.01, 0.5), (0.0, 1.0)),
        (Interval(0.031, 0.062), (0.25, 0.75)),
    ],
)
def test_beyond_the_quartiles_only_the_side_is_known(own, expected):
    assert percentile_range(own, REPLY) == pytest.approx(expected)


@pytest.mark.parametrize(
    "community",
    [
        Distribution(),
        Distribution(average=0.05, p50=0.05),
        Distribution(p25=0.06, p50=0.05, p75=0.07),
        Distribution(p25=0.04, p50=0.05, p75=0.045),
    ],
)
def test_bad_quartiles_give_no_percentile(community):
    assert quantile_curve(community) is None
    assert percentile_range(Interval(0.04, 0.05), community) is None
    assert quartile_range(community, 0.5, 100) is None


def test_quartiles_that_are_all_the_same_are_a_step():
    community = Distribution(average=0.05, p25=0.05, p50=0.05, p75=0.05)
    assert percentile_range(Interval(0.02, 0.03), community) == (0.0, 0.25)
    assert percentile_range(Interval(0.06, 0.07), community) == (0.75, 1.0)


def test_without_an_average_the_quartiles_are_enough():
    curve = quantile_curve(Distribution(p25=0.031, p50=0.045, p75=0.062))
    assert curve is not None
    assert curve.share_below(0.062) == pytest.approx(0.75)
    assert (curve.left_tail, curve.right_tail) == (1, 1)


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("size", [38, 400])
def test_quartile_range_coverage(name, size):
    """Of skewed communities too: a tail is stretched for the average, and none is shortened."""
    random, truth = np.random.default_rng(23), TRUE[name]
    held = np.zeros(3)
    for _ in range(500):
        community = published(truth.rvs(size, random_state=random))
        for place, share in enumerate((0.25, 0.5, 0.75)):
            result = quartile_range(community, share, size)
            assert result is not None
            held[place] += result.low <= truth.ppf(share) <= result.high
    # 0.95, less what 500 runs deviate by chance once in a hundred cases, and one point for the unknown shape.
    assert min(held / 500) >= 0.92


def test_quartiles_without_sample_size_are_exact():
    assert quartile_range(REPLY, 0.5, None) == pytest.approx((0.045, 0.045))
