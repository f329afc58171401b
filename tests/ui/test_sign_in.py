"""What a provider says of somebody becomes a person with a role, or a sentence that says why not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from outreach_results.errors import NotAllowedError, NotSignedInError
from outreach_results.models.team import Role
from outreach_results.store import team
from outreach_results.ui.sign_in import LOCAL, person_of
from support.signing_in import require_sign_in, said_of

ANN, HOUR = "ann@example.com", 3600


def test_without_sign_in_this_machine_may_do_all(sqlite_store):
    assert person_of(sqlite_store, {}) == LOCAL
    assert LOCAL.role is Role.ADMIN


def test_a_person_has_the_role_of_this_moment(sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    assert person_of(sqlite_store, said_of("Ann@Example.com")).address == ANN
    assert person_of(sqlite_store, said_of(ANN)).role is Role.VIEWER
    team.set_role(sqlite_store, ANN, Role.EDITOR)
    assert person_of(sqlite_store, said_of(ANN)).role is Role.EDITOR


def test_the_first_admin_is_a_setting(sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, admins=ANN)
    assert person_of(sqlite_store, said_of(ANN)).role is Role.ADMIN


@pytest.mark.parametrize("address", ["eve@other.example", "ann@example.com.evil.example", "ann@sub.example.com"])
def test_others_are_turned_away(address, sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    with pytest.raises(NotAllowedError, match=f"{address} may not use this dashboard"):
        person_of(sqlite_store, said_of(address))


@pytest.mark.parametrize("said", [{}, {"is_logged_in": False}, said_of(ANN, is_logged_in=None)])
def test_who_has_not_signed_in_is_asked_to(said, sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    with pytest.raises(NotSignedInError, match="Sign in to see"):
        person_of(sqlite_store, said)


@pytest.mark.parametrize("verified", [None, False, "false", "yes"])
def test_unverified_address_is_refused(verified, sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    with pytest.raises(NotAllowedError, match=f"has not verified {ANN}"):
        person_of(sqlite_store, said_of(ANN, email_verified=verified))


def test_own_directory_needs_no_verification(sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com", trusts_unverified="true")
    assert person_of(sqlite_store, said_of(ANN, email_verified=None)).address == ANN


@pytest.mark.parametrize("email", [None, "", "ann", 7, ["ann@example.com"]])
def test_a_person_needs_an_address(email, sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    with pytest.raises(NotAllowedError, match="which email address is yours"):
        person_of(sqlite_store, said_of(ANN, email=email))


def test_an_expired_token_counts_no_more(sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    with pytest.raises(NotSignedInError, match="has expired"):
        person_of(sqlite_store, said_of(ANN, now=time.time() - HOUR - 5))


def test_the_settings_say_how_long_it_lasts(sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com", lasts="2h")
    person = person_of(sqlite_store, said_of(ANN, now=time.time() - HOUR - 5))
    assert person.ends_at is not None
    assert timedelta(minutes=50) < person.ends_at - datetime.now(UTC) < timedelta(hours=1)
    with pytest.raises(NotSignedInError, match="has expired"):
        person_of(sqlite_store, said_of(ANN, now=time.time() - 2 * HOUR - 5))


@pytest.mark.parametrize("exp", [None, "soon", float("inf"), float("nan"), 1e20, [1]])
def test_a_token_without_an_end_is_refused(exp, sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    with pytest.raises(NotSignedInError):
        person_of(sqlite_store, said_of(ANN, exp=exp))


def test_an_ended_sign_in_counts_no_more(sqlite_store, monkeypatch):
    require_sign_in(monkeypatch, allowed="@example.com")
    first = person_of(sqlite_store, said_of(ANN))
    team.note_sign_in(sqlite_store, first.sign_in_id, ANN, datetime.now(UTC))
    team.end_sign_in(sqlite_store, first.sign_in_id, ANN)
    with pytest.raises(NotSignedInError, match="You have signed out"):
        person_of(sqlite_store, said_of(ANN))
    again = person_of(sqlite_store, said_of(ANN, nonce="another"))
    assert again.sign_in_id != first.sign_in_id
