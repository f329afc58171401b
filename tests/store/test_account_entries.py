"""What people enter of the account counts before what a source says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.models import Plan
from outreach_results.store.account_entries import enter_days_off, enter_plan

OWN = Plan(name="Own", email_limit=5, price_usd=9.5)


def test_an_entered_plan_counts(writable_sample):
    before = results.plan_of(writable_sample)
    enter_plan(writable_sample, OWN)
    assert results.plan_of(writable_sample) == OWN
    enter_plan(writable_sample, None)
    assert results.plan_of(writable_sample) == before != OWN


def test_a_plan_that_cannot_be_right_is_refused(store):
    with pytest.raises(QueryError, match="limit of a plan"):
        enter_plan(store, OWN.model_copy(update={"email_limit": -1}))
    assert results.plan_of(store) is None


def test_forecasts_expect_nothing_on_days_off(writable_sample):
    march, now = date(2026, 3, 1), datetime(2026, 3, 27, 12, tzinfo=UTC)
    rest = [date(2026, 3, day) for day in range(28, 32)]
    before = results.outlook(writable_sample, march, now=now)
    enter_days_off(writable_sample, rest)
    after = results.outlook(writable_sample, march, now=now)
    assert before.forecast is not None
    assert after.forecast is not None
    assert after.forecast != before.forecast
    assert after.forecast == results.outlook(writable_sample, march, now=now, days_off=frozenset(rest)).forecast
