"""Backups: complete, of one moment, private; restored whole or not at all, into either kind of database."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete

from outreach_results import results
from outreach_results.errors import ConflictError, StoreError
from outreach_results.ingest.load import load
from outreach_results.store import audit, schema
from outreach_results.store.admin.backup import backup, restore
from outreach_results.store.admin.forgetting import forget, forget_again
from outreach_results.store.admin.forgotten_since import forgotten_rows
from outreach_results.store.engine import open_store
from outreach_results.store.forgotten import remember_digests
from support import people
from support.databases import contents, downgrade, sqlite_url
from support.filled import everything
from support.killed_work import instants, kill
from support.records import campaign, email, emails, event

KILLS = {"sqlite": 3, "postgres": 2}


def url_of(store):
    return store.engine.url.render_as_string(hide_password=False)


def restored_rows(store):
    """Everything, without the entry of the audit log that says that a backup was restored."""
    with store.write(is_data=False) as connection:
        connection.execute(delete(schema.audit_log).where(schema.audit_log.c.about.startswith("backup ")))
    return everything(store)


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    """An empty folder for backups."""
    path = tmp_path / "backups"
    path.mkdir()
    return path


@pytest.fixture
def small(make_sqlite):
    store = make_sqlite()
    load(store, "first", [campaign("a"), email(of="a"), event("opened", of="a")])
    return store


@pytest.fixture
def small_backup(small, folder):
    backup(small, folder / "small.db")
    return folder / "small.db"


def campaigns_in(url):
    with closing(open_store(url)) as store:
        return [campaign.id for campaign in results.all_campaigns(store)]


# --- complete, in every direction ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("sqlite", "sqlite"),
        pytest.param("sqlite", "postgres", marks=pytest.mark.postgres),
        pytest.param("postgres", "sqlite", marks=pytest.mark.postgres),
    ],
)
def test_restored_database_holds_all(make_filled, request, folder, source, target):
    """Also into a database that holds something else, which somebody has open meanwhile."""
    origin, store = make_filled(source), request.getfixturevalue(f"make_{target}")()
    load(store, "other", [campaign("other"), email(of="other")])
    version = store.version()
    content = backup(origin, folder / "one.db")
    assert (content.campaigns, content.accounts) == (len(campaigns_in(url_of(origin))) + 1, 1)  # one is deleted
    assert restore(folder / "one.db", url_of(store), replace=True) == content
    assert restored_rows(store) == everything(origin)
    assert store.version() != version
    assert files_in(folder) == ["one.db"]


def test_backup_is_of_one_moment(make_store, folder):
    """What is written while it is made is not in it."""
    store = make_store()
    load(store, "first", [campaign("a"), *emails(50, of="a")])
    before = contents(store)
    written = []

    def write_meanwhile(doing, _rows):
        if not written and doing in ("copying campaigns", "checking the backup"):
            written.append(doing)
            load(store, "meanwhile", [campaign("b"), *emails(50, of="b")])

    backup(store, folder / "one.db", on_progress=write_meanwhile)
    assert written
    assert restore(folder / "one.db", url_of(store), replace=True).campaigns == 1
    assert contents(store) == before


def test_only_its_owner_may_read_a_backup(small_backup):
    assert small_backup.stat().st_mode & 0o077 == 0


def test_missing_database_is_made_from_a_backup(small, small_backup, tmp_path):
    url = sqlite_url(tmp_path / "new.db")
    assert restore(small_backup, url).left_out is None
    with closing(open_store(url)) as new:
        assert restored_rows(new) == everything(small)


# --- people's rights -------------------------------------------------------------------------------------------------


def test_backup_brings_nobody_back(make_store, folder):
    """Who was forgotten after it was made is in no table and no file of the restored database; all else is."""
    store = make_store()
    people.fill(store)
    with store.write() as connection:  # the author of a note is one of the team, and stays
        connection.execute(delete(schema.annotations))
        connection.execute(delete(schema.audit_log))
    backup(store, folder / "one.db")
    forget(store, people.ADDRESS)
    expected = contents(store)
    load(store, "later", [campaign("later"), email(of="later")])
    assert people.left_in_files(folder / "one.db")
    assert restore(folder / "one.db", url_of(store), replace=True, by="root").left_out == 1
    assert people.left_in_tables(store) == {}
    assert contents(store) == expected
    if store.is_sqlite:
        store.close()
        assert people.left_in_files(Path(store.engine.url.database)) == {}
    assert [(entry.action, entry.by) for entry in audit.entries(store, at_most=2)] == [
        (audit.Action.FORGOTTEN, "root"),
        (audit.Action.RESTORED, "root"),
    ]


def test_who_is_forgotten_meanwhile_is_not_back(make_store, folder):
    store = make_store()
    people.fill(store)
    backup(store, folder / "one.db")

    def forget_late(doing, _rows):
        if doing == "restoring":
            forget(store, people.ADDRESS)

    with pytest.raises(ConflictError, match="A person was forgotten meanwhile"):
        restore(folder / "one.db", url_of(store), replace=True, on_progress=forget_late)
    assert people.left_in_tables(store) == {}


def test_hashes_from_elsewhere_forget_again(make_sqlite, folder):
    """A backup restored into an empty place holds everybody, until it learns by their hashes who was forgotten."""
    first, second = make_sqlite(), make_sqlite()
    people.fill(first)
    backup(first, folder / "one.db")
    forget(first, people.ADDRESS)
    restore(folder / "one.db", url_of(second), replace=True)
    assert people.left_in_tables(second)
    with second.write() as connection, first.read() as known:
        remember_digests(connection, forgotten_rows(known))
    assert forget_again(second)[0] == 1
    assert people.left_in_tables(second) == {}
    assert contents(second) == contents(first)
    assert forget_again(second)[0] == 0


# --- nothing is overwritten unasked ----------------------------------------------------------------------------------


def test_filled_database_is_not_overwritten(make_store, small_backup):
    store = make_store()
    load(store, "own", [campaign("own")])
    before = everything(store), store.version()
    with pytest.raises(ConflictError, match=r"holds data already \(in .*\)\. Nothing was changed\. .* add --replace"):
        restore(small_backup, url_of(store))
    assert (everything(store), store.version()) == before


def test_existing_file_is_not_overwritten(small, small_backup):
    before = small_backup.read_bytes()
    load(small, "more", [campaign("b")])
    with pytest.raises(ConflictError, match="is there already, and was left as it is"):
        backup(small, small_backup)
    assert small_backup.read_bytes() == before
    assert backup(small, small_backup, replace=True).campaigns == 2


def test_database_is_not_its_own_backup(small, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(small.engine.url.database)
    with pytest.raises(ConflictError, match="is the database itself"):
        backup(small, link, replace=True)
    with pytest.raises(ConflictError, match="is the database itself"):
        restore(link, url_of(small), replace=True)
    assert campaigns_in(url_of(small)) == ["a"]


def test_other_program_is_not_overwritten(small_backup, tmp_path):
    with closing(sqlite3.connect(tmp_path / "music.db")) as music:
        music.execute("CREATE TABLE songs (title TEXT)")
    (tmp_path / "letter.txt").write_text("Dear Ada")
    for name, sentence in (("music.db", "belongs to another program"), ("letter.txt", "isn't a SQLite database")):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(StoreError, match=rf"{sentence}\. Nothing was changed"):
            restore(small_backup, sqlite_url(tmp_path / name), replace=True)
        assert (tmp_path / name).read_bytes() == before


# --- what is no backup -----------------------------------------------------------------------------------------------


def spoil_page(path):
    content = bytearray(path.read_bytes())
    content[4096 * 20 : 4096 * 60] = b"\xff" * (4096 * 40)
    path.write_bytes(content)


def make_newer(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def break_reference(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM emails")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda path: path.unlink(), "There is no file"),
        (lambda path: path.write_text("Dear Ada, " * 1_000), "isn't a backup that can be restored: file is not a"),
        (lambda path: path.write_bytes(b""), "isn't a backup that can be restored: it holds no tables of"),
        (lambda path: path.write_bytes(path.read_bytes()[:50_000]), "isn't a backup that can be restored: "),
        (spoil_page, "isn't a backup that can be restored: "),
        (break_reference, "restored: it is damaged: a row of events refers to one that is missing"),
        (make_newer, "was written by a newer version of Outreach Results. Upgrade the program"),
    ],
    ids=["missing", "text", "empty", "cut off", "spoiled", "torn", "newer"],
)
def test_unusable_backup_changes_nothing(small, small_backup, harm, sentence):
    harm(small_backup)
    before = everything(small), small.version()
    with pytest.raises(StoreError, match=sentence) as raised:
        restore(small_backup, url_of(small), replace=True)
    assert str(raised.value).endswith("Nothing was changed.")
    assert (everything(small), small.version()) == before


def test_backup_of_an_older_version_is_upgraded(small, small_backup, make_store):
    with closing(open_store(sqlite_url(small_backup))) as old:
        downgrade(old, "0018")
    store = make_store()
    restore(small_backup, url_of(store))
    assert contents(store) == contents(small)


def test_damaged_database_is_mended_by_a_backup(small, small_backup, tmp_path):
    """It can no longer be read, but a backup takes its place."""
    expected = everything(small)
    path = shutil.copyfile(small_backup, tmp_path / "damaged.db")
    spoil_page(path)
    assert restore(small_backup, sqlite_url(path), replace=True).left_out is None
    with closing(open_store(sqlite_url(path))) as mended:
        assert restored_rows(mended) == expected


def test_damaged_database_is_not_backed_up_unseen(small, folder):
    with closing(sqlite3.connect(small.engine.url.database)) as connection, connection:
        connection.execute("INSERT INTO reported_stats (campaign_id, fetched_at) VALUES ('nobody', 1)")
    sentence = r"was not kept: it is damaged: a row of reported_stats .*outreach-results doctor"
    with pytest.raises(StoreError, match=sentence):
        backup(small, folder / "one.db")
    assert files_in(folder) == []


# --- killed ----------------------------------------------------------------------------------------------------------


def test_killed_restore_is_before_or_after(make_filled, make_store, backend, folder, tmp_path):
    store, own, file = make_store(), folder / "own.db", folder / "other.db"
    load(store, "own", [campaign("own"), *emails(30, of="own")])
    backup(make_filled("sqlite"), file)
    backup(store, own)
    started = time.monotonic()
    restore(file, url_of(store), replace=True)
    duration, after = time.monotonic() - started, restored_rows(store)
    restore(own, url_of(store), replace=True)
    before = restored_rows(store)  # with the person whom the other one has forgotten
    for instant in instants(KILLS[backend], duration):
        restore(own, url_of(store), replace=True)
        kill("restore", url_of(store), str(file), instant)
        assert restored_rows(store) in (before, after)
    restore(file, url_of(store), replace=True)
    assert restored_rows(store) == after
    assert not [name for name in files_in(tmp_path) if "restoring" in name]


def test_killed_backup_is_overwritten_by_the_next(small, folder):
    for ending in (".partial", ".partial-wal"):
        (folder / f"one.db{ending}").write_bytes(b"cut off")
    backup(small, folder / "one.db")
    assert files_in(folder) == ["one.db"]
