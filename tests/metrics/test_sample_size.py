"""The stated number of emails settles the question as often as it promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.intervals import Interval, wilson_of_share
from outreach_results.metrics.sample_size import (
    Evidence,
    emails_to_settle,
    is_on_par,
    prior_of_quartiles,
    probability_to_settle,
)

COMMUNITY = stats.beta(4, 80)
QUARTILES = [float(q) for q in COMMUNITY.ppf([0.25, 0.5, 0.75])]
PRIOR = prior_of_quartiles(*QUARTILES)


def median_of(sample_size: int | None) -> Interval:
    if sample_size is None:
        return Interval(QUARTILES[1], QUARTILES[1])
    return Interval(*COMMUNITY.ppf(list(wilson_of_share(0.5, sample_size))))


def is_settled(count: int, of: int, median: Interval) -> bool:
    own = wilson_of_share(count / of, of)
    return own.low > median.high or own.high < median.low


@pytest.mark.parametrize("sample_size", [None, 1_000, 100])
def test_the_promise_is_kept(sample_size):
    random, median, settled = np.random.default_rng(1), median_of(sample_size), []
    for _ in range(2_500):
        rate, of = random.beta(4, 80), int(random.integers(50, 1_500))
        count = int(random.binomial(of, rate))
        if is_settled(count, of, median):
            continue
        more = emails_to_settle(Evidence(count, of, PRIOR), median)
        if more is not None:
            settled.append(is_settled(count + random.binomial(more, rate), of + more, median))
    assert len(settled) > 300
    assert 0.75 <= np.mean(settled) <= 0.85


def test_a_vague_median_is_the_bottleneck():
    assert emails_to_settle(Evidence(14, 300, PRIOR), Interval(0.02, 0.09)) is None


def test_more_emails_settle_more():
    known, median = Evidence(18, 300, PRIOR), Interval(0.045, 0.045)
    found = [probability_to_settle(known, more, median) for more in (1, 100, 1_000, 20_000)]
    assert found == sorted(found)
    assert found[-1] > 0.8


def test_on_par_only_where_emails_would_not_help():
    assert is_on_par(Evidence(4_500, 100_000, PRIOR), Interval(0.044, 0.046))
    assert not is_on_par(Evidence(18, 300, PRIOR), Interval(0.045, 0.045))


def test_the_prior_has_about_the_quartiles():
    fitted = stats.beta(PRIOR.successes, PRIOR.failures)
    assert fitted.ppf([0.25, 0.5, 0.75]) == pytest.approx(QUARTILES, rel=0.12)
