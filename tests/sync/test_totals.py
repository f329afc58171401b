"""Servers without an export that can be read, and servers without a list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.models import Detail, Filters
from outreach_results.store.engine import Store
from support import faulty_server as faults
from support.faulty_server import FaultyServer, remote_campaign
from support.records import CAMPAIGN
from support.recount import days_of, stored_days
from support.syncing import RECORDS, bodies, files_of, publish, replies_here, sync_from

# --- without an export -----------------------------------------------------------------------------------------------


def test_without_export_totals_are_imported(remote: FaultyServer, store: Store) -> None:
    remote.campaigns["camp_1"] = remote_campaign(replies=250)
    remote.longest_page = 20
    report = sync_from(remote.url, store)
    assert report.failed == {}
    assert report.notes["camp_1"] == [
        f"Totals only. {remote.url[7:]} answered 404 Not Found to /campaigns/camp_1/export: it does not have that."
    ]
    result = results.campaign(store, "camp_1")
    assert (result.name, result.mcp, result.detail) == ("Remote campaign", "sales-outreach", Detail.DAILY)
    assert len(replies_here(store)) == 250
    shown = results.replies(store, "camp_1", per_page=100).replies
    assert [reply.id for reply in shown[:2]] == ["reply_0250", "reply_0249"]


def test_missing_daily_counts_are_null(remote: FaultyServer, store: Store) -> None:
    remote.campaigns["camp_1"] = remote_campaign()
    sync_from(remote.url, store)
    totals = results.campaign_stats(store, "camp_1")
    assert totals.stats.opened == 4  # two days say 3 and 2: one email was opened on both
    assert totals.stats.delivered == 9
    assert totals.costs.total_byok_usd == 0.5
    one_day = results.campaign_stats(
        store,
        "camp_1",
        Filters(start=datetime(2026, 1, 30).date(), end=datetime(2026, 1, 30).date()),  # noqa: DTZ001
    )
    assert (one_day.stats.emails_sent, one_day.stats.opened) == (6, 3)
    assert (one_day.stats.delivered, one_day.stats.bounced, one_day.stats.clicked) == (None, None, None)


def test_a_day_that_the_server_takes_back_goes(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["camp_1"] = remote_campaign()
    sync_from(remote.url, sqlite_store)
    days = remote.campaigns["camp_1"].daily
    while days:
        days.pop()
        assert sync_from(remote.url, sqlite_store).changed == 1
        assert len(results.campaign_daily(sqlite_store, "camp_1").daily) == len(days)


EXPORT_OF_ANOTHER_KIND = {
    "other JSON": b'{"emails": [{"id": "e1"}]}',
    "a later version": b'{"meta": {"format": "outreach-results/9"}, "campaign": {}}',
    "a list": b"[]",
    "no JSON": b"PK\x03\x04 binary",
    "nothing": b"",
    "other columns": b"id,when\n1,2\n",
}


@pytest.mark.parametrize("content", EXPORT_OF_ANOTHER_KIND.values(), ids=EXPORT_OF_ANOTHER_KIND)
def test_unreadable_export_falls_back_to_totals(remote: FaultyServer, sqlite_store: Store, content: bytes) -> None:
    remote.campaigns["camp_1"] = remote_campaign(exports={"json": content, "csv": content})
    report = sync_from(remote.url, sqlite_store)
    assert report.is_complete
    assert report.notes["camp_1"] == [f"Totals only. {remote.url[7:]} exports JSON in a form that cannot be read here."]
    assert results.campaign(sqlite_store, "camp_1").detail is Detail.DAILY
    remote.requests.clear()
    assert sync_from(remote.url, sqlite_store).unchanged == 1
    assert bodies(remote) == []


def test_csv_in_our_columns_is_read_without_json(remote: FaultyServer, origin: Store, store: Store) -> None:
    publish(remote, origin, formats=("csv",))
    assert sync_from(remote.url, store).notes == {}
    assert files_of(store).without("account.json") == files_of(origin).without("account.json")


def test_a_csv_without_length_is_not_read(remote: FaultyServer, origin: Store, sqlite_store: Store) -> None:
    publish(remote, origin, formats=("csv",))
    remote.trouble("/export.*csv", faults.without_length())
    sync_from(remote.url, sqlite_store)
    assert results.campaign(sqlite_store, CAMPAIGN).detail is Detail.DAILY


def test_events_replace_totals_once_readable(remote: FaultyServer, origin: Store, store: Store) -> None:
    publish(remote, origin, formats=())
    sync_from(remote.url, store)
    assert results.campaign(store, CAMPAIGN).detail is Detail.DAILY
    publish(remote, origin)
    sync_from(remote.url, store)
    assert stored_days(store) == stored_days(origin) == days_of(RECORDS)
    assert results.campaign(store, CAMPAIGN).detail is Detail.EVENTS


def test_known_events_stay_without_the_export(remote: FaultyServer, origin: Store, store: Store) -> None:
    publish(remote, origin)
    sync_from(remote.url, store)
    before = files_of(store)
    publish(remote, origin, formats=())
    assert sync_from(remote.url, store).is_complete
    assert files_of(store) == before
    assert stored_days(store) == days_of(RECORDS)


# --- a server without a list -----------------------------------------------------------------------------------------


def test_campaigns_named_once_are_remembered(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.lists_campaigns = False
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    report = sync_from(remote.url, sqlite_store)
    assert report.problem is not None
    assert "does not list its campaigns. Name them: outreach-results sync --campaign ID." in report.problem

    assert sync_from(remote.url, sqlite_store, "a", "b", "a").campaigns == 2
    result = results.campaign(sqlite_store, "a")
    assert (result.name, result.mcp) == ("a", None)
    assert result.created_at == datetime(2026, 1, 30, tzinfo=UTC)
    assert sync_from(remote.url, sqlite_store).unchanged == 2


def test_known_campaign_stays_without_list(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["a"] = remote_campaign()
    sync_from(remote.url, sqlite_store)
    remote.lists_campaigns = False
    remote.campaigns["a"].stats["stats"]["opened"] = 5
    sync_from(remote.url, sqlite_store)
    assert results.campaign(sqlite_store, "a").name == "Remote campaign"


def test_renamed_campaign_is_renamed_here(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["a"] = remote_campaign()
    sync_from(remote.url, sqlite_store)
    remote.campaigns["a"].name = "Renamed"
    sync_from(remote.url, sqlite_store)
    assert results.campaign(sqlite_store, "a").name == "Renamed"
