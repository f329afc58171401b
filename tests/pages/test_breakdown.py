"""The card that breaks the overview down: what can be chosen, what its rows say, and how many comparisons it made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import DIMENSIONS, Dimension, Filters
from outreach_results.store.engine import Store
from outreach_results.ui.tables import Cell, Tone
from support.dashboard import components, file_frame, run_page, table, words
from support.records import campaign, email

pytestmark = pytest.mark.usefixtures("sample_dashboard")


def chosen(app: AppTest) -> str | None:
    """What the card is broken down by; None without a card."""
    return next((str(one.value) for one in app.button_group if one.key == "breakdown_choice"), None)


def cells(app: AppTest) -> dict[str, dict[str, Cell]]:
    """The rows of the card by what they are of."""
    return {row["value"].text: row for row in table(app, "value")}


def test_steps_are_shown_first() -> None:
    app = run_page(period="all")
    assert not app.exception
    assert chosen(app) == Dimension.STEP
    assert {name: row["emails_sent"].text for name, row in cells(app).items()} == {
        "1": "5,599",
        "2": "629",
        "Not in this data": "487",
    }


def test_every_dimension_can_be_chosen_by_the_url(sample_store: Store) -> None:
    for dimension in Dimension:
        app = run_page(period="all", breakdown=dimension.value)
        rows = results.breakdown(sample_store, Filters(), dimension).rows
        assert not app.exception
        assert chosen(app) == dimension
        assert len(cells(app)) == len(rows)
        (drawn,) = [one for one in components(app, "outreach_table") if DIMENSIONS[dimension].label in one["table"]]
        assert drawn["alt"].endswith(DIMENSIONS[dimension].label.lower())


def test_what_stands_out_says_beside_what() -> None:
    app = run_page(period="all", breakdown="variant")
    better, worse = (cells(app)[variant]["reply_rate"] for variant in ("B", "A"))
    assert (better.tone, better.sign, worse.tone, worse.sign) == (Tone.BETTER, "▲", Tone.WORSE, "▼")
    assert better.title == "Above the other emails of the same campaigns (3.8%), statistically significant"
    bounces = cells(run_page(period="all"))["1"]["bounce_rate"]
    assert (bounces.tone, bounces.sign) == (Tone.WORSE, "▲")


def test_the_card_says_how_many_comparisons_it_made(sample_store: Store) -> None:
    n = results.breakdown(sample_store, Filters(), Dimension.SUBJECT).comparisons
    assert n > 50
    assert any(
        f"all {n} comparisons taken into account" in said for said in words(run_page(period="all", breakdown="subject"))
    )


def test_download_has_the_rows_of_the_card(sample_store: Store) -> None:
    frame = file_frame(run_page(period="all", breakdown="mailbox"), "Breakdown")
    expected = results.breakdown(sample_store, Filters(), Dimension.MAILBOX).rows
    assert list(frame.columns) == list(expected.columns)
    assert frame["emails_sent"].tolist() == expected["emails_sent"].tolist()


def test_without_such_data_there_is_no_card(writable_sample: Store, use_database: Callable[[str], None]) -> None:
    load(writable_sample, "bare", [campaign(), email(recipient=None)])
    use_database(str(writable_sample.engine.url))
    app = run_page(period="all", campaign="camp_1")
    assert not app.exception
    assert chosen(app) is None
    assert "Breakdown" not in words(app)


def test_other_campaigns_fall_back_to_what_they_say(
    writable_sample: Store, use_database: Callable[[str], None]
) -> None:
    """The choice stays in the URL for the campaigns that know it, and nobody is told that it is unknown."""
    load(writable_sample, "one", [campaign(), email()._replace(step="1"), email("e2")._replace(variant="A")])
    use_database(str(writable_sample.engine.url))
    app = run_page(period="all", campaign="camp_1", breakdown="bounce_kind")
    assert chosen(app) == Dimension.STEP
    assert not any("unknown breakdown" in said for said in words(app))


def test_an_unknown_breakdown_is_noticed() -> None:
    app = run_page(period="all", breakdown="weather")
    assert chosen(app) == Dimension.STEP
    assert any("This link uses an unknown breakdown" in said for said in words(app))


def test_a_single_row_says_that_nothing_was_compared(
    writable_sample: Store, use_database: Callable[[str], None]
) -> None:
    load(writable_sample, "one", [campaign(), email()._replace(step="1")])
    use_database(str(writable_sample.engine.url))
    app = run_page(period="all", campaign="camp_1")
    assert chosen(app) is None  # nothing to choose from
    assert any(said.startswith("Nothing could be compared") for said in words(app))
    assert cells(app)["1"]["reply_rate"].title == "Nothing delivered"
