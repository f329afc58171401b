"""Spreading the tables over a Citus cluster: what it would run, and where it refuses."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event
from typer.testing import CliRunner

from outreach_results.cli import main
from outreach_results.errors import StoreBusyError, StoreError
from outreach_results.store import schema
from outreach_results.store.admin.distribute import Placement, distribute, placement, statements
from outreach_results.store.engine import Store, open_store
from support.databases import contents

TABLES = schema.metadata.sorted_tables


def tables_in(pattern, already=()):
    return [result[1] for statement in statements(already) if (result := re.match(pattern, statement))]


def test_campaign_tables_are_distributed():
    with_campaign = {table.name for table in TABLES if "campaign_id" in table.c}
    assert {"campaigns", "emails", "events", "replies", "annotations", "sync_state"} <= with_campaign
    distributed = tables_in(r"SELECT create_distributed_table\('(\w+)', 'campaign_id', colocate_with => '\w+'\)$")
    assert set(distributed) == with_campaign
    assert len(distributed) == len(with_campaign)


def test_other_tables_are_references_or_local():
    without = {table.name for table in TABLES if "campaign_id" not in table.c}
    references = {"benchmarks", "campaign_labels", "clients", "deleted_campaigns", "label_rules", "plan"}
    assert set(tables_in(r"SELECT create_reference_table\('(\w+)'\)$")) == references
    local = {table.name for table in TABLES if placement(table) is Placement.LOCAL}
    assert (
        local
        == without - references
        == {
            *("api_keys", "loads", "meta", "rejected_rows", "saved_mappings", "sign_ins", "sync_runs", "sync_sources"),
            *("audit_log", "forgotten_people", "saved_views", "share_links", "team_members"),
        }
    )
    assert not any(f"'{name}'" in statement for name in local for statement in statements())


def test_all_tables_lie_beside_the_campaigns():
    beside = dict(re.findall(r"table\('(\w+)', 'campaign_id', colocate_with => '(\w+)'\)", "\n".join(statements())))
    assert beside.pop("campaigns") == "none"
    assert set(beside.values()) == {"campaigns"}
    assert len(beside) > 5


def test_tables_follow_their_references():
    placed = tables_in(r"SELECT create_distributed_table\('(\w+)'")
    emptied = tables_in(r"SELECT truncate_local_data_after_distributing_table\('(\w+)'\)$")
    assert sorted(emptied) == sorted(placed)
    references = [(table.name, key.referred_table.name) for table in TABLES for key in table.foreign_key_constraints]
    assert references
    for name, referred in references:
        assert placed.index(referred) < placed.index(name)
        assert emptied.index(name) < emptied.index(referred)


def test_campaigns_are_placed_first():
    assert tables_in(r"SELECT create_\w+_table\('(\w+)'")[0] == "campaigns"


def test_foreign_keys_are_colocated():
    for table in TABLES:
        for key in table.foreign_key_constraints:
            assert placement(table) is placement(key.referred_table) is Placement.DISTRIBUTED
            assert next((own.parent.name, own.column.name) for own in key.elements) == ("campaign_id", "campaign_id")


def test_what_is_placed_already_is_not_placed_again():
    everything = {table.name for table in TABLES}
    assert tables_in(r"SELECT create_(?:\w+)_table\('(\w+)'", everything) == []
    missing = {"lag_stats", "plan"}
    assert set(tables_in(r"SELECT create_(?:\w+)_table\('(\w+)'", everything - missing)) == missing


def test_sqlite_refuses_and_says_how_to_move(sqlite_store):
    with pytest.raises(StoreError, match=r"^A SQLite file cannot be distributed\. Move to PostgreSQL first: .* copy"):
        distribute(sqlite_store)


@pytest.mark.postgres
def test_postgres_without_extension_is_refused(make_postgres):
    store = make_postgres()
    before = contents(store, without=frozenset())
    with pytest.raises(StoreError, match=r"does not have the Citus extension.*; nothing was changed\. Install Citus"):
        distribute(store)
    assert contents(store, without=frozenset()) == before


# What stands in for the extension: its catalogue, and functions that note what they are asked, as Citus names both.
STAND_IN = """
    ALTER DATABASE {name} SET search_path = public, pg_catalog;
    CREATE TABLE pg_available_extensions (name text, installed_version text);
    CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod text, beside text);
    CREATE FUNCTION create_distributed_table(
        table_name regclass, distribution_column text,
        distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default'
    ) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        IF $4 NOT IN ('default', 'none') AND NOT EXISTS (
            SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $4::regclass
        ) THEN
            RAISE EXCEPTION USING MESSAGE = 'relation is not distributed: ' || $4;
        END IF;
        INSERT INTO pg_dist_partition VALUES ($1, 'h', $4);
    END $$;
    CREATE FUNCTION create_reference_table(table_name regclass)
        RETURNS void LANGUAGE sql AS 'INSERT INTO pg_dist_partition VALUES ($1, ''n'', NULL)';
    CREATE TABLE workers (node_name text, node_port int);
    CREATE FUNCTION citus_get_active_worker_nodes() RETURNS SETOF workers LANGUAGE sql AS 'SELECT * FROM workers';
    CREATE FUNCTION truncate_local_data_after_distributing_table(function_name regclass)
        RETURNS void LANGUAGE sql AS 'SELECT';
