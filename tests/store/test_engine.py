"""Opening a database, and the two ways of talking to it."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import date

import pytest
from sqlalchemy import delete, func, insert, select, text

from outreach_results.errors import ConfigError, StoreBusyError, StoreError
from outreach_results.store import engine, schema
from outreach_results.store.engine import get_meta, open_store, set_meta, time_zone
from support.databases import contents, sqlite_url


def pragma(store, name):
    with store.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def a_plan(name="Pro"):
    return {"name": name, "email_limit": 10, "price": 1}


def plans(store):
    with store.read() as connection:
        return list(connection.execute(select(schema.plan.c.name).order_by(schema.plan.c.name)).scalars())


# --- opening -----------------------------------------------------------------------------------------------------


def test_a_new_database_is_created_when_it_is_opened(new_database):
    store = open_store(new_database())
    with store.read() as connection:
        held = {table.name for table in schema.metadata.sorted_tables if connection.execute(select(table)).first()}
    assert held == {"meta"}
    store.close()


def test_new_database_reports_in_its_first_zone(new_database):
    store = open_store(new_database(), new_zone="Asia/Tokyo")
    assert store.zone().key == "Asia/Tokyo"
    store.close()


def test_opening_again_changes_nothing(new_database):
    url = new_database()
    first = open_store(url, new_zone="Asia/Tokyo")
    with first.write() as connection:
        connection.execute(insert(schema.plan), a_plan())
    before = contents(first), first.version()
    first.close()
    again = open_store(url, new_zone="Europe/Zurich")
    assert (contents(again), again.version()) == before
    assert again.zone().key == "Asia/Tokyo"
    again.close()


def test_many_processes_open_a_new_database_at_once(new_database):
    url, zones = new_database(), []

    def open_it():
        store = open_store(url, new_zone="Asia/Tokyo")
        zones.append(store.zone().key)
        store.close()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert zones == ["Asia/Tokyo"] * 4


def test_a_database_of_a_newer_version_is_not_touched(new_database):
    url = new_database()
    store = open_store(url)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = store.version()
    with pytest.raises(StoreError, match=r"newer version of Outreach Results\. Upgrade the program"):
        open_store(url)
    assert store.version() == before
    store.close()


def test_unknown_zone_leaves_no_half_made_database(new_database):
    url = new_database()
    with pytest.raises(ConfigError, match="'Mars/Olympus' isn't a time zone"):
        open_store(url, new_zone="Mars/Olympus")
    store = open_store(url)
    assert store.zone().key == "UTC"
    store.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "malformed"),
        ("outreach.db", "malformed"),
        ("postgresql://host:port/name", "malformed"),
        ("mysql://host/name", "Databases of the kind 'mysql' are not supported: use sqlite or postgresql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_unusable_url_is_refused_with_an_example(url, sentence):
    with pytest.raises(ConfigError, match=sentence):
        open_store(url)


@pytest.mark.parametrize("driver", ["sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"])
def test_own_driver_is_used_whatever_the_url_names(driver, tmp_path):
    store = open_store(f"{driver}:///{tmp_path}/x.db")
    assert store.engine.driver == "pysqlite"
    store.close()


def test_missing_folder_is_explained(tmp_path):
    with pytest.raises(StoreError, match=r"unable to open database file\. Check OUTREACH_DATABASE_URL"):
        open_store(sqlite_url(tmp_path / "missing" / "x.db"))


def test_file_that_is_no_database_is_explained(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 100)
    with pytest.raises(StoreError, match="names isn't a SQLite database"):
        open_store(sqlite_url(path))
    assert path.read_text() == "Dear reader, " * 100


def test_unreachable_server_hides_the_password():
    with pytest.raises(StoreError, match="Check OUTREACH_DATABASE_URL, and that the server runs") as caught:
        open_store("postgresql://user:hunter2@127.0.0.1:1/name?connect_timeout=2")
    assert "hunter2" not in str(caught.value)


# --- SQLite ------------------------------------------------------------------------------------------------------


def test_sqlite_is_set_up_for_readers_beside_a_writer(sqlite_store):
    assert pragma(sqlite_store, "journal_mode") == "wal"
    assert pragma(sqlite_store, "busy_timeout") == 60_000
    assert pragma(sqlite_store, "foreign_keys") == 1


def test_a_second_writer_has_to_try_again(make_sqlite, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    store = make_sqlite()
    other = open_store(str(store.engine.url))
    with store.write() as connection:
        connection.execute(insert(schema.plan), a_plan())
        with pytest.raises(StoreBusyError, match=r"busy with another change\. Try again in a moment"), other.write():
            pytest.fail("two writers at once")
        assert plans(other) == []
    assert plans(other) == ["Pro"]
    other.close()


# --- reading and writing -----------------------------------------------------------------------------------------


def test_what_is_written_is_kept(store):
    with store.write() as connection:
        connection.execute(insert(schema.plan), a_plan())
    assert plans(store) == ["Pro"]


def test_after_an_error_nothing_of_it_is_kept(store):
    def fail_halfway():
        with store.write() as connection:
            connection.execute(insert(schema.plan), a_plan())
            raise InterruptedError

    version = store.version()
    with pytest.raises(InterruptedError):
        fail_halfway()
    assert plans(store) == []
    assert store.version() == version


def test_dangling_reference_is_explained(store):
    with pytest.raises(StoreError, match="The database refused: "), store.write() as connection:
        connection.execute(
            insert(schema.daily_stats), {"campaign_id": "nobody", "basis": "activity", "date": date(2026, 1, 1)}
        )


def test_version_changes_with_writes_only(store):
    versions = [store.version()]
    for _ in range(3):
        with store.write():
            pass
        versions.append(store.version())
    with store.read() as connection:
        connection.execute(select(func.count()).select_from(schema.plan))
    assert len(set(versions)) == 4
    assert store.version() == versions[-1]


def test_the_version_is_seen_by_other_processes(store):
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    before = other.version()
    with store.write():
        pass
    assert other.version() == store.version() != before
    other.close()


def test_reader_sees_one_snapshot(store):
    with store.read() as connection:
        count = select(func.count()).select_from(schema.plan)
        assert connection.execute(count).scalar() == 0
        with store.write() as writer:
            writer.execute(insert(schema.plan), a_plan())
        assert connection.execute(count).scalar() == 0
    assert plans(store) == ["Pro"]


def test_writers_side_by_side_never_refuse_each_other(store):
    errors = []

    def write(name):
        try:
            for _ in range(5):
                with store.write() as connection:
                    connection.execute(delete(schema.plan).where(schema.plan.c.name == name))
                    connection.execute(insert(schema.plan), a_plan(name))
        except StoreError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert plans(store) == list("abcd")


def test_exclusive_writers_take_turns(store):
    inside, overlaps = [], []

    def write():
        with store.write(exclusive=True):
            overlaps.append(len(inside))
            inside.append(1)
            threading.Event().wait(0.05)
            inside.pop()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == [0, 0, 0]


def test_a_remembered_fact_is_replaced_by_the_next(store):
    with store.write() as connection:
        set_meta(connection, "color", "blue")
        set_meta(connection, "color", "green")
        assert get_meta(connection, "color") == "green"
        assert get_meta(connection, "shape") is None


def test_exhausted_pool_says_try_again(store, monkeypatch):
    monkeypatch.setattr(store.engine.pool, "_timeout", 0.05)
    with ExitStack() as stack:
        for _ in range(store.engine.pool.size() + store.engine.pool._max_overflow):
            stack.enter_context(store.read())
        with pytest.raises(StoreBusyError, match="every connection is in use"), store.read():
            pytest.fail("one connection too many")


def test_lower_case_knows_every_alphabet_on_sqlite(sqlite_store):
    with sqlite_store.read() as connection:
        row = connection.execute(select(func.lower("ÉCOLE ΑΘΗΝΑ"), func.lower(None), func.lower(""))).one()
    assert tuple(row) == ("école αθηνα", None, "")


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "posix/UTC", "right/Europe/Zurich"])
def test_files_beside_the_zones_are_no_zones(name):
    with pytest.raises(ConfigError, match=f"^'{name}' isn't a time zone. Use an IANA name"):
        time_zone(name)


def test_a_durable_change_waits_for_the_disk(sqlite_store):
    levels = []
    for is_durable in (False, True, False):
        with sqlite_store.write(is_durable=is_durable) as connection:
            levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
    assert levels == [1, 2, 1], "NORMAL, FULL, and NORMAL again"
