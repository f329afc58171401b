"""Copying a whole database: everything, both ways, through kills, and never onto something else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from math import ceil

import pytest
from sqlalchemy import delete, insert, update

from outreach_results.errors import ConflictError, StoreError
from outreach_results.ingest.load import load
from outreach_results.store import admin, schema
from outreach_results.store import annotations as notes
from outreach_results.store.admin import canonical
from outreach_results.store.admin import copy as copying
from outreach_results.store.admin.copy import copy
from outreach_results.store.admin.verify import COMPARED
from outreach_results.store.engine import get_meta, open_store, set_meta
from outreach_results.store.replies import state_changes
from support import killed_copy
from support.databases import sqlite_url
from support.filled import FOREIGN, everything
from support.optional import present
from support.records import CAMPAIGN, at, campaign, email, event, reply
from support.server import ROOT, clean_environment


@pytest.fixture(params=[("sqlite", "postgres"), ("postgres", "sqlite")], ids=" to ".join)
def both(request, make_filled):
    """A filled database and an empty one of the other kind; the test runs in both directions."""
    source, target = request.param
    return make_filled(source), request.getfixturevalue(f"make_{target}")()


both_kinds = pytest.mark.postgres


@pytest.fixture
def two_small(make_sqlite):
    """A small database and an empty one, where the kinds do not matter."""
    source, target = make_sqlite(), make_sqlite()
    load(source, "first", [campaign("a"), email(of="a"), campaign("b"), email(of="b"), event("opened", of="b")])
    return source, target


def rows_in(found, tables):
    """How many rows these tables have of all that was found."""
    return sum(found[table.name].total() for table in tables)


def url_of(store):
    return store.engine.url.render_as_string(hide_password=False)


# --- all of it ---------------------------------------------------------------------------------------------------


@both_kinds
def test_a_copy_holds_all_that_its_source_holds(both):
    source, target = both
    expected = everything(source)
    assert all(expected.values()), "a table of the source is empty, so that nothing is shown of it"
    report = copy(source, target)
    assert everything(target) == expected
    assert everything(source) == expected
    assert report.is_equal
    assert target.zone().key == "Asia/Tokyo"
    rows = {table.name: expected[table.name].total() for table in COMPARED}
    assert {compared.table: compared.rows for compared in report.tables} == rows
    assert {compared.table: compared.rows_in_target for compared in report.tables} == rows
    assert report.copied == sum(rows.values())


@both_kinds
def test_a_lease_of_the_source_does_not_bind_the_copy(both):
    source, target = both
    before = target.version()
    copy(source, target)
    with source.read() as connection:
        assert get_meta(connection, "sync_lease") is not None
    with target.read() as connection:
        assert get_meta(connection, "sync_lease") is None
    assert target.version() not in (before, source.version())


@both_kinds
def test_reads_are_consistent(both, make_sqlite):
    source, target = both
    before = everything(source)
    written = []

    def write(doing, _rows):
        if doing == "copying emails" and not written:
            written.append(load(source, "meanwhile", [campaign("zzz"), email(of="zzz"), campaign(name="Renamed")]))

    assert copy(source, target, on_progress=write).is_equal
    assert written
    assert everything(target) == before


def test_pages_stay_small_however_many_rows_there_are(make_sqlite, sample_database, monkeypatch):
    pages, append = [], canonical.append
    monkeypatch.setattr(copying, "PAGE", 100)
    monkeypatch.setattr(copying, "PAGE_OF_LONG_TEXTS", 100)
    monkeypatch.setattr(canonical, "FETCHED", 50)
    monkeypatch.setattr(canonical, "append", lambda *args: (pages.append(len(args[2])), append(*args)))
    source = open_store(sqlite_url(sample_database))
    assert copy(source, make_sqlite()).is_equal
    source.close()
    assert len(pages) > 150
    assert max(pages) == 100


# --- going on ----------------------------------------------------------------------------------------------------


def kill_a_copy(source, target, writes):
    """Start the copy in a process of its own, and kill that when it has written so many pages; the last one's table."""
    command = [sys.executable, "-m", "support.killed_copy", url_of(source), url_of(target), str(writes)]
    environment = clean_environment({})
    with subprocess.Popen(command, cwd=ROOT / "tests", env=environment, stdout=subprocess.PIPE, text=True) as process:
        line = present(process.stdout).readline()
        process.kill()
    assert line.startswith(killed_copy.STOPPED)
    return line.split()[1]


