"""Cards: a heading, and beside it what can be downloaded."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.export import FORMATS
from outreach_results.export import streams as exports
from outreach_results.models import Filters
from outreach_results.ui import downloads, text
from support.dashboard import components

TABLE = downloads.Table("numbers", pd.DataFrame({"n": [1]}), Filters())
NAME = "A *card* of $5 & [x](y)"


def draw(title: str, offered: downloads.Offer | None, later: downloads.Offer | None = None) -> AppTest:
    """A page with one card."""

    def script(title, offered, later):
        import streamlit as st

        from outreach_results.ui import cards

        with cards.card(title, key="numbers", help="What it is.", downloads=offered) as card:
            st.text("content")
            if later is not None:
                card.offer(later)

    app = AppTest.from_function(script, args=(title, offered, later)).run()
    assert not app.exception
    return app


def actions(app: AppTest) -> dict[str, Any]:
    (drawn,) = components(app, "outreach_actions")
    return drawn


def test_heading_is_shown_to_the_letter(sample_dashboard: None) -> None:
    app = draw(NAME, TABLE)
    assert [heading.value for heading in app.subheader] == [text.escape(NAME)]
    assert [content.value for content in app.text] == ["content"]
    assert actions(app)["title"] == NAME


def test_csv_and_json_are_buttons_the_rest_a_menu(sample_dashboard: None) -> None:
    files = actions(draw("Numbers", TABLE))["files"]
    assert [file["label"] for file in files if not file["in_menu"]] == ["CSV", "JSON"]
    assert [file["label"] for file in files if file["in_menu"]] == ["Excel"]


def test_a_new_format_appears_by_itself(sample_dashboard: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exports.FORMATS, "xml", FORMATS["json"])
    assert len(actions(draw("Numbers", TABLE))["files"]) == 4


def test_only_a_table_has_a_picture(sample_dashboard: None) -> None:
    assert actions(draw("Numbers", TABLE))["has_picture"] is True
    assert actions(draw("Numbers", downloads.Campaign("camp_1", humans_only=False)))["has_picture"] is False


def test_downloads_may_be_offered_later(sample_dashboard: None) -> None:
    assert not components(draw("Numbers", None), "outreach_actions")
    assert len(actions(draw("Numbers", None, TABLE))["files"]) == len(FORMATS)