"""


@pytest.fixture
def with_stand_in(make_postgres):
    store = make_postgres()
    with store.write() as connection:
        connection.exec_driver_sql(STAND_IN.format(name=store.engine.url.database))
    store.engine.dispose()  # a new connection looks the names up anew
    return store


def switch_on(store, version):
    with store.write() as connection:
        connection.exec_driver_sql(f"INSERT INTO pg_available_extensions VALUES ('citus', {version})")


def placed(store):
    with store.read() as connection:
        return sorted(
            map(tuple, connection.exec_driver_sql("SELECT logicalrelid::text, partmethod FROM pg_dist_partition"))
        )


@pytest.mark.postgres
def test_extension_not_created_is_reported(with_stand_in):
    switch_on(with_stand_in, "NULL")
    with pytest.raises(StoreError, match=r"Run CREATE EXTENSION citus in it as a superuser, then try again\.$"):
        distribute(with_stand_in)
    assert placed(with_stand_in) == []


@pytest.mark.postgres
def test_distributing_again_places_nothing_twice(with_stand_in):
    switch_on(with_stand_in, "'13.0'")
    everything = [table.name for table in TABLES if placement(table) is not Placement.LOCAL]
    placed_now = distribute(with_stand_in)
    assert placed_now[0] == "campaigns"
    assert sorted(placed_now) == sorted(everything)
    once = placed(with_stand_in)
    assert len(once) == len(everything)
    assert distribute(with_stand_in) == []
    assert placed(with_stand_in) == once


@pytest.mark.postgres
def test_aborted_distribution_is_finished_by_the_next(with_stand_in):
    switch_on(with_stand_in, "'13.0'")
    distribute(with_stand_in)
    once = placed(with_stand_in)
    with with_stand_in.write() as connection:
        connection.exec_driver_sql("DELETE FROM pg_dist_partition WHERE logicalrelid = 'events'::regclass")
    assert distribute(with_stand_in) == ["events"]
    assert placed(with_stand_in) == once


# --- what a cluster needs while it is used -----------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("machines", "sentence"),
    [(0, "No worker machine took part"), (1, "1 worker machine took part."), (2, "2 worker machines took part.")],
)
def test_number_of_workers_is_printed(with_stand_in, monkeypatch, machines, sentence):
    switch_on(with_stand_in, "'13.0'")
    with with_stand_in.write() as connection:
        for number in range(machines):
            connection.exec_driver_sql(f"INSERT INTO workers VALUES ('worker-{number}', 5432)")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", with_stand_in.engine.url.render_as_string(hide_password=False))
    ended = CliRunner().invoke(main.app, ["init", "--distribute"])
    assert sentence in " ".join(ended.output.split())


@pytest.mark.postgres
def test_version_changes_after_all_commits(with_stand_in):
    """Readers see the coordinator's commit, and with it the new version, before the rows of the other machines."""
    seen = []
    other = open_store(with_stand_in.engine.url.render_as_string(hide_password=False))
    event.listen(with_stand_in.engine, "begin", lambda _connection: seen.append(other.version()))
    with Store(with_stand_in.engine).write():
        pass
    before, *_, between = seen
    assert between != before, "the first commit shows a new version"
    assert other.version() not in seen
    other.close()


@pytest.mark.postgres
def test_a_plain_server_commits_once(make_postgres):
    store = make_postgres()
    commits = []
    event.listen(store.engine, "commit", commits.append)
    with store.write():
        pass
    assert len(commits) == 1


@pytest.mark.postgres
def test_silent_machine_has_no_address(with_stand_in):
    refusal = "RAISE EXCEPTION USING ERRCODE = '08006', MESSAGE = 'connection to the remote node worker-1:5432 failed'"
    with pytest.raises(StoreBusyError) as refused, with_stand_in.read() as connection:
        connection.exec_driver_sql(f"DO $$ BEGIN {refusal}; END $$")
    assert str(refused.value) == "A machine of the database cluster does not answer. Try again in a moment."
