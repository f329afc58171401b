"""Where people sign in, nothing is shown, changed or served to others, whichever way they come."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.errors import NotAllowedError, NotSignedInError
from outreach_results.models.team import Role
from outreach_results.store import team
from outreach_results.store.engine import open_store
from outreach_results.ui import cache, gate
from support.dashboard import PAGES, files, run_alone, words
from support.databases import sqlite_url
from support.server import ROOT
from support.signing_in import require_sign_in, said_of

UI = ROOT / "src" / "outreach_results" / "ui"
ANN = "ann@example.com"
EDITING = {
    "Import",
    "Upload",
    "Add",
    "Mark done",
    "Meeting booked",
    "Not tracked",
    "Undo this import",
    "Connect an account",
    "Delete campaign",
    "Remove sample data",
    "Add a person",
    "Create a key",
}
"""Buttons of editors and admins."""


@pytest.fixture
def dashboard(use_database, sample_database, monkeypatch):
    """The sample data, where people have to sign in."""
    require_sign_in(monkeypatch, allowed="@example.com")
    use_database(sqlite_url(sample_database))
    return sample_database


def visit(page, said):
    """The page as it is for somebody of whom the provider said this."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.user = dict(said)
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    return app.run()


def give(database: Path, role: Role) -> None:
    store = open_store(sqlite_url(database))
    team.set_role(store, ANN, role)
    store.close()


def buttons(app):
    return {button.label for button in app.button}


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_to_sign_in_and_shows_nothing(page, dashboard):
    app = visit(page, {"is_logged_in": False})
    assert not app.exception
    assert words(app) == ["Outreach Results", "Sign in to see the results."]
    assert buttons(app) == {"Sign in"}
    assert not files(app)


@pytest.mark.parametrize("page", PAGES)
def test_page_around_the_entry_shows_nothing_either(page, dashboard):
    alone = run_alone(page)
    assert set(words(alone)) <= {"Open the dashboard at its front page."}
    assert not alone.get("bidi_component")


@pytest.mark.parametrize("page", PAGES)
def test_a_viewer_sees_the_page_and_cannot_change_it(page, dashboard):
    app = visit(page, said_of(ANN))
    assert not app.exception
    assert app.main.children
    assert not buttons(app) & EDITING
    assert not app.get("file_uploader")
    # Their own saved views are all that viewers write.
    assert {button.form_id for button in app.button} <= {"", "saved-view-form"}
    assert "Your name" not in [field.label for field in app.text_input]
    assert ANN in words(app)


def test_an_editor_imports_and_an_admin_sets(dashboard):
    give(dashboard, Role.EDITOR)
    app = visit("data", said_of(ANN))
    assert app.get("file_uploader")
    assert not buttons(app) & {"Connect an account", "Delete campaign", "Remove sample data"}
    give(dashboard, Role.ADMIN)
    app = visit("data", said_of(ANN))
    assert buttons(app) >= {"Connect an account", "Delete campaign", "Remove sample data"}


def test_marks_carry_the_name_of_who_signed_in(dashboard):
    give(dashboard, Role.EDITOR)
    app = visit("inbox", said_of(ANN))
    app.button(key="inbox-handle").click().run()
    assert not app.exception
    store = open_store(sqlite_url(dashboard))
    with store.read() as connection:
        marked = connection.exec_driver_sql("SELECT DISTINCT handled_by FROM reply_marks").scalars().all()
    store.close()
    assert ANN in marked


def test_a_role_that_was_taken_changes_nothing(dashboard):
    """The button is still on the screen of somebody who was an editor a moment ago."""
    give(dashboard, Role.EDITOR)
    app = visit("inbox", said_of(ANN))
    give(dashboard, Role.VIEWER)
    app.button(key="inbox-handle").click().run()
    assert any("needs the role editor" in sentence for sentence in words(app))
    store = open_store(sqlite_url(dashboard))
    with store.read() as connection:
        handlers = connection.exec_driver_sql("SELECT handled_by FROM reply_marks").scalars().all()
    store.close()
    assert ANN not in handlers


def test_who_is_shut_out_is_gone_at_the_next_click(dashboard):
    app = visit("overview", said_of(ANN))
    give(dashboard, Role.NONE)
    app.run()
    assert words(app)[0] == "Outreach Results"
    assert any("may not use this dashboard" in sentence for sentence in words(app))
    assert buttons(app) == {"Use another account"}


def test_signing_out_ends_the_sign_in(dashboard):
    said = said_of(ANN)
    app = visit("overview", said)
    other_tab = visit("overview", said)
    app.button(key="sign-out").click().run()
    assert "Sign in" in buttons(other_tab.run())


def test_questions_and_changes_ask_by_themselves(dashboard):
    """Outside of a script nobody is signed in: neither cached answers nor the store are to be had."""
    for role in Role:
        with pytest.raises(NotSignedInError):
            cache.store_for(role)
    with pytest.raises(NotSignedInError):
        cache.ask(results.all_campaigns)
    with pytest.raises(NotSignedInError):
        cache.zone()


@pytest.mark.parametrize("path", [f"{beginning}x" for beginning in gate.GUARDED])
def test_what_is_served_beside_pages_is_guarded(path, dashboard):
    assert gate.refusal(path, {}) == "Sign in to see the results."
    assert gate.refusal(path, {"_streamlit_user": "forged"}) == "Sign in to see the results."


def test_person_without_the_role_is_told_so(dashboard):
    with pytest.raises(NotAllowedError, match=r"needs the role editor, and ann@example\.com has the role viewer"):
        cache.sign_in.Person(ANN, Role.VIEWER).may(Role.EDITOR)


def test_few_modules_use_the_plain_store():
    """Whatever a page or a callback does with the database goes through `store_for`, which asks for the role."""
    users = {
        path.relative_to(UI).as_posix()
        for path in [*UI.rglob("*.py"), *(ROOT / "pages").glob("*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) == "store" or getattr(node.func, "attr", None) in ("store", "open_store"))
    }
    # The gate notes sign-ins; the route of downloads is behind the gate, and checks whose ticket it is. A link is
    # looked up by its address, for people whom nobody knows.
    assert users == {"cache.py", "downloads.py", "gate.py", "sharing.py"}


WRITES = ("add", "change", "choose", "delete", "edit", "enter", "load_", "remove", "restore", "save", "start", "undo")


def test_changes_need_more_than_a_viewer():
    too_little = [
        f"{path.name}: {ast.unparse(node.func)}"
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and any(ast.unparse(argument) == "store_for(Role.VIEWER)" for argument in node.args)
        and ast.unparse(node.func).rpartition(".")[2].startswith(WRITES)
    ]
    assert too_little == []
