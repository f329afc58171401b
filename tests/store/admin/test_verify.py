"""Comparing two databases: equal ones are equal, and what differs is named by table and campaign."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, update

from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store import schema
from outreach_results.store.admin.verify import COMPARED, checksums, verify
from outreach_results.store.engine import set_meta
from support.records import campaign, email, event, reply

RECORDS: list[Record] = [
    campaign("a"),
    email(of="a"),
    reply(of="a", body="Yes"),
    campaign("b"),
    email(of="b"),
    event("opened", of="b"),
]


@pytest.fixture
def two_equal(make_store):
    one, other = make_store(), make_store()
    load(one, "together", RECORDS)
    load(other, "b first", RECORDS[3:])
    load(other, "then a", RECORDS[:3])
    for store in (one, other):
        with store.write() as connection:  # the history of imports is not the same
            connection.execute(delete(schema.loads))
            connection.execute(delete(schema.audit_log))
            for table in schema.metadata.sorted_tables:
                if "load_no" in table.c:
                    connection.execute(update(table).values(load_no=None))
    return one, other


def comparisons(source, target, **options):
    with source.read() as one, target.read() as other:
        return {compared.table: compared for compared in verify(one, other, **options)}


def differing(source, target):
    return {table: result.differing for table, result in comparisons(source, target).items() if result.differing}


def test_the_same_rows_in_another_order_are_equal(two_equal):
    result = comparisons(*two_equal)
    assert list(result) == [table.name for table in COMPARED]
    assert not any(one.differing for one in result.values())
    assert [(result[name].rows, result[name].rows_in_target) for name in ("campaigns", "events")] == [(2, 2), (2, 2)]


def test_a_changed_value_names_table_and_campaign(two_equal):
    with two_equal[1].write() as connection:
        connection.execute(update(schema.replies).values(body="No"))
    assert differing(*two_equal) == {"replies": ("a",)}


def test_a_missing_row_names_table_and_campaign(two_equal):
    with two_equal[1].write() as connection:
        connection.execute(delete(schema.events).where(schema.events.c.campaign_id == "b"))
    assert differing(*two_equal) == {"events": ("b",)}


def test_a_row_of_no_campaign_is_named_by_its_table(two_equal):
    with two_equal[1].write() as connection:
        connection.execute(insert(schema.plan).values(name="pro", email_limit=5, price=1))
    assert differing(*two_equal) == {"plan": ("",)}


def test_facts_of_one_database_do_not_count(two_equal):
    with two_equal[1].write() as connection:
        set_meta(connection, "sync_lease", "held")
        set_meta(connection, "copy", "state")
    assert differing(*two_equal) == {}
    with two_equal[1].write() as connection:
        set_meta(connection, "time_zone", "Asia/Tokyo")
    assert differing(*two_equal) == {"meta": ("",)}


def test_known_checksums_are_not_read_again(two_equal):
    source, target = two_equal
    with source.read() as connection:
        known = {schema.replies: checksums(connection, schema.replies)}
    doing = []
    comparisons(source, target, known=known, on_progress=doing.append)
    assert "reading replies" not in doing
    assert {"reading events", "comparing replies"} <= set(doing)
