"""`outreach-results doctor` as the terminal shows it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from pydantic import SecretStr

from outreach_results.store import sync_sources
from outreach_results.store.engine import open_store
from support.databases import sqlite_url


@pytest.fixture
def source(sample_database, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(sample_database))
    return sample_database


def lines(ended):
    return ended.out.decode().splitlines()


def test_doctor_says_what_it_looked_at(run, source):
    ended = run("doctor")
    assert ended.status == 0
    said = lines(ended)
    assert said[-1] == "Nothing is wrong."
    assert [line[:18].strip() for line in said[:-1]] == [
        "Database",
        "Tables",
        "Integrity",
        "References",
        "Counts",
        "Inbox and search",
        "Disk",
        "Clock",
        "Time zone",
        "Keys of accounts",
        "Sign-in",
    ]
    assert all(line[18:].startswith("ok") for line in said[:-1])


def test_wrong_counts_end_in_1_until_they_are_mended(run, source):
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute("UPDATE daily_stats SET opened = opened + 1 WHERE campaign_id = 'camp_abc123'")
    ended = run("doctor")
    assert ended.status == 1
    assert (
        "  The counts of camp_abc123 (daily_stats) are not those of the emails and events. Build them again with: "
        "outreach-results doctor --fix" in lines(ended)
    )
    assert lines(ended)[-1] == "1 thing is wrong."
    ended = run("doctor", "--fix")
    assert (ended.status, lines(ended)[-1]) == (0, "Nothing is wrong any more.")
    assert lines(run("doctor"))[-1] == "Nothing is wrong."


def test_configuration_is_looked_at(run, source, monkeypatch):
    store = open_store(sqlite_url(source))
    for name in ("one", "two"):
        sync_sources.add_source(store, name, f"https://{name}.example", SecretStr(name), None)
    store.close()
    source.with_name(source.name + ".key").chmod(0o644)
    monkeypatch.setenv("OUTREACH_TIME_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("OUTREACH_SIGN_IN_PROVIDER", "https://id.example.com")
    ended = run("doctor")
    assert ended.status == 1
    said = "\n".join(lines(ended))
    assert said.count("Other users may read") == 1
    assert f"Run: chmod 600 {source}.key" in said
    assert "OUTREACH_TIME_ZONE is Asia/Tokyo, but the database reports in UTC: the setting is for new ones." in said
    assert "OUTREACH_SIGN_IN_CLIENT_ID" in said
    assert said.endswith("3 things are wrong.")


def test_database_that_cannot_be_opened_is_one_finding(run, tmp_path, monkeypatch):
    path = tmp_path / "letter.db"
    path.write_text("Dear Ada, " * 1_000)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(path))
    ended = run("doctor")
    assert ended.status == 1
    assert "isn't a SQLite database" in lines(ended)[1]
