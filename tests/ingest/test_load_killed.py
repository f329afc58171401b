"""A load whose process is killed leaves the database as it was, and running it again finishes it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store.engine import open_store
from support.databases import contents, sqlite_url
from support.killed_load import RECORDS, STOPPED
from support.optional import present
from support.records import campaign, emails, event
from support.server import ROOT, clean_environment

BEFORE: list[Record] = [campaign(), *emails(20), event("opened")]


def kill_a_load(url, stops_at):
    """Start the load in a process of its own, and kill that in the middle of it."""
    command = [sys.executable, "-m", "support.killed_load", url, str(stops_at)]
    environment = clean_environment({})
    with subprocess.Popen(command, cwd=ROOT / "tests", env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert present(process.stdout).readline() == f"{STOPPED}\n"
        process.kill()


@pytest.mark.parametrize("stops_at", [10, 150, len(RECORDS)], ids=["early", "half-way", "before its last step"])
def test_killed_load_leaves_nothing_and_can_repeat(store, make_store, stops_at):
    load(store, "before", BEFORE)
    before = contents(store, without=frozenset()), store.version()
    kill_a_load(store.engine.url.render_as_string(hide_password=False), stops_at)
    assert (contents(store, without=frozenset()), store.version()) == before
    load(store, "again", RECORDS)
    undisturbed = make_store()
    load(undisturbed, "before", BEFORE)
    load(undisturbed, "at once", RECORDS)
    assert contents(store) == contents(undisturbed)


def test_database_opens_as_new_after_killed_load(tmp_path):
    url = sqlite_url(tmp_path / "new.db")
    kill_a_load(url, 150)
    store = open_store(url)
    assert not any(contents(store).values())
    assert load(store, "again", RECORDS).inserted["emails"] == 60
    store.close()
