"""Work whose process is killed is as before or as after, and can be repeated: import, undo, forgetting, upgrade."""

from __future__ import annotations

import shutil
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect

from outreach_results import export
from outreach_results.errors import ConflictError
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.ingest.undo import undo_load
from outreach_results.results import load_history
from outreach_results.store import schema
from outreach_results.store.admin.forgetting import forget
from outreach_results.store.engine import engine_for, open_store, revision, set_meta
from support import people
from support.databases import BOOKKEEPING, contents, downgrade, sqlite_url
from support.killed_work import instants, kill
from support.records import CAMPAIGN, campaign, emails, event, reply

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


def test_killed_import_is_before_or_after(make_sqlite, tmp_path):
    """At instants of chance, so also while counts are written; tests/ingest/test_load_killed.py stops it at rows."""
    origin = make_sqlite()
    load(origin, "all", [*BEFORE, *ADDED])
    download = export.campaign_download(origin, CAMPAIGN, "json")
    file = tmp_path / download.file_name
    file.write_bytes(download.content())
    store = make_sqlite()
    before = contents(store)
    whole = make_sqlite()
    duration = timed(lambda: import_file(whole, file))
    after = contents(whole)
    for instant in instants(2, duration):
        store = make_sqlite()
        kill("import", url_of(store), str(file), instant)
        assert contents(store) in (before, after)
        import_file(store, file)
        assert contents(store) == after


def test_killed_forgetting_is_before_or_after(make_sqlite):
    """Also while the file is written anew: nothing of it is lost, and the next time removes all traces."""
    store = make_sqlite()
    people.fill(store)
    with store.write() as connection:  # one salt, so that the pseudonyms are the same each time
        set_meta(connection, "forgotten_salt", "5a" * 32)
        connection.execute(delete(schema.annotations))
        connection.execute(delete(schema.audit_log))
    before = contents(store, without=BOOKKEEPING | {"forgotten_people"})
    store.close()
    path = Path(store.engine.url.database)
    kept = path.read_bytes()
    duration = timed(lambda: forget(store, people.ADDRESS))
    after = contents(store, without=BOOKKEEPING | {"forgotten_people"})
    store.close()
    for instant in instants(3, duration):
        path.write_bytes(kept)
        kill("forget", url_of(store), people.ADDRESS, instant)
        with closing(open_store(url_of(store))) as found:
            assert contents(found, without=BOOKKEEPING | {"forgotten_people"}) in (before, after)
            forget(found, people.ADDRESS)
            assert contents(found, without=BOOKKEEPING | {"forgotten_people"}) == after
        assert people.left_in_files(path) == {}


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
