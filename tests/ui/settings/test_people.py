"""What is held about a person, and forgetting them, on the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outreach_results.store.engine import Store
from support.dashboard import run_page
from support.people import ADDRESS, SPELLED, fill, left_in_tables


@pytest.fixture
def own(use_database: Callable[[str], None], sqlite_store: Store) -> Store:
    """The dashboard shows this database, with a person who is in every place."""
    fill(sqlite_store)
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


def find(address: str):
    app = run_page("data")
    app.text_input(key="person-address").set_value(address)
    app.button(key="FormSubmitter:person-Find").click().run()
    assert not app.exception
    return app


def texts(app) -> list[str]:
    return [element.value for element in app.text]


def test_person_is_forgotten_after_a_question(own: Store) -> None:
    app = find(f" {SPELLED}")
    assert "Held: 2 emails, 2 replies, 2 rows of contacts, 7 other texts." in texts(app)
    app.button(key="person-forget").click().run()
    assert ADDRESS in {name.casefold() for name in left_in_tables(own)}, "it only asks"
    app.button(key="person-cancelled").click().run()
    assert not any("Remove" in one for one in texts(app))
    app.button(key="person-forget").click().run()
    app.button(key="person-confirmed").click().run()
    assert not app.exception
    assert left_in_tables(own) == {}
    assert next(message.value for message in app.success).startswith("Forgotten, in 2 emails, 2 replies")
    assert "This person was forgotten. What comes in for them is counted without them." in texts(app)


def test_data_of_a_person_can_be_downloaded(own: Store) -> None:
    app = find(ADDRESS)
    [button] = [one for one in app.get("download_button") if one.proto.label == "Download their data"]
    assert button.proto.url.endswith(".json")


def test_what_is_no_address_is_explained(own: Store) -> None:
    assert any("an email address" in error.value for error in find("ada").error)
