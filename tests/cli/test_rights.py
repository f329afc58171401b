"""The commands for people's rights."""

from __future__ import annotations

import json

import pytest

from outreach_results.config import settings
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from support.databases import stored_rows
from support.people import ADDRESS, SPELLED, fill, left_in_tables


@pytest.fixture
def filled(database):
    store = open_store(database)
    fill(store)
    yield store
    store.close()


def test_person_is_written_as_json(run, filled, tmp_path):
    ended = run("person", SPELLED)
    assert ended.status == 0
    data = json.loads(ended.out)
    assert data["address"] == ADDRESS
    assert len(data["emails"]) == 2
    path = tmp_path / "person.json"
    assert run("person", ADDRESS, "-o", path).status == 0
    assert json.loads(path.read_text()) == data


def test_person_is_forgotten_only_after_a_yes(run, filled):
    assert run("forget", ADDRESS, stdin="n\n").status == 1
    assert left_in_tables(filled)
    ended = run("forget", ADDRESS, "--yes")
    assert ended.status == 0
    assert ended.err.startswith("Forgotten, in 2 emails, 2 replies, 2 rows of contacts")
    assert left_in_tables(filled) == {}
    assert run("forget", "--again").err == "Forgotten again: 0 people.\n"
    assert run("forget", ADDRESS, "--again").status == run("forget").status == 2


def test_what_is_no_address_is_a_sentence(run, database):
    for command in (("person", "ada"), ("forget", "ada", "--yes")):
        ended = run(*command)
        assert ended.status == 1
        assert "'ada' isn't an email address" in ended.err


def test_old_texts_go_by_command_and_at_a_sync(run, filled, monkeypatch):
    assert "set OUTREACH_RETAIN_REPLIES, or use --keep 18m" in run("retention").err
    assert run("retention", "--keep", "1 month").status == 2
    assert run("retention", "--keep", "90y").err == "The texts of 0 replies were removed.\n"
    monkeypatch.setenv("OUTREACH_RETAIN_REPLIES", "1m")
    settings.cache_clear()
    ended = run("sync")
    assert ended.err.startswith("Removed after 1 month: the texts of 3 replies.")
    assert not any(row[0] for row in stored_rows(filled, schema.replies, "preview"))


@pytest.mark.parametrize("wrong", ["18", "18 months", "0m"])
def test_wrong_setting_says_what_is_allowed(run, database, monkeypatch, wrong):
    monkeypatch.setenv("OUTREACH_RETAIN_REPLIES", wrong)
    settings.cache_clear()
    ended = run("retention")
    assert ended.status == 1
    assert "OUTREACH_RETAIN_REPLIES is wrong: write days, months or years, such as 90d, 18m or 2y" in ended.err
