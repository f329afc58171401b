"""Saved views: under a name, of one person or shared, and leading nowhere but to a page of the dashboard."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.models.team import Role
from outreach_results.store import audit, labeling, saved_views, team
from outreach_results.store.admin import deletion
from outreach_results.store.engine import Store
from outreach_results.store.saved_views import LONGEST_NAME, SHARED, SavedView
from outreach_results.ui.saved_views import address_of
from support.dashboard import run_page
from support.databases import sqlite_url
from support.server import ROOT
from support.signing_in import require_sign_in, said_of

ANN, BOB, EVE = (f"{name}@example.com" for name in ("ann", "bob", "eve"))
CAMPAIGN = "camp_abc123"


def save(app: AppTest, name: str, *, shared: bool | None = None) -> AppTest:
    app.text_input(key="saved-view-name").set_value(name)
    if shared is not None:
        app.toggle(key="saved-view-shared").set_value(shared)
    next(button for button in app.button if button.label == "Save view").click()
    app.run()
    assert not app.exception
    return app


def offered(app: AppTest) -> list[str]:
    return [
        button.label for button in app.button if str(button.key).startswith("saved-view-") and " · " in button.label
    ]


def said(app: AppTest) -> list[str]:
    return [warning.value.replace("\\", "") for warning in app.warning]


def visit(who: str, page: str = "trends", **parameters: str) -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.user = said_of(who)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{page}.py").run()


def test_a_view_is_saved_renamed_and_deleted(sample_dashboard, writable_sample: Store) -> None:
    app = save(run_page("inbox", period="7d", status="all", page="2", campaigns=CAMPAIGN), " My  replies ")
    assert offered(app) == ["My replies · Inbox"]
    [view] = saved_views.saved_views_of(writable_sample, (SHARED,))
    kept = {"period": ["7d"], "status": ["all"], "campaigns": [CAMPAIGN]}
    assert parse_qs(view.query) == kept, "a named period stays one; the page of the list is no part of a view"
    save(app, "MY REPLIES")
    assert said(app) == ["There is a view “MY REPLIES” already. Choose another name, or delete that one first."]
    for name in (" ", "a" * (LONGEST_NAME + 1)):
        with pytest.raises(saved_views.QueryError):
            saved_views.save(writable_sample, SHARED, name, "inbox", "", by=None)
    app.text_input(key="saved-view-new-name").set_value("Answers")
    app.button(key="saved-view-rename").click().run()
    assert offered(app) == ["Answers · Inbox"]
    deletion.delete(writable_sample, CAMPAIGN)
    assert offered(run_page("trends")) == ["Answers · Inbox · a campaign of it was deleted"]
    app.button(key="saved-view-delete").click().run()
    assert offered(app) == []
    about = [entry.about for entry in audit.entries(writable_sample) if entry.about.startswith("shared view")]
    assert about == [
        "shared view Answers: deleted",
        "shared view My replies: renamed to Answers",
        "shared view My replies: saved",
    ]


def test_views_are_of_one_person_or_shared(use_database, sample_database, monkeypatch, writable_sample: Store) -> None:
    require_sign_in(monkeypatch, allowed="@example.com")
    use_database(sqlite_url(sample_database))
    team.set_role(writable_sample, ANN, Role.EDITOR)
    labeling.add_client(writable_sample, "Acme")
    labeling.choose_client(writable_sample, [CAMPAIGN], "acme")
    team.set_role(writable_sample, EVE, Role.EDITOR, clients=["acme"])
    ann = save(save(visit(ANN), "Of the team", shared=True), "Own", shared=False)
    assert offered(ann) == ["Own · Trends", "Of the team · Trends · shared"]
    bob = save(visit(BOB), "Own")  # a viewer; the same name as another person's
    assert offered(bob) == ["Own · Trends", "Of the team · Trends · shared"]
    assert [one.owner for one in saved_views.saved_views_of(writable_sample, (BOB,))] == [BOB]
    assert list(bob.selectbox(key="saved-view-chosen").options) == ["Own"], "shared ones are not his to change"
    # What a browser sends for a control that was not drawn is refused all the same.
    bob.session_state["saved-view-shared"] = True
    save(bob, "For all")
    assert said(bob) == ["Shared views are saved by editors and admins. Save it for yourself."]
    assert not offered(visit(EVE)), "names of shared views may be those of other clients"


@pytest.mark.parametrize(
    ("page", "query", "leads_to"),
    [
        ("overview", "period=7d&tile=replied", "/?period=7d&tile=replied"),
        ("inbox", "", "/inbox"),
        ("inbox", "q=a%26reply%3Dx&reply=r1&page=3&tile=sent&next=//evil.example", "/inbox?q=a%26reply%3Dx"),
        ("//evil.example", "period=7d", None),
        ("../data", "", None),
    ],
    ids=["home", "plain", "unknown", "host", "path"],
)
def test_a_view_leads_to_a_known_page_only(page: str, query: str, leads_to: str | None) -> None:
    assert address_of(SavedView("1", SHARED, "n", page, query)) == leads_to
