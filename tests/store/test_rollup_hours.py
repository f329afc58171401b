"""The rollups by hour and by lag: always what a recount of the events says."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from sqlalchemy import func, select, text, update

from outreach_results.ingest.load import load
from outreach_results.models import Basis
from outreach_results.store import admin, rollup, schema
from outreach_results.store.engine import open_store, set_meta
from support.databases import downgrade
from support.records import at, campaign, email, event, reply
from support.recount import days_of, hours_of, lags_of, stored_days, stored_hours, stored_lags


def a_busy_history(seed=1, count=300):
    """Emails of two campaigns over five weeks, with opens, clicks and replies at any hour, some twice, some early."""
    chance = random.Random(seed)
    yield from (campaign(), campaign("camp_2"))
    for n in range(count):
        of = chance.choice(("camp_1", "camp_2"))
        name, sent_at = f"e{n}", at(chance.randint(1, 35), chance.randint(0, 23), chance.randint(0, 59))
        yield email(name, sent_at if chance.random() < 0.95 else None, of=of)
        for kind in ("delivered", "opened", "opened", "clicked", "meeting_booked"):
            if chance.random() < 0.5:
                later = timedelta(minutes=chance.randint(-90, 60 * 24 * 40))
                machine = chance.random() < 0.3
                yield event(
                    kind, sent_at + later, email_id=name, of=of, is_machine=machine, event_id=f"{n}{kind}{later}"
                )
        if chance.random() < 0.3:
            later = timedelta(hours=chance.randint(0, 200))
            sentiment = chance.choice(("automatic", "positive"))
            yield reply(f"r{n}", sent_at + later, email_id=name, of=of, sentiment=sentiment)


def assert_equals_a_recount(store, records, zone="UTC"):
    assert stored_days(store) == days_of(records, zone)
    assert stored_hours(store) == hours_of(records, zone)
    assert stored_lags(store) == lags_of(records, zone)


def test_both_rollups_equal_a_recount(make_store, backend):
    records = list(a_busy_history())
    assert len(hours_of(records)) > 200
    assert len(lags_of(records)) > 200
    for seed in range(3 if backend == "sqlite" else 1):  # the order is up to Python, so that one of PostgreSQL will do
        store = make_store()
        mixed = records[:]
        random.Random(seed).shuffle(mixed)
        campaigns = [record for record in mixed if type(record).__name__ == "CampaignRecord"]
        rest = [record for record in mixed if record not in campaigns]
        for start in range(0, len(rest), 200):
            load(store, "part", [*campaigns, *rest[start : start + 200]])
        assert_equals_a_recount(store, records)


def test_hour_is_local_to_the_reporting_zone(sqlite_store):
    load(sqlite_store, "one", [campaign(), email(sent_at=at(5, 23, 30)), event("opened", at(6, 3, 59))])
    assert stored_hours(sqlite_store) == {
        ("camp_1", "emails_sent", date(2026, 1, 5)): {"h23": 1},
        ("camp_1", "opened", date(2026, 1, 6)): {"h03": 1},
        ("camp_1", "opened_human", date(2026, 1, 6)): {"h03": 1},
    }
    admin.change_time_zone(sqlite_store, "Asia/Kolkata")
    assert stored_hours(sqlite_store) == {
        ("camp_1", "emails_sent", date(2026, 1, 6)): {"h05": 1},
        ("camp_1", "opened", date(2026, 1, 6)): {"h09": 1},
        ("camp_1", "opened_human", date(2026, 1, 6)): {"h09": 1},
    }


def test_another_zone_dates_every_hour_and_lag_anew(store):
    records = list(a_busy_history(count=60))
    load(store, "all", records)
    for zone in ("America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Europe/Zurich"):
        admin.change_time_zone(store, zone)
        assert_equals_a_recount(store, records, zone)


def test_load_in_a_zone_equals_change_to_it(make_store):
    records, loaded_there = list(a_busy_history(count=60)), make_store()
    with loaded_there.write() as connection:
        set_meta(connection, "time_zone", "America/New_York")
    load(loaded_there, "all", records)
    assert_equals_a_recount(loaded_there, records, "America/New_York")


def test_first_open_gives_hour_and_lag(store):
    late, early = event("opened", at(8, 20)), event("opened", at(6, 7), event_id="earlier")
    load(store, "late", [campaign(), email(sent_at=at(5, 9)), late])
    assert stored_lags(store)["camp_1", "opened", date(2026, 1, 5)] == {"l03": 1}
    load(store, "early", [early])
    assert stored_lags(store)["camp_1", "opened", date(2026, 1, 5)] == {"l01": 1}
    assert ("camp_1", "opened", date(2026, 1, 8)) not in stored_hours(store)
    assert stored_hours(store)["camp_1", "opened", date(2026, 1, 6)] == {"h07": 1}


def test_lags_of_a_month_or_more_share_last_column(store):
    load(store, "x", [campaign(), email(sent_at=at(1)), event("replied", at(30)), event("clicked", at(90))])
    assert stored_lags(store)["camp_1", "replied", date(2026, 1, 1)] == {"l29": 1}
    assert stored_lags(store)["camp_1", "clicked", date(2026, 1, 1)] == {"l30": 1}


def test_event_before_sending_has_lag_zero(store):
    load(store, "x", [campaign(), email(sent_at=at(5, 0, 1)), event("opened", at(4, 23, 59))])
    assert stored_lags(store)["camp_1", "opened", date(2026, 1, 5)] == {"l00": 1}


def test_hours_and_lags_sum_to_the_days(every_sample_store):
    """The same emails, split in other ways: no count may differ."""
    hours, lags, days = (stored(every_sample_store) for stored in (stored_hours, stored_lags, stored_days))
    assert hours
    assert lags
    for (campaign_id, metric, day), of_day in hours.items():
        assert sum(of_day.values()) == days[campaign_id, Basis.ACTIVITY, day][metric]
    for (campaign_id, metric, day), of_day in lags.items():
        assert sum(of_day.values()) == days[campaign_id, Basis.SEND, day][metric]
    opened = Counter[str]()
    for (campaign_id, metric, _), of_day in hours.items():
        if metric == "opened":
            opened[campaign_id] += sum(of_day.values())
    with every_sample_store.read() as connection:
        table = schema.daily_stats.c
        known_by_event = select(schema.campaigns.c.campaign_id).where(schema.campaigns.c.detail == "events")
        query = (
            select(table.campaign_id, func.sum(table.opened))
            .where(table.basis == Basis.ACTIVITY, table.campaign_id.in_(known_by_event))
            .group_by(table.campaign_id)
        )
        assert opened == {row[0]: int(row[1]) for row in connection.execute(query) if row[1]}


def test_removed_campaign_takes_hours_and_lags_along(writable_sample):
    assert stored_hours(writable_sample)
    admin.remove_sample(writable_sample)
    assert not stored_hours(writable_sample)
    assert not stored_lags(writable_sample)


def test_older_database_gets_its_hours_when_opened(new_database):
    """Taken back to the tables before, and opened again."""
    url, records = new_database(), list(a_busy_history(count=60))
    store = open_store(url, new_zone="Asia/Kolkata")
    load(store, "all", records)
    downgrade(store, "0003")
    with store.read() as connection:
        tables = {name for (name,) in connection.execute(text(TABLES[store.is_sqlite]))}
        assert "daily_stats" in tables
        assert "hourly_stats" not in tables
    store.close()
    again = open_store(url)
    assert_equals_a_recount(again, records, "Asia/Kolkata")
    with again.read() as connection:
        assert connection.execute(select(func.count()).where(schema.events.c.occurred_hour.is_(None))).scalar() == 0
    late = event("opened", at(70, 1), email_id="e1", of=records[3].campaign_id, event_id="late")
    load(again, "more", [*records, late])
    assert_equals_a_recount(again, [*records, late], "Asia/Kolkata")
    again.close()


TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def test_rebuilding_mends_whatever_was_wrong(store):
    records = list(a_busy_history(count=60))
    load(store, "all", records)
    with store.write() as connection:
        connection.execute(update(schema.hourly_stats).values(h00=99))
        connection.execute(update(schema.lag_stats).values(l00=99))
    assert stored_hours(store) != hours_of(records)
    with store.write() as connection:
        rollup.rebuild_all(connection)
    assert_equals_a_recount(store, records)
