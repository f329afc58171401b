"""Shares of emails: nothing to divide by is None, never 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results import metrics
from outreach_results.models import Rates, Stats


def test_ratio_without_denominator_is_none():
    assert metrics.ratio(1, 4) == 0.25
    assert metrics.ratio(0, 4) == 0
    assert metrics.ratio(4, 0) is None
    assert metrics.ratio(None, 4) is None
    assert metrics.ratio(4, None) is None


def test_rates_are_those_of_the_contract(golden):
    assert metrics.rates(Stats(**golden("stats")["stats"])) == Rates(**golden("stats")["rates"])


def test_what_is_not_tracked_has_no_rate():
    rates = metrics.rates(Stats(emails_sent=10, opened=4))
    assert set(rates.model_dump().values()) == {None}
    rates = metrics.rates(Stats(emails_sent=10, delivered=0))
    assert rates.model_dump() == dict.fromkeys(metrics.RATES) | {"delivery_rate": 0.0}


def test_every_rate_has_a_definition():
    assert set(metrics.RATES) == set(Rates.model_fields)
    assert {of.denominator for name, of in metrics.RATES.items() if name != "delivery_rate"} == {"delivered"}


@given(st.builds(Stats, **{name: st.none() | st.integers(0, 10**6) for name in Stats.model_fields}))
def test_rates_are_rounded_to_three_decimals(stats):
    for name, rounded in metrics.rates(stats).model_dump().items():
        exact = metrics.rate_of(stats, name)
        assert (exact is None) == (rounded is None)
        assert exact is None or rounded == round(exact, 3)


def test_an_unknown_rate_is_an_error():
    with pytest.raises(ValueError, match="Rates has no happiness_rate"):
        Rates.of({"open_rate": 0.5, "happiness_rate": 1.0})


def test_an_unknown_rate_of_a_remote_answer_is_ignored():
    assert Rates.model_validate({"open_rate": 0.5, "happiness_rate": 1.0}) == Rates.of({"open_rate": 0.5})


def rolling(count: list[float | None], of: list[float | None], window: int) -> list[float | None]:
    rates = metrics.rolling_rate(np.array(count, dtype=np.float64), np.array(of, dtype=np.float64), window)
    return [None if np.isnan(value) else value for value in rates.tolist()]


def test_no_days_have_no_rolling_rates():
    assert rolling([], of=[], window=7) == []


def test_rates_of_single_days_need_deliveries():
    assert rolling([1, 1, 1], of=[4, 0, None], window=1) == [0.25, None, None]


def test_rolling_rates_weight_days_by_delivered():
    assert rolling([5, 0, 0], of=[10, 90, 0], window=2) == [0.5, 0.05, 0.0]


@pytest.mark.parametrize("delivered", [[10, None, 10], [10, 0, 10]])
def test_rolling_rates_skip_half_known_days(delivered):
    assert rolling([5, None, 5], of=delivered, window=3) == [0.5, 0.5, 0.5]
    assert rolling([5, 9, 9], of=[10, None, None], window=3) == [0.5, 0.5, 0.5]