@both_kinds
def test_repeatedly_killed_copy_ends_equal(both):
    source, target = both
    reached = [kill_a_copy(source, target, writes) for writes in (1, 2, 5, 9)]
    assert reached[0] == copying.BY_CAMPAIGN[0].name
    assert len(set(reached)) > 2
    held = rows_in(everything(target), copying.BY_CAMPAIGN)
    assert held > 3 * killed_copy.PAGE
    report = copy(source, target)
    assert report.is_equal
    expected = everything(source)
    assert everything(target) == expected
    assert held + report.copied == rows_in(expected, COMPARED)


@both_kinds
def test_copy_killed_in_last_step_ends_equal(both):
    source, target = both
    expected = everything(source)
    pages = sum(ceil(expected[table.name].total() / killed_copy.PAGE) for table in copying.BY_CAMPAIGN)
    table = kill_a_copy(source, target, pages + 3)
    assert table in {table.name for table in copying.WHOLE}
    assert everything(target) != expected
    report = copy(source, target)
    assert report.is_equal
    assert everything(target) == expected
    assert report.copied == rows_in(expected, copying.WHOLE)


@both_kinds
def test_copy_follows_a_changed_source(both):
    source, target = both
    kill_a_copy(source, target, 6)
    load(source, "meanwhile", [campaign(), email("a_first_one"), event("opened", email_id="a_first_one")])
    report = copy(source, target)
    assert report.is_equal
    assert everything(target) == everything(source)


@both_kinds
def test_second_copy_copies_only_what_changed(both):
    source, target = both
    copy(source, target)
    load(source, "later", [email("e1", name="Zelda"), email("e99"), reply("r1", body="zzz")])
    state_changes.change_reply(source, CAMPAIGN, "r3", state_changes.Action.HANDLED, by="ada", seen_version=0)
    with source.write() as connection:
        admin.delete_campaign(connection, "camp_daily")
    report = copy(source, target)
    assert report.is_equal
    assert everything(target) == everything(source)
    assert report.copied < 300


def test_copy_killed_while_updating_ends_equal(two_small):
    source, target = two_small
    copy(source, target)
    load(source, "later", [email("e2", of="a"), email("e2", of="b")])
    kill_a_copy(source, target, 5)
    load(source, "much later", [email("e3", of="a")])
    assert copy(source, target).is_equal
    assert everything(target) == everything(source)


def test_unchanged_copy_copies_small_tables(two_small):
    source, target = two_small
    copy(source, target)
    report = copy(source, target)
    assert report.is_equal
    assert report.copied == rows_in(everything(source), copying.WHOLE)


# --- what differs ------------------------------------------------------------------------------------------------

