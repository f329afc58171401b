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
from starlette.applications import Starlette
from starlette.testclient import TestClient

from conftest import missing
from outreach_results.api import api_routes
from outreach_results.errors import StoreError
from outreach_results.sample import load_sample
from outreach_results.store import api_keys, engine, schema
from outreach_results.store.admin.backup import backup, restore
from outreach_results.store.engine import open_store
from outreach_results.ui import cache
from support.dashboard import run_page, tiles
from support.databases import sqlite_url, stored_rows
from support.http import eventually
from support.server import ROOT, clean_environment

STATS = "/api/v1/campaigns/camp_abc123/stats"


class Person:
    """Somebody who looks at a database in all ways, and goes on looking: the server is the same all the time."""

    def __init__(self, url, key):
        self._url = url
        self._api = TestClient(Starlette(routes=api_routes(cache.store)), headers={"Authorization": f"Bearer {key}"})

    def page(self):
        """What is wrong on the page; '' where it shows its numbers."""
        app = run_page()
        assert not app.exception
        sentence = " ".join(error.value for error in app.error).replace("\\", "")
        assert sentence or tiles(app)
        return sentence

    def api(self):
        """What is wrong according to the API."""
        answer = self._api.get(STATS)
        assert answer.status_code in (200, 503)
        return "" if answer.status_code == 200 else answer.json()["detail"]

    def command(self, *arguments):
        """What a command says that fails; '' where it does not."""
        ended = subprocess.run(
            [sys.executable, "-c", "from outreach_results.cli.main import main; main()", *arguments],
            env=clean_environment({"OUTREACH_DATABASE_URL": self._url}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in ended.stderr
        return "" if ended.returncode == 0 else ended.stderr


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
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-m", "support.full_disk", folder, sample_file]
    ended = subprocess.run(command, cwd=ROOT / "tests", env=clean_environment({}), capture_output=True, text=True)
    if ended.returncode == 3 or "unshare" in ended.stderr:
        missing("No disk can be made here.")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("change", ["import", "backup"])
def test_full_disk_is_said_and_changes_nothing(disk, change):
    assert "disk" in disk[change]["said"]
    assert "then try again" in disk[change]["said"]
    assert disk[change]["is_as_before"]
    assert disk[change]["works_with_room"]


def test_read_only_disk_is_said(disk):
    assert "the folder exists and is writable" in disk["read-only"]["said"]
    assert disk["read-only"]["works_with_room"]
