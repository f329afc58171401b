"""How sure a value is, checked against an independent implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm, t

from outreach_results import metrics

counts = st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counts, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_a_wilson_interval_is_the_textbooks(counted, confidence):
    count, of = counted
    expected = binomtest(count, of).proportion_ci(confidence, method="wilson")
    found = metrics.wilson(count, of, confidence)
    assert found.low == pytest.approx(expected.low, abs=1e-12)
    assert found.high == pytest.approx(expected.high, abs=1e-12)


@given(counts)
def test_an_interval_holds_its_share_and_stays_within_0_and_1(counted):
    count, of = counted
    low, high = metrics.wilson(count, of)
    assert 0 <= low <= count / of + 1e-12
    assert count / of - 1e-12 <= high <= 1
    assert low < high


def test_more_cases_make_it_narrower():
    widths = [metrics.wilson(n // 4, n) for n in (4, 40, 400, 4_000)]
    assert [high - low for low, high in widths] == sorted((high - low for low, high in widths), reverse=True)


@pytest.mark.parametrize(("count", "of"), [(None, 10), (5, None), (5, 0), (0, 0), (11, 10), (-1, 10)])
def test_where_there_is_no_share_there_is_no_interval(count, of):
    assert metrics.wilson(count, of) is None


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.999])
def test_the_normal_distribution_is_the_textbooks(confidence):
    assert metrics.two_sided_z(confidence) == pytest.approx(norm.ppf((1 + confidence) / 2))


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 30, 100])
def test_students_distribution_is_the_textbooks_to_one_percent(degrees):
    expected = t.ppf(0.975, degrees)
    assert metrics.two_sided_t(0.95, degrees) == pytest.approx(expected, rel=1e-9 if degrees <= 2 else 0.01)