TAMPERINGS = {
    "a value": update(schema.emails).values(cost_ai_generation=999).where(schema.emails.c.campaign_id == "a"),
    "a value that became none": update(schema.emails).values(recipient=None).where(schema.emails.c.campaign_id == "a"),
    "a missing row": delete(schema.events),
    "a row too many": insert(schema.emails).values(
        campaign_id="a", email_id="x", cost_ai_generation=0, cost_lead_enrichment=0, cost_email_sending=0
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_row_that_was_tampered_with_is_found(two_small, tampering):
    source, target = two_small
    copy(source, target)
    with target.write(is_data=False) as connection:
        assert connection.execute(tampering).rowcount == 1
    report = copy(source, target)
    assert not report.is_equal
    assert [(compared.table, compared.differing) for compared in report.tables if compared.differing] == [
        (tampering.table.name, ("b",) if tampering.table is schema.events else ("a",))
    ]


@both_kinds
def test_changed_row_is_found_across_databases(both):
    source, target = both
    copy(source, target)
    with target.write(is_data=False) as connection:
        table = schema.events
        late = update(table).where(table.c.campaign_id == FOREIGN).values(occurred_at=at(1, minute=1))
        assert connection.execute(late).rowcount == 1
    assert {compared.table: compared.differing for compared in copy(source, target).tables if compared.differing} == {
        "events": (FOREIGN,)
    }


def test_two_values_that_changed_places_are_found(two_small):
    source, target = two_small
    copy(source, target)
    with target.write(is_data=False) as connection:
        table = schema.campaigns
        for campaign_id, name in (("a", "1"), ("b", "2")):
            connection.execute(update(table).where(table.c.campaign_id == campaign_id).values(name=name))
    sums = []
    for _ in range(2):
        with target.write(is_data=False) as connection:
            sums.append(canonical.digests(connection, table))
            for campaign_id, name in (("a", "2"), ("b", "1")):
                connection.execute(update(table).where(table.c.campaign_id == campaign_id).values(name=name))
    assert sums[0]["a"] != sums[1]["a"]


# --- what is refused ---------------------------------------------------------------------------------------------


@both_kinds
def test_database_with_other_data_is_no_target(both):
    source, target = both
    load(target, "own", [campaign("own")])
    before = everything(target)
    with pytest.raises(ConflictError, match=r"holds data already .*Nothing was changed\. Name an empty database"):
        copy(source, target)
    assert everything(target) == before


def test_a_copy_of_another_database_is_not_copied_onto(two_small, make_sqlite):
    source, target = two_small
    copy(source, target)
    other = make_sqlite()
    load(other, "other", [campaign("other")])
    with pytest.raises(ConflictError, match=r"holds a copy of another database, sqlite:////.*Name an empty one"):
        copy(other, target)
    assert everything(target) == everything(source)


def test_moved_database_is_still_the_same_source(two_small, tmp_path):
    source, target = two_small
    copy(source, target)
    source.close()
    moved = open_store(sqlite_url(shutil.copyfile(source.engine.url.database, tmp_path / "moved.db")))
    assert copy(moved, target).is_equal
    moved.close()


def test_copy_with_own_changes_is_not_overwritten(two_small):
    source, target = two_small
    copy(source, target)
    notes.add(target, date(2026, 1, 5), "Moved here")
    before = everything(target)
    with pytest.raises(ConflictError, match=r"has been written to since it was copied.*name an empty database"):
        copy(source, target)
    assert everything(target) == before


@both_kinds
def test_two_copies_at_once_do_not_mix(both):
    source, target = both
    second = []

    def begin_another(doing, _rows):
        if doing == "copying events" and not second:
            second.append(copy(source, target))

    with pytest.raises(ConflictError, match="Someone else is writing to the target"):
        copy(source, target, on_progress=begin_another)
    assert second[0].is_equal
    assert everything(target) == everything(source)


def test_a_database_is_not_copied_onto_itself(two_small, tmp_path):
    source, _ = two_small
    (tmp_path / "link.db").symlink_to(source.engine.url.database)
    for path in (source.engine.url.database, tmp_path / "link.db"):
        same = open_store(sqlite_url(path))
        with pytest.raises(ConflictError, match="The target is the database itself"):
            copy(source, same)
        same.close()


def test_an_unfinished_copy_is_not_copied(two_small, make_sqlite):
    source, target = two_small
    kill_a_copy(source, target, 3)
    with pytest.raises(ConflictError, match="itself an unfinished copy of sqlite:"):
        copy(target, make_sqlite())


@pytest.mark.postgres
def test_text_the_target_cannot_hold_is_explained(two_small, make_postgres):
    source, _ = two_small
    with source.write() as connection:
        connection.execute(update(schema.campaigns).values(name="a\0b"))
    with pytest.raises(StoreError, match=r"The database refused rows of campaigns: .*0x00"):
        copy(source, make_postgres())


# --- revisions ---------------------------------------------------------------------------------------------------


def upgrade(store):
    """Let it be a database that was upgraded since it was copied, as far as it shows."""
    with store.write() as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        state = present(get_meta(connection, "copy"))
        assert f'"revision":"{revision}"' in state
        set_meta(connection, "copy", state.replace(f'"revision":"{revision}"', '"revision":"0001"'))
        connection.execute(delete(schema.lag_stats))


def test_copy_begun_before_upgrade_ends_equal(two_small):
    source, target = two_small
    kill_a_copy(source, target, 5)
    upgrade(target)
    assert copy(source, target).is_equal
    assert everything(target) == everything(source)


def test_upgraded_copy_is_not_overwritten(two_small):
    source, target = two_small
    copy(source, target)
    upgrade(target)
    before = everything(target)
    with pytest.raises(ConflictError, match="has been written to since it was copied"):
        copy(source, target)
    assert everything(target) == before
