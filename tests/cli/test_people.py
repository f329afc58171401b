"""The commands that say who may sign in."""

from __future__ import annotations

from support.signing_in import require_sign_in


def test_a_person_is_added_listed_and_removed(run, database, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com", admins="root@example.com")
    assert run("people", "add", "Ann@Example.com", "--role", "editor").err == (
        "ann@example.com may sign in, with the role editor.\n"
    )
    listed = [line.split() for line in run("people", "list").out.decode().splitlines()]
    assert [row[:2] for row in listed] == [
        ["ADDRESS", "ROLE"],
        ["ann@example.com", "editor"],
        ["root@example.com", "admin"],
        ["@example.com", "viewer"],
    ]
    removed = run("people", "remove", "ann@example.com")
    assert removed.status == 0
    assert "still lets ann@example.com sign in as a viewer" in removed.err
    assert "outreach-results people add ann@example.com --role none" in removed.err
    assert run("people", "add", "ann@example.com", "--role", "none").err == "ann@example.com is shut out.\n"


def test_without_sign_in_it_says_how_to_set_it_up(run, database):
    assert "Sign-in is not set up yet: docs/deploy.md says how." in run("people", "add", "ann@example.com").err


def test_a_wrong_address_is_a_sentence(run, database):
    ended = run("people", "add", "ann")
    assert (ended.status, ended.err) == (1, "'ann' isn't an email address.\n")
