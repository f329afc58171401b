"""Rare changes to the whole database."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from outreach_results import results
from outreach_results.errors import ConfigError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord, DailyRecord, PlanRecord, Record
from outreach_results.ingest.registry import read_records
from outreach_results.sample import load_sample, sample_files
from outreach_results.store import admin, schema
from support.databases import contents
from support.optional import present
from support.records import at, campaign, email, event, mark, reply
from support.recount import days_of, stored_days

# Around midnight in every zone, and around both changes of the clocks.
MOMENTS = [at(day, hour, 30) for day in (31, 59, 67, 88, 300) for hour in range(0, 24, 3)]
RECORDS: list[Record] = [
    campaign(created_at=at(31, 23)),
    *(email(f"e{n}", moment) for n, moment in enumerate(MOMENTS)),
    *(event("opened", moment, email_id=f"e{n // 2}") for n, moment in enumerate(MOMENTS)),
    *(reply(f"r{n}", moment, email_id=f"e{n}") for n, moment in enumerate(MOMENTS[::5])),
    mark("r0"),
]
ZONES = ["Europe/Zurich", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"]


def open_in(make_store, zone):
    store = make_store()
    with store.write() as connection:
        connection.execute(update(schema.meta).where(schema.meta.c.key == "time_zone").values(value=zone))
    return store


def test_zone_change_dates_all_as_a_fresh_load(make_store):
    store = make_store()
    load(store, "f", RECORDS)
    for zone in ZONES:
        fresh = open_in(make_store, zone)
        load(fresh, "f", RECORDS)
        afresh = contents(fresh)
        assert contents(store) != afresh, zone
        assert admin.change_time_zone(store, zone).key == zone
        assert store.zone().key == zone
        assert contents(store) == afresh, zone
        assert stored_days(store) == days_of(RECORDS, zone), zone


def test_there_and_back_again_changes_nothing(store):
    load(store, "f", RECORDS)
    before = contents(store)
    for zone in (*ZONES, "UTC"):
        admin.change_time_zone(store, zone)
    assert contents(store) == before


def test_a_zone_that_does_not_exist_changes_nothing(store):
    load(store, "f", RECORDS)
    before = contents(store, without=frozenset()), store.version()
    with pytest.raises(ConfigError, match=r"'Mars/Olympus' isn't a time zone\. Use an IANA name such as"):
        admin.change_time_zone(store, "Mars/Olympus")
    assert (contents(store, without=frozenset()), store.version()) == before


def test_days_that_came_as_days_stay_where_they_are(store):
    day = DailyRecord("camp_1", at(5).date(), emails_sent=10)
    load(store, "f", [campaign(detail="daily"), day, reply(email_id=None)])
    before = stored_days(store)
    admin.change_time_zone(store, "Pacific/Kiritimati")
    assert stored_days(store) == before


def test_a_campaign_goes_with_all_that_belongs_to_it(store):
    load(store, "f", [*RECORDS, campaign("camp_2"), email(of="camp_2")])
    with store.write() as connection:
        admin.delete_campaign(connection, "camp_1")
    others = contents(store)
    assert all(row[0] == "camp_2" for rows in others.values() for row in rows)
    assert results.campaign(store, "camp_2").id == "camp_2"
    load(store, "f", RECORDS)
    assert stored_days(store) == days_of([*RECORDS, email(of="camp_2")])


def test_the_sample_goes_and_own_campaigns_stay(store):
    own: list[Record] = [campaign(), email(), event("opened"), reply(), mark()]
    load(store, "own", own)
    before = contents(store)
    assert not admin.has_sample(store)
    load_sample(store)
    assert admin.has_sample(store)
    assert admin.remove_sample(store) == 13
    assert not admin.has_sample(store)
    assert contents(store) == before
    assert admin.remove_sample(store) == 0


OWN_ACCOUNT: list[Record] = [
    PlanRecord("Own", 5, 6),
    BenchmarkRecord("sales-outreach", "open_rate", 0.5, 0.4, 0.5, 0.6, 9, at(1)),
]


def load_samples_account(store):
    """Of the sample its plan and its benchmarks, which is all that these tests are about."""
    [file] = [file for file in sample_files() if file.stem == "account"]
    load(store, "sample data", read_records(file), is_sample=True)


def account(store):
    return contents(store).only("plan", "benchmarks")


@pytest.mark.parametrize("first", ["own", "sample"])
def test_sample_account_never_mixes_with_own_account(store, make_store, first):
    own_only = make_store()
    load(own_only, "own", OWN_ACCOUNT)
    if first == "own":
        load(store, "own", OWN_ACCOUNT)
        load_samples_account(store)
    else:
        load_samples_account(store)
        assert account(store) != account(own_only)
        load(store, "own", OWN_ACCOUNT)
    assert account(store) == account(own_only)
    admin.remove_sample(store)
    assert account(store) == account(own_only)


def test_the_samples_account_goes_with_the_sample(store):
    load_samples_account(store)
    assert present(results.plan_of(store)).name == "Pro"
    admin.remove_sample(store)
    assert results.plan_of(store) is None
    assert results.benchmark_mcps(store) == []
