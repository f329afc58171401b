"""Bulk writing, the same on every database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from outreach_results.models import COST_COLUMNS
from outreach_results.store import column_types, schema
from outreach_results.store.engine import open_store
from outreach_results.store.write import Encoder, insert_new, merge
from support.databases import sqlite_url

COLUMNS = ("name", "email_limit", "price")
NASTY = "tab\t newline\n back\\slash \\. \\N 'quote' \"double\" %s :id 日本語 🙂 ‮"


def plans(store):
    with store.read() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(*(schema.plan.c[name] for name in COLUMNS)).order_by(schema.plan.c.name)
            )
        ]


def test_only_rows_with_new_keys_count_as_inserted(store):
    with store.write() as connection:
        assert insert_new(connection, schema.plan, COLUMNS, [("a", 1, 1), ("b", 2, 2)]) == 2
        assert insert_new(connection, schema.plan, COLUMNS, [("b", 9, 9), ("c", 3, 3)]) == 1
        assert insert_new(connection, schema.plan, COLUMNS, []) == 0
    assert plans(store) == [("a", 1, 1), ("b", 2, 2), ("c", 3, 3)]


def test_merge_takes_each_value_by_its_own_condition(store):
    rules = {"email_limit": "{new} > {old}", "price": "{new} < {old}"}
    with store.write() as connection:
        merge(connection, schema.plan, COLUMNS, [("a", 5, 5), ("b", 5, 5)], rules)
        merge(connection, schema.plan, COLUMNS, [("a", 7, 7), ("b", 3, 3)], rules)
    assert plans(store) == [("a", 7, 5), ("b", 5, 3)]


def test_any_text_is_written_as_it_is(store):
    row = ("c", NASTY, None, datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), "events", False)
    columns = ("campaign_id", "name", "mcp", "created_at", "created_on", "detail", "is_sample")
    with store.write() as connection:
        encoder = Encoder(connection, ZoneInfo("UTC"))
        insert_new(connection, schema.campaigns, columns, [(*row[:3], encoder.instant(row[3]), *row[4:])])
    with store.read() as connection:
        assert tuple(connection.execute(select(*(schema.campaigns.c[name] for name in columns))).one()) == row


def test_texts_are_compared_byte_by_byte(store):
    columns = ("campaign_id", "email_id", "name", *COST_COLUMNS)
    campaign_columns = ("campaign_id", "name", "created_at", "created_on", "detail", "is_sample")

    def email(name):
        return ("c", "e", name, 0, 0, 0)

    with store.write() as connection:
        now, today, _ = Encoder(connection, ZoneInfo("UTC")).dated(datetime(2026, 1, 1, tzinfo=UTC))
        insert_new(
            connection,
            schema.campaigns,
            campaign_columns,
            [("c", "C", now, today, "events", False)],
        )
        for name in ("a", "B", "é", "z", "Z"):
            merge(connection, schema.emails, columns, [email(name)], {"name": "{new} > {old}"})
        assert connection.execute(select(schema.emails.c.name)).scalar() == "é"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_an_instant_is_dated_in_the_zone(store, zone):
    moment = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    with store.write() as connection:
        day = Encoder(connection, ZoneInfo(zone)).day(moment)
        assert Encoder(connection, ZoneInfo(zone)).day(None) is None
    assert str(day) == moment.astimezone(ZoneInfo(zone)).date().isoformat()


@given(st.integers(0, 2 * 10**15).map(lambda n: timedelta(microseconds=n)))
def test_microseconds_since_1970_are_exact(since):
    assert timedelta(microseconds=column_types.to_micros(column_types.EPOCH + since)) == since


@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Asia/Kathmandu"])
@given(moment=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_comes_with_its_local_date_and_hour(sqlite_connection, zone, moment):
    local = moment.astimezone(ZoneInfo(zone))
    dated = Encoder(sqlite_connection, ZoneInfo(zone)).dated(moment)
    assert dated == (column_types.to_micros(moment), local.date().isoformat(), column_types.local_hour(local))


@pytest.fixture(scope="module")
def sqlite_connection(sqlite_template):
    store = open_store(sqlite_url(sqlite_template))
    with store.read() as connection:
        yield connection
    store.close()
