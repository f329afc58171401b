"""The card of the data page that says who may come in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.models.team import Role
from outreach_results.store import api_keys, audit, team
from outreach_results.store.api_keys import KeyScope, identify, valid_keys
from outreach_results.store.engine import Store
from outreach_results.ui.tables import Click
from support.dashboard import run_page, table, words
from support.databases import sqlite_url
from support.server import ROOT
from support.signing_in import require_sign_in, said_of

ANN, ROOT_ADMIN = "ann@example.com", "root@example.com"


@pytest.fixture
def visited(use_database, sample_database, monkeypatch, writable_sample: Store) -> AppTest:
    """The page as an admin of the settings sees it, where people sign in."""
    require_sign_in(monkeypatch, allowed="@example.com", admins=ROOT_ADMIN)
    use_database(sqlite_url(sample_database))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.user = said_of(ROOT_ADMIN)
    return app.switch_page("pages/data.py").run()


def press(app: AppTest, label: str, *, within: str = "") -> AppTest:
    """Click a button; ``within`` is the one that opened its dialog, which a whole run would close otherwise."""
    if within:
        next(button for button in app.button if button.label == within).click()
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def press_after(app: AppTest, key: str, clicked: object, label: str) -> AppTest:
    """Click a cell of a table, then a button of the dialog that it opened."""
    app.session_state[key] = clicked
    app.run()
    app.session_state[key] = clicked  # a whole run closes the dialog; the browser would rerun the dialog alone
    return press(app, label)


def people(app: AppTest) -> dict[str, tuple[str, str]]:
    return {row["person"].text: (row["role"].text, row["given"].text) for row in table(app, "person")}


def entered(store: Store) -> list[tuple[str, str | None, str]]:
    return [(one.action.value, one.by, one.about) for one in audit.entries(store, at_most=20)]


def test_roles_are_given_changed_and_taken(visited: AppTest, writable_sample: Store) -> None:
    app = visited
    assert people(app) == {ROOT_ADMIN: ("Admin", "OUTREACH_SIGN_IN_ADMINS")}
    [row] = table(app, "person")
    assert not row["change"].value, "an admin of the settings cannot be changed here"
    assert row["last"].text != "–", "who looks has signed in"
    press(app, "Add a person")
    next(field for field in app.text_input if field.label == "Email address" and field.key is None).set_value("ann")
    press(app, "Add person", within="Add a person")
    assert any("an email address" in error.value for error in app.error)
    next(field for field in app.text_input if field.label == "Email address" and field.key is None).set_value(ANN)
    press(app, "Add person", within="Add a person")
    assert people(app)[ANN][0] == "Viewer"
    assert f"by {ROOT_ADMIN}" in people(app)[ANN][1]

    app.session_state["team-person-clicked"] = Click("change", ANN)
    app.run()
    next(box for box in app.selectbox if box.label == "Role").set_value(Role.EDITOR)
    app.session_state["team-person-clicked"] = Click("change", ANN)
    press(app, "Save role")
    assert people(app)[ANN][0] == "Editor"
    press_after(app, "team-person-clicked", Click("remove", ANN), "Remove person")
    assert ANN not in people(app)
    assert "ann@example\\.com has no role any more\\." in " ".join(words(app)).replace(":color[\\@]", "@")
    assert entered(writable_sample)[:3] == [
        ("role_taken", ROOT_ADMIN, ANN),
        ("role_given", ROOT_ADMIN, f"{ANN}: editor"),
        ("role_given", ROOT_ADMIN, f"{ANN}: viewer"),
    ]


def test_without_sign_in_it_says_how_to_set_it_up(sample_dashboard) -> None:
    assert "Sign-in is not set up: the dashboard serves this machine only." in words(run_page("data"))


def test_key_is_shown_once_and_revoked(sample_dashboard, writable_sample: Store) -> None:
    app = run_page("data")
    press(app, "Create a key")
    press(app, "Create key", within="Create a key")
    assert any("Give the key a name" in error.value for error in app.error)
    next(field for field in app.text_input if field.label == "Name" and field.placeholder == "Reporting").set_value(
        "CRM"
    )
    next(box for box in app.selectbox if box.label == "It may").set_value(KeyScope.INGEST)
    press(app, "Create key", within="Create a key")
    [shown] = app.code
    with writable_sample.read() as connection:
        assert identify(shown.value, valid_keys(connection)) is not None
    app.button(key="team-key-done").click().run()
    assert not app.code
    [row] = table(app, "revoke")
    assert [row[name].text for name in ("name", "scope", "last_used_at")] == ["CRM", "deliver events", "Never"]
    key_id = row["revoke"].value
    press_after(app, "team-key-clicked", key_id, "Revoke key")
    with writable_sample.read() as connection:
        assert identify(shown.value, valid_keys(connection)) is None
    assert "No key is valid now." in words(app)
    assert [one[0] for one in entered(writable_sample)[:2]] == ["key_revoked", "key_created"]
    app.toggle(key="team-keys-revoked").set_value(True).run()
    assert re.match("Revoked", table(app, "revoke")[0]["revoke"].text)
    assert [key.name for key in api_keys.list_keys(writable_sample)] == ["CRM"]


def test_last_sign_in_of_each_person(sqlite_store: Store) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    for sign_in_id, address in (("1", ANN), ("2", ROOT_ADMIN), ("3", ANN)):
        team.note_sign_in(sqlite_store, sign_in_id, address, later)
    last = team.last_sign_ins(sqlite_store)
    assert last[ANN] > last[ROOT_ADMIN]
