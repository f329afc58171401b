"""What befalls the file, the disk or the server is a sentence on page, API and command line, until it is over."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import insert, text

from conftest import missing
from outreach_results.errors import StoreError
from outreach_results.sample import load_sample
from outreach_results.store import api_keys, engine, schema
from outreach_results.store.admin.backup import backup, restore
from outreach_results.store.engine import open_store
from support.databases import sqlite_url, stored_rows
from support.http import eventually
from support.looking import Person
from support.server import ROOT, clean_environment


@pytest.fixture
def person(use_database):
    """``person(url, key)`` looks at that database."""

    def look_at(url, key):
        use_database(url)
        return Person(url, key)

    return look_at


@pytest.fixture
def file_and_key(sample_database):
    with closing(open_store(sqlite_url(sample_database))) as store:
        key = api_keys.create_key(store, "faults")
        with store.write():  # another data version than that of the sample, whose answers are kept
            pass
        backup(store, sample_database.with_name("backup.db"))
    return sample_database, key


@contextmanager
def deleted(path):
    path.rename(path.with_name("away.db"))
    yield
    path.with_name("away.db").rename(path)


@contextmanager
def flipped_bytes(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'daily_stats'").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = bytes(byte ^ 0xFF for byte in content[(root - 1) * 4096 : root * 4096])
    path.write_bytes(content)
    yield
    restore(path.with_name("backup.db"), sqlite_url(path), replace=True)


@contextmanager
def locked(path):
    """Another program holds the file, as some that show databases do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("COMMIT")


@contextmanager
def newer(path):
    newer = shutil.copyfile(path.with_name("backup.db"), path.with_name("newer.db"))
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.rename(path)
    yield
    shutil.copyfile(path.with_name("backup.db"), path.with_name("right.db")).rename(path)


@pytest.mark.parametrize(
    ("fault", "on_page", "on_terminal"),
    [
        (deleted, "was deleted or moved while it was in use. Put it back", None),
        (flipped_bytes, "The database file is damaged", "The database cannot be used right now"),
        (locked, "The database is busy with another change", None),
        (newer, "was replaced by one of another version or program", "was written by a newer version"),
    ],
    ids=["deleted", "flipped bytes", "locked", "newer"],
)
def test_fault_of_file_is_said_until_it_is_gone(person, file_and_key, fault, on_page, on_terminal, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 200)
    path, key = file_and_key
    person = person(sqlite_url(path), key)
    # What is in memory already goes on being right, and who has the file open can no longer be locked out.
    if fault not in (flipped_bytes, locked):
        assert (person.page(), person.api()) == ("", "")
    with fault(path):
        assert on_page in person.page()
        # For a moment the API goes on with what it looked up before.
        eventually(lambda: person.api().startswith(("The database cannot be used right now", "The database is busy")))
        if on_terminal is not None:  # a command would begin a new file, or wait for a minute
            assert on_terminal in person.command("get", "campaigns/camp_abc123/stats")
    assert (person.page(), person.api()) == ("", "")


@pytest.mark.postgres
def test_restarted_server_is_found_again(person, postgres, make_postgres):
    store = make_postgres()
    load_sample(store)
    key = api_keys.create_key(store, "faults")
    person = person(store.engine.url.render_as_string(hide_password=False), key)
    assert (person.page(), person.api()) == ("", "")
    with postgres.stopped():
        assert "Check OUTREACH_DATABASE_URL, and that the server runs" in person.page()
        eventually(lambda: person.api().startswith("The database cannot be used right now"))
        assert "and that the server runs" in person.command("get", "campaigns/camp_abc123/stats")
    assert (person.page(), person.api()) == ("", "")


@pytest.mark.postgres
def test_connection_lost_in_a_change_keeps_nothing(make_postgres):
    """The server ends the connection between two statements: neither counts, and the next attempt works."""
    store = make_postgres()
    end_others = text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def change_and_lose_it():
        with store.write() as connection:
            connection.execute(insert(schema.plan), {"name": "lost", "email_limit": 1, "price": 1})
            with store.read() as other:
                other.execute(end_others)
            connection.execute(insert(schema.plan), {"name": "more", "email_limit": 1, "price": 1})

    with pytest.raises(StoreError):
        change_and_lose_it()
    assert stored_rows(store, schema.plan) == []
    with store.write() as connection:
        connection.execute(insert(schema.plan), {"name": "kept", "email_limit": 1, "price": 1})
    assert [row[0] for row in stored_rows(store, schema.plan)] == ["kept"]


@pytest.fixture(scope="module")
def disk(tmp_path_factory, sample_file):
    """What was said where the disk was full, or may only be read, and what was there in the end."""
    folder = tmp_path_factory.mktemp("disk")
    # Without these capabilities, what the mode of a file allows counts for an administrator too.
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    program = [sys.executable, "-m", "support.full_disk", folder, sample_file]
    ended = subprocess.run(
        ["unshare", "--map-root-user", "--mount", *without, *program],
        cwd=ROOT / "tests",
        env=clean_environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode == 3 or ended.stderr.startswith(("unshare", "setpriv")):
        missing("No disk can be made here.")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


LOOKS = ("page", "inbox", "api")
CHANGES = ("import", "note", "mark", "upload")


def test_full_disk_is_said_and_changes_nothing(disk):
    said = disk["full"]
    for change in (*CHANGES, "backup"):
        assert "disk" in said[change], change
        assert "then try again" in said[change], change
    assert {look: said[look] for look in LOOKS} == dict.fromkeys(LOOKS, "")
    assert disk["is_as_before"]


def test_read_only_file_is_read_and_says_so(disk):
    """Also in a program that is started meanwhile: what reads answers, and what changes says why it does not."""
    said = disk["while open"]
    for sentence in (*map(said.get, CHANGES), *disk["at the start"].values()):
        assert "The database may only be read, so nothing of this was saved. Make its file and folder" in sentence
    assert {look: said[look] for look in (*LOOKS, "command")} == dict.fromkeys((*LOOKS, "command"), "")
    assert disk["is_as_before"]


def test_read_only_disk_is_said(disk):
    said = disk["mounted"]
    for look in ("page", "inbox", "command"):
        assert "the folder exists and is writable" in said[look]
    assert said["api"].startswith("The database cannot be used right now")


def test_all_works_once_the_disk_does(disk):
    """In the same process, whose connections were opened while the file could only be read."""
    assert "marked done" in disk["then"].pop("mark")
    for when in ("then", "after a start", "in the end"):
        assert set(disk[when].values()) == {""}, when
