"""An undo or an upgrade of the tables whose process is killed is as before or as after, and can be repeated."""

from __future__ import annotations

import shutil
import time
from contextlib import closing, suppress

import pytest
from sqlalchemy import inspect

from outreach_results.errors import ConflictError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.ingest.undo import undo_load
from outreach_results.results import load_history
from outreach_results.store.engine import engine_for, open_store, revision
from support.databases import contents, downgrade, sqlite_url
from support.killed_work import instants, kill
from support.records import campaign, emails, event, reply

KILLS = {"sqlite": 3, "postgres": 2}
OLD = "0018"
BEFORE: list[Record] = [campaign(), *emails(30), *(event("opened", email_id=f"e{n}") for n in range(1, 20))]
ADDED: list[Record] = [
    *emails(400),
    *(event("clicked", email_id=f"e{n}") for n in range(1, 400)),
    *(reply(f"r{n}", email_id=f"e{n}") for n in range(1, 60)),
]


def url_of(store):
    return store.engine.url.render_as_string(hide_password=False)


def timed(do):
    started = time.monotonic()
    do()
    return time.monotonic() - started


def test_killed_undo_is_before_or_after(make_store, backend):
    def fill(store):
        load(store, "before", BEFORE)
        load(store, "added", ADDED)
        return load_history(store)[0].load_ids[0]

    whole = make_store()
    load_id = fill(whole)
    before = contents(whole)
    duration = timed(lambda: undo_load(whole, load_id))
    after = contents(whole)
    assert before != after
    store = make_store()
    for instant in instants(KILLS[backend], duration):
        load_id = fill(store)
        kill("undo", url_of(store), load_id, instant)
        assert contents(store) in (before, after)
        with suppress(ConflictError):  # it was undone already
            undo_load(store, load_id)
        assert contents(store) == after


def shape(url):
    """The revision and the columns of every table."""
    engine = engine_for(url)
    with engine.connect() as connection:
        there = inspect(connection)
        columns = {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}
        found = revision(connection), columns
    engine.dispose()
    return found


@pytest.fixture
def old_database(backend, request, tmp_path):
    """``old_database()`` gives the address of a filled database with the tables of an earlier version, at each call."""
    store = request.getfixturevalue(f"make_{backend}")()
    load(store, "before", [*BEFORE, *ADDED])
    expected = contents(store)
    downgrade(store, OLD)
    store.close()
    made = []

    def make():
        if backend == "sqlite":
            made.append(shutil.copyfile(store.engine.url.database, tmp_path / f"old-{len(made)}.db"))
            return sqlite_url(made[-1])
        postgres = request.getfixturevalue("postgres")
        made.append(postgres.create(store.engine.url.database))
        return made[-1]

    yield make, expected
    if backend == "postgres":
        for url in made:
            request.getfixturevalue("postgres").drop(url)


def test_killed_upgrade_is_before_or_after(old_database, backend):
    make, expected = old_database
    url = make()
    before = shape(url)
    duration = timed(lambda: open_store(url).close())
    after = shape(url)
    assert before[0] == OLD != after[0]
    for instant in instants(KILLS[backend], duration):
        url = make()
        kill("upgrade", url, "", instant)
        assert shape(url) in (before, after)
        with closing(open_store(url)) as store:
            assert contents(store) == expected
        assert shape(url) == after
