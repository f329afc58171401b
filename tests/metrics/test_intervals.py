"""Intervals, checked against scipy and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.intervals import ratio_interval, two_sided_t, two_sided_z, wilson, wilson_of_share


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.99])
def test_z_is_that_of_the_normal_distribution(confidence):
    assert two_sided_z(confidence) == pytest.approx(stats.norm.ppf((1 + confidence) / 2))


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 8, 13, 30, 100, 5000])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_t_is_that_of_student_to_one_percent(confidence, degrees):
    assert two_sided_t(confidence, degrees) == pytest.approx(stats.t.ppf((1 + confidence) / 2, degrees), rel=0.01)


@pytest.mark.parametrize("count", [0, 1, 5, 20, 39, 40])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_wilson_is_scipys(count, confidence):
    theirs = stats.binomtest(count, 40).proportion_ci(confidence, method="wilson")
    assert wilson(count, 40, confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.25, 0.94])
@pytest.mark.parametrize("of", [40, 400, 4000])
def test_wilson_coverage(share, of):
    counts = np.arange(of + 1)
    holds = [(interval := wilson(int(n), of)) is not None and interval.low <= share <= interval.high for n in counts]
    assert stats.binom.pmf(counts, of, share)[holds].sum() == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize(("count", "of"), [(None, 5), (3, None), (0, 0), (6, 5), (-1, 5)])
def test_where_there_is_no_share_there_is_no_interval(count, of):
    assert wilson(count, of) is None


def test_a_share_need_not_be_a_whole_number_of_cases():
    assert wilson_of_share(0.25, 38).low < wilson_of_share(0.25, 380).low < 0.25
    assert wilson_of_share(12 / 40, 40) == wilson(12, 40)


def test_ratio_interval_coverage():
    random = np.random.default_rng(11)
    truth, held = 0.02, []
    for _ in range(2000):
        sent = random.poisson(random.uniform(20, 200, 20)) + 1.0
        cost = sent * truth * random.lognormal(-0.02, 0.2, 20)
        ratio = cost.sum() / sent.sum()
        interval = ratio_interval(ratio, ((cost - ratio * sent) ** 2).sum(), sent.sum(), 20)
        held.append(interval.low <= truth <= interval.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_a_price_that_never_changes_has_no_spread():
    assert ratio_interval(0.02, 0.0, 500, 10) == (0.02, 0.02)
    assert ratio_interval(0.02, -1e-18, 500, 10) == (0.02, 0.02)


def test_a_ratio_of_one_day_has_no_interval():
    with pytest.raises(ValueError, match="One day"):
        ratio_interval(0.02, 0.0, 500, 1)
