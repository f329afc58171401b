"""The tables: what the revisions build is what the code believes, and the rules of distribution hold."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import DateTime, insert, inspect, select

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store import schema
from outreach_results.store.admin import deletion
from outreach_results.store.column_types import Instant
from outreach_results.store.engine import MIGRATIONS, open_store
from support.databases import downgrade
from support.records import campaign, email, emails, event, reply
from support.recount import days_of, stored_days

BEFORE_IS_REPLY = "0009"


def differs(_context, _inspected, _column, result, wanted):
    """Like alembic's own comparison, which does not know that our instants are integers on SQLite."""
    return False if isinstance(wanted, Instant) else None


OF_ONE_KIND = {"sqlite": {"inbox_of_words"}, "postgresql": {"inbox_by_words"}}
"""Indexes that only one kind of database has."""


def compared(store):
    """How what is there is compared with the schema."""

    def is_meant(_item, name, kind, _is_reflected, _other):
        # SQLite's full-text table, and the tables in which it keeps its index, are its own.
        return not (kind == "table" and name.startswith(schema.FULL_TEXT)) and name not in of_the_other_kind(store)

    return {"compare_type": differs, "compare_server_default": True, "include_object": is_meant}


def of_the_other_kind(store):
    return set().union(*OF_ONE_KIND.values()) - OF_ONE_KIND[store.engine.dialect.name]


def test_revisions_build_exactly_the_schema(store):
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts=compared(store))
        assert compare_metadata(context, schema.metadata) == []


def test_the_comparison_would_see_a_missing_column(store):
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE plan ADD COLUMN color TEXT")
        context = MigrationContext.configure(connection, opts=compared(store))
        assert [change[0] for change in compare_metadata(context, schema.metadata)] == ["remove_column"]


def test_every_constraint_is_built_too(store):
    with store.read() as connection:
        result = inspect(connection)
        for table in schema.metadata.sorted_tables:
            assert result.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
            assert {key["name"] for key in result.get_foreign_keys(table.name)} == {
                key.name for key in table.foreign_key_constraints
            }
            there = {index["name"] for index in result.get_indexes(table.name)}
            assert there == {index.name for index in table.indexes} - of_the_other_kind(store)


def test_types_of_instants(store):
    with store.read() as connection:
        [kind] = [column["type"] for column in inspect(connection).get_columns("emails") if column["name"] == "sent_at"]
    assert isinstance(kind, DateTime) is not store.is_sqlite


def test_keys_begin_with_the_campaign():
    for table in schema.metadata.sorted_tables:
        if "campaign_id" in table.c:
            assert next(iter(table.primary_key)).name == "campaign_id", table.name
            assert not any(index.unique for index in table.indexes), table.name
        for key in table.foreign_key_constraints:
            assert key.column_keys[0] == "campaign_id", key.name


def test_instants_are_utc_to_the_microsecond(store):
    moment = datetime(2026, 1, 31, 14, 23, 5, 123456, tzinfo=UTC)
    row = {"load_id": "x", "source": "s", "started_at": moment, "finished_at": moment}
    with store.write() as connection:
        connection.execute(insert(schema.loads), row | {"inserted": 0, "duplicate": 0, "rejected": 0})
    with store.read() as connection:
        result = connection.execute(select(schema.loads.c.started_at)).scalar_one()
    assert result == moment
    assert result.tzinfo is UTC


def test_older_database_knows_who_is_one_person(new_database):
    url = new_database()
    store = open_store(url)
    addresses = ["Ada@Acme.example", " ada@acme.example\t", "STRAßE@acme.example", "ÄDA@acme.example", None]
    load(store, "all", [campaign(), *(email(f"e{n}", recipient=one) for n, one in enumerate(addresses))])
    keys = select(schema.emails.c.recipient_key).order_by(schema.emails.c.email_id)
    with store.read() as connection:
        loaded = connection.execute(keys).scalars().all()
    downgrade(store, "0010")
    store.close()
    again = open_store(url)
    with again.read() as connection:
        assert connection.execute(keys).scalars().all() == loaded
    assert loaded == ["ada@acme.example", "ada@acme.example", "strasse@acme.example", "äda@acme.example", None]
    again.close()


def test_older_database_counts_hidden_replies(new_database):
    """Taken back to the tables in which an event and a reply of one id shared one row, and opened again."""
    url = new_database()
    store = open_store(url)
    records: list[Record] = [
        campaign(),
        *emails(2),
        event("opened", event_id="r1"),
        reply("r1"),
        reply("r2", email_id="e2"),
    ]
    load(store, "all", records)
    with store.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE_IS_REPLY)
        kept = connection.exec_driver_sql("SELECT event_id, type FROM events ORDER BY 1").all()
        assert list(map(tuple, kept)) == [("r1", "opened"), ("r2", "replied")]
    store.close()
    again = open_store(url)
    with again.read() as connection:
        event_row = schema.events.c
        result = connection.execute(select(event_row.event_id, event_row.type, event_row.is_reply))
        assert sorted(map(tuple, result)) == [
            ("r1", "opened", False),
            ("r1", "replied", True),
            ("r2", "replied", True),
        ]
    assert stored_days(again) == days_of(records)
    again.close()


def test_an_older_database_counts_deleted_replies(new_database):
    """Before campaigns could be deleted, every reply counted."""
    url = new_database()
    store = open_store(url)
    load(store, "all", [campaign(), email("e1"), reply("r1"), campaign("other"), reply("r2", of="other")])
    everything = select(schema.inbox_stats).order_by(*schema.inbox_stats.primary_key)
    with store.read() as connection:
        before = connection.execute(everything).all()
    deletion.delete(store, "other")
    downgrade(store, "0020")
    store.close()
    again = open_store(url)
    with again.read() as connection:
        assert connection.execute(everything).all() == before
    assert len(results.all_campaigns(again)) == 2
    again.close()
