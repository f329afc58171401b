"""Who may sign in, as what, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach_results.errors import QueryError
from outreach_results.models.team import Role
from outreach_results.store import team

ANN = "ann@example.com"
LATER = datetime.now(UTC) + timedelta(hours=1)


def role_of(store, address, **lists):
    with store.read() as connection:
        return team.role_of(connection, address, **lists)


def is_over(store, sign_in_id):
    with store.read() as connection:
        return team.is_over(connection, sign_in_id)


def test_a_role_can_be_given_changed_and_taken(store):
    assert team.set_role(store, "Ann@Example.com", Role.VIEWER, by="root").address == ANN
    team.set_role(store, ANN, Role.EDITOR)
    assert [(one.address, one.role, one.added_by) for one in team.members(store)] == [(ANN, Role.EDITOR, None)]
    assert role_of(store, ANN) is Role.EDITOR
    assert team.remove_member(store, "ANN@example.com") == ANN
    assert role_of(store, ANN) is Role.NONE


def test_who_is_unknown_is_not_let_in(sqlite_store):
    assert role_of(sqlite_store, ANN) is Role.NONE
    assert role_of(sqlite_store, ANN, allowed={"@other.example"}) is Role.NONE


def test_the_allow_list_makes_viewers(sqlite_store):
    assert role_of(sqlite_store, ANN, allowed={"@example.com"}) is Role.VIEWER
    team.set_role(sqlite_store, ANN, Role.NONE)
    assert role_of(sqlite_store, ANN, allowed={"@example.com"}) is Role.NONE


def test_an_admin_by_setting_cannot_be_shut_out(sqlite_store):
    team.set_role(sqlite_store, ANN, Role.NONE)
    assert role_of(sqlite_store, ANN, admins={ANN}) is Role.ADMIN


def test_what_is_no_address_is_refused(sqlite_store):
    with pytest.raises(QueryError, match="'ann' isn't an email address"):
        team.set_role(sqlite_store, "ann", Role.ADMIN)
    with pytest.raises(QueryError, match=r"has no role here\. See: outreach-results people list"):
        team.remove_member(sqlite_store, ANN)


def test_a_sign_in_is_noted_once_and_can_be_ended(store):
    assert team.note_sign_in(store, "one", ANN, LATER)
    assert not team.note_sign_in(store, "one", ANN, LATER)
    team.note_sign_in(store, "two", ANN, LATER)
    team.end_sign_in(store, "one", ANN)
    assert is_over(store, "one")
    assert not is_over(store, "two")


def test_who_is_removed_is_signed_out(sqlite_store):
    team.set_role(sqlite_store, ANN, Role.ADMIN)
    team.note_sign_in(sqlite_store, "one", ANN, LATER)
    team.note_sign_in(sqlite_store, "other", "bob@example.com", LATER)
    team.remove_member(sqlite_store, ANN)
    assert is_over(sqlite_store, "one")
    assert not is_over(sqlite_store, "other")


def test_an_ended_sign_in_stays_ended_for_its_cookie(sqlite_store):
    """Not only until its token has expired: the settings may let a sign-in last longer than its token."""
    team.note_sign_in(sqlite_store, "one", ANN, datetime.now(UTC) - timedelta(days=29))
    team.end_sign_in(sqlite_store, "one", ANN)
    team.note_sign_in(sqlite_store, "old", ANN, datetime.now(UTC) - timedelta(days=31))
    team.end_sign_in(sqlite_store, "old", ANN)
    team.note_sign_in(sqlite_store, "new", ANN, LATER)
    assert is_over(sqlite_store, "one")
    assert not is_over(sqlite_store, "old"), "it is kept no longer than a browser keeps its cookie"
