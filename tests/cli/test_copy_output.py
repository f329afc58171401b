"""`outreach-results copy` and `init --distribute` as the terminal shows them."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import text, update

from outreach_results.ingest.load import load
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from support.databases import contents, sqlite_url
from support.records import campaign, email
from support.terminal import exit_status


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command as the terminal does; its exit status and all its output, as one line."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments):
        status = exit_status(monkeypatch, *arguments)
        output = capsys.readouterr()
        return status, " ".join((output.out + output.err).split())

    return run


@pytest.fixture
def source(sample_database, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(sample_database))
    return sample_database


def all_in(url):
    with closing(open_store(url)) as store:
        return contents(store)


@pytest.mark.postgres
def test_copy_shows_both_sides_equal(run, source, new_database):
    url = new_database()
    status, output = run("copy", "--to", url)
    assert status == 0
    assert "Table Rows In the target Checksums" in output
    assert "emails 6,715 6,715 equal" in output
    assert "The two databases are equal: " in output
    assert "DIFFERENT" not in output
    assert all_in(url) == all_in(sqlite_url(source))


def test_a_difference_is_named_and_ends_with_status_1(run, source, tmp_path):
    url = sqlite_url(tmp_path / "copy.db")
    assert run("copy", "--to", url)[0] == 0
    with closing(open_store(url)) as store, store.write(is_data=False) as connection:
        connection.execute(
            update(schema.campaigns).where(schema.campaigns.c.campaign_id == "camp_abc123").values(name="x")
        )
    status, output = run("copy", "--to", url)
    assert status == 1
    assert "campaigns 13 13 DIFFERENT: camp_abc123" in output
    assert "The two databases differ: " in output


def test_hostile_campaign_name_is_printed_as_it_is(run, tmp_path, monkeypatch):
    here, there = sqlite_url(tmp_path / "here.db"), sqlite_url(tmp_path / "there.db")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", here)
    with closing(open_store(here)) as store:
        load(store, "records", [campaign("[red]c"), email(of="[red]c")])
    assert run("copy", "--to", there)[0] == 0
    with closing(open_store(there)) as store, store.write(is_data=False) as connection:
        connection.execute(update(schema.emails).values(name="x"))
    assert "DIFFERENT: [red]c" in run("copy", "--to", there)[1]


def test_target_with_data_is_refused(run, source, tmp_path):
    url = sqlite_url(tmp_path / "other.db")
    with closing(open_store(url)) as store:
        load(store, "records", [campaign("own")])
    status, output = run("copy", "--to", url)
    assert status == 1
    assert output.endswith("Nothing was changed. Name an empty database.")


def test_target_version_is_checked(run, source, tmp_path):
    url = sqlite_url(tmp_path / "target.db")
    with closing(open_store(url)) as store, store.write() as connection:
        newest = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    status, output = run("copy", "--to", url)
    assert status == 1
    assert "Of the target: This database was written by a newer version of Outreach Results." in output

    older = tmp_path / "older.db"
    downgrade(older)
    assert run("copy", "--to", sqlite_url(older))[0] == 0
    with closing(open_store(sqlite_url(older))) as store, store.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest


def test_source_of_older_version_is_upgraded_first(run, tmp_path, monkeypatch):
    older = tmp_path / "older.db"
    downgrade(older)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(older))
    assert run("copy", "--to", sqlite_url(tmp_path / "copy.db"))[0] == 0


def downgrade(path):
    """Make an empty database with the tables of an earlier version."""
    from alembic import command
    from alembic.config import Config

    from outreach_results.store.engine import MIGRATIONS

    with closing(open_store(sqlite_url(path))) as store, store.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")


@pytest.mark.postgres
def test_distribute_says_what_is_missing(run, new_database, backend, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", new_database())
    status, output = run("init", "--distribute")
    assert status == 1
    assert ("copy --to postgresql://" if backend == "sqlite" else "does not have the Citus extension") in output
    assert run("init")[0] == 0
