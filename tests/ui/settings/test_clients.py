"""The tab of the settings that gives campaigns a client and tags."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.store import labeling
from outreach_results.store.brand import Brand
from outreach_results.store.client_brands import client_brand
from outreach_results.store.engine import Store
from support import records
from support.dashboard import run_page, table


@pytest.fixture
def own(use_database, sqlite_store: Store) -> Store:
    """The dashboard shows this database, with three campaigns and a client."""
    names = {"a": "Acme b2b", "b": "Acme spring", "c": "*Autumn*"}
    load(sqlite_store, "test", [*(records.campaign(own, name) for own, name in names.items()), records.email(of="a")])
    labeling.add_client(sqlite_store, "Acme")
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def said_of(store: Store) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    return {one.id: (one.client.name if one.client else None, one.tags) for one in results.all_campaigns(store)}


def test_campaigns_get_client_and_tags_by_hand(own: Store) -> None:
    app = press(run_page("data"), "Choose the 3 without a client")
    next(box for box in app.selectbox if box.label == "Client").set_value("acme").run()
    press(app, "Set client")
    app.multiselect(key="labels-of").set_value(["a"]).run()
    next(box for box in app.multiselect if box.label == "Tags").set_value(["B2B"]).run()
    press(app, "Set tags")
    assert said_of(own) == {"a": ("Acme", ("b2b",)), "b": ("Acme", ()), "c": ("Acme", ())}
    shown = {row["name"].text: row for row in table(app, "client_by")}
    assert (shown["Acme b2b"]["tags"].text, shown["Acme b2b"]["tags_by"].text) == ("b2b", "by hand")
    press(app, "Leave tags to rules and the source")
    assert said_of(own)["a"] == ("Acme", ())


def test_rule_shows_what_it_catches_first(own: Store) -> None:
    app = run_page("data")
    app.text_input(key="rule-text").set_value("ACME").run()
    captions = [caption.value.replace("\\", "") for caption in app.caption]
    assert "Catches 2 of 3 campaigns: Acme b2b, Acme spring." in captions
    press(app, "Add rule")
    assert said_of(own)["b"] == ("Acme", ())
    assert "Name starts with “ACME”: client Acme · 2 campaigns" in [shown.value for shown in app.text]
    press(app, "Add rule")
    assert [error.value.replace("\\", "") for error in app.error] == ["There is such a rule already."]
    [rule] = [button for button in app.button if str(button.key).startswith("rule-remove-")]
    rule.click().run()
    assert results.label_rules(own) == []


def test_clients_are_added_renamed_and_removed(own: Store) -> None:
    app = run_page("data")
    next(field for field in app.text_input if field.label == "New client").set_value("Bolt <b>")
    press(app, "Add client")
    app.selectbox(key="client-edited").set_value("acme").run()
    app.text_input(key="client-name-acme").set_value("Acme Corp").run()
    app.color_picker[0].set_value("#7a1f5c")
    press(app, "Save brand")
    assert client_brand(own, "acme") == Brand("Acme", "#7a1f5c")
    press(app, "Remove brand")
    assert client_brand(own, "acme") is None
    press(app, "Save brand")
    app.text_input(key="client-name-acme").set_value("Acme Corp").run()
    press(app, "Rename")
    assert [one.name for one in results.known_clients(own)] == ["Acme Corp", "Bolt <b>"]
    app.button(key="client-remove-confirmed").click().run()
    assert not app.exception
    assert client_brand(own, "acme") is None
    assert [one.name for one in results.known_clients(own)] == ["Bolt <b>"]
