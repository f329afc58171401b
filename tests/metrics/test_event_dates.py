"""How far a rate by event date is off where sending changes."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results.metrics.event_dates import event_date_bias
from outreach_results.metrics.maturity import MaturityCurve

SLOW = MaturityCurve((*(float(1 - np.exp(-(age + 1) / 5)) for age in range(60)), 1.0), 1_000)


def test_a_steady_pace_has_no_bias():
    assert event_date_bias(np.full(90, 100.0), 28, SLOW) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("growth", [0.25, 1.0, 4.0])
def test_the_bias_is_that_of_simulated_accounts(growth):
    random, rate, period = np.random.default_rng(3), 0.05, 14
    of = np.concatenate([np.full(76, 40_000), np.full(period, 40_000 * growth)]).astype(int)
    replied = random.binomial(of, rate)
    days = np.repeat(np.arange(len(of)), replied) + np.floor(random.exponential(5, replied.sum())).astype(int)
    in_period = ((days >= 76) & (days < 90)).sum()
    shown = in_period / of[-period:].sum()
    assert event_date_bias(of.astype(float), period, SLOW) == pytest.approx(shown / rate, rel=0.03)


def test_nothing_sent_has_no_bias():
    assert event_date_bias(np.array([5.0, 0.0]), 1, SLOW) is None
