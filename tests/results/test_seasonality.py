"""At which hours things happen, and how long they take."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select, text

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord
from outreach_results.models import Basis, Filters
from outreach_results.store import schema
from outreach_results.store.engine import set_meta
from support.optional import present
from support.records import at, campaign, email, event, reply

TUESDAY = 6  # of January 2026


def hours(store, filters=None):
    """What happened: (weekday, hour) → (sent, opened, replied), without empty hours."""
    result = results.weekly_activity(store, filters or Filters()).hours
    happened = result[result[list(results.HOURLY_COUNTS)].any(axis="columns")]
    return {
        (row.weekday, row.hour): (row.emails_sent, row.opened, row.replied) for row in happened.itertuples(index=False)
    }


# --- the week ----------------------------------------------------------------------------------------------------


def test_email_counts_once_at_its_first_hour(store):
    load(
        store,
        "x",
        [
            campaign(),
            email("e1", at(TUESDAY, 9, 59)),
            event("opened", at(TUESDAY, 14, 1), email_id="e1", event_id="first"),
            event("opened", at(TUESDAY + 1, 8), email_id="e1", event_id="again"),
            reply("r1", at(TUESDAY + 2, 7), email_id="e1"),
        ],
    )
    assert hours(store) == {(1, 9): (1, 0, 0), (1, 14): (0, 1, 0), (3, 7): (0, 0, 1)}


def test_all_168_hours_are_present(store):
    load(store, "x", [campaign(), email()])
    frame = results.weekly_activity(store, Filters()).hours
    assert list(zip(frame["weekday"], frame["hour"], strict=True)) == [(d, h) for d in range(7) for h in range(24)]
    assert frame["emails_sent"].sum() == 1


def test_hours_are_in_the_reporting_zone(store):
    with store.write() as connection:
        set_meta(connection, "time_zone", "Asia/Tokyo")
    load(store, "x", [campaign(), email(sent_at=at(TUESDAY, 20))])
    assert hours(store) == {(2, 5): (1, 0, 0)}
    assert results.weekly_activity(store, Filters()).zone == "Asia/Tokyo"


def test_humans_only_leaves_out_machine_events(store):
    machine = event("opened", at(TUESDAY, 9, 1), is_machine=True)
    human = event("opened", at(TUESDAY, 19))
    load(store, "x", [campaign(), email(sent_at=at(TUESDAY, 9)), machine, human])
    assert hours(store) == {(1, 9): (1, 1, 0)}
    assert hours(store, Filters(humans_only=True)) == {(1, 9): (1, 0, 0), (1, 19): (0, 1, 0)}


@pytest.mark.parametrize("basis", Basis)
def test_period_uses_activity_day_on_either_basis(store, basis):
    load(store, "x", [campaign(), email(sent_at=at(TUESDAY, 9)), event("opened", at(TUESDAY + 1, 10))])
    day = date(2026, 1, TUESDAY + 1)
    assert hours(store, Filters(start=day, end=day, basis=basis)) == {(2, 10): (0, 1, 0)}


def test_only_the_chosen_campaigns_count(store):
    load(store, "x", [campaign(), email(sent_at=at(TUESDAY, 9)), campaign("other"), email(of="other")])
    assert hours(store, Filters(campaigns=("camp_1",))) == {(1, 9): (1, 0, 0)}
    assert hours(store, Filters(campaigns=("unknown",))) == {}


@pytest.mark.parametrize("humans_only", [False, True])
def test_the_week_sums_to_the_totals_of_the_period(every_sample_store, humans_only):
    filters = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27), humans_only=humans_only)
    week = results.weekly_activity(every_sample_store, filters)
    days = results.daily_stats(every_sample_store, filters)
    for name in results.HOURLY_COUNTS:
        assert week.hours[name].sum() + week.unknown[name] == days[name].sum()
        assert week.hours[name].sum() >= 100


def test_daily_only_counts_are_reported_as_unknown(store):
    daily = DailyRecord("by_day", date(2026, 1, TUESDAY), emails_sent=10, opened=4)
    load(store, "x", [campaign(), email(sent_at=at(TUESDAY, 9)), campaign("by_day", detail="daily"), daily])
    assert hours(store) == {(1, 9): (1, 0, 0)}
    assert results.weekly_activity(store, Filters()).unknown == {"emails_sent": 10, "opened": 4, "replied": 0}


# --- how long things take ----------------------------------------------------------------------------------------


def a_steady_campaign(days=60, per_day=10):
    """Every email is opened: half on its day, three of ten the day after, one each two and five days after."""
    lags = [0] * 5 + [1] * 3 + [2, 5]
    yield campaign()
    for day in range(1, days + 1):
        for n in range(per_day):
            name = f"e{day:03}-{n}"
            yield email(name, at(day, 8))
            if day + lags[n] <= days:
                yield event("opened", at(day + lags[n], 9), email_id=name, is_machine=n == 0)


def test_arrived_share_is_learned_from_the_account(store):
    load(store, "x", a_steady_campaign())
    result = results.maturity_curves(store)
    assert result.last_day == date(2026, 3, 1)
    assert np.allclose(result.by_count["opened"].arrived[:7], [0.5, 0.8, 0.9, 0.9, 0.9, 1.0, 1.0])
    assert result.by_count["opened"].mature_age == 5
    assert set(result.by_count) == {"opened"}, "nothing else has happened"


def test_humans_take_their_own_time(sqlite_store):
    load(sqlite_store, "x", a_steady_campaign())
    humans = results.maturity_curves(sqlite_store, humans_only=True).by_count["opened"]
    assert np.allclose(humans.arrived[:3], [4 / 9, 7 / 9, 8 / 9])


def test_an_account_without_anything_knows_nothing(sqlite_store):
    assert results.maturity_curves(sqlite_store) == results.MaturityCurves({}, None)


def test_a_young_account_knows_nothing_yet(sqlite_store):
    load(sqlite_store, "x", a_steady_campaign(days=10))
    assert results.maturity_curves(sqlite_store).by_count == {}


def test_immature_days_are_the_young_ones(every_sample_store):
    filters = Filters(start=date(2026, 3, 1), end=date(2026, 3, 27), basis=Basis.SEND)
    result = results.maturity_curves(every_sample_store)
    points = results.trends(every_sample_store, filters, ("replied",)).series[0].points
    ages = (pd.Timestamp(present(result.last_day)) - points["date"]).dt.days
    young = (ages < result.by_count["replied"].mature_age) & (points["of"] > 0)
    assert points["is_immature"].tolist() == young.tolist()
    assert young.sum() == 5


# --- what it costs -----------------------------------------------------------------------------------------------


def test_queries_use_the_rollup_keys(sqlite_store):
    """So that what they cost grows with the days of the filters and not with the history of all campaigns."""
    load(sqlite_store, "x", a_steady_campaign(days=20))
    with sqlite_store.read() as connection:
        wanted = schema.campaigns.c.campaign_id
        query = (
            select(func.sum(schema.hourly_stats.c.h09))
            .where(
                schema.hourly_stats.c.campaign_id.in_(select(wanted)),
                schema.hourly_stats.c.metric.in_(["opened"]),
                schema.hourly_stats.c.date >= date(2026, 1, 15),
            )
            .compile(connection.engine, compile_kwargs={"literal_binds": True})
        )
        plan = "\n".join(row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "SEARCH hourly_stats USING PRIMARY KEY (campaign_id=? AND metric=? AND date>?)" in plan
