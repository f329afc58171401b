"""The frame of every page: title, question, glossary and error handling."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.metrics import RATES
from outreach_results.models import COUNTS, Filters
from outreach_results.ui.charts import LABELS
from outreach_results.ui.components import DEFINITIONS
from outreach_results.ui.filters import View
from support.dashboard import run_page, words
from support.optional import present

VIEW = View("", Filters(), date(2026, 1, 30), date(2026, 2, 4))


def shown(script, *args):
    app = AppTest.from_function(script, args=args, default_timeout=60).run()
    assert not app.exception
    return app


def test_page_begins_with_its_title():
    def page(view):
        import streamlit

        from outreach_results.ui import shell

        streamlit.session_state["outreach-view"] = view
        shell.begin("Trends", "How does it move?")

    app = shown(page, VIEW)
    assert [title.value for title in app.title] == ["Trends"]


def test_the_view_is_good_for_one_page():
    def pages(view):
        import streamlit

        from outreach_results.ui import shell

        streamlit.session_state["outreach-view"] = view
        shell.begin("One", "Why?")
        shell.begin("Two", "Why?")

    app = shown(pages, VIEW)
    assert [title.value for title in app.title] == ["One"]
    assert [info.value for info in app.info] == ["Open the dashboard at its front page."]


@pytest.mark.parametrize("impostor", [None, "view", {"filters": None}])
def test_nothing_but_a_view_opens_the_gate(impostor):
    def page(impostor):
        import streamlit

        from outreach_results.ui import shell

        streamlit.session_state["outreach-view"] = impostor
        shell.begin("Secret", "Why?")

    app = shown(page, impostor)
    assert not app.title
    assert [link.url for link in app.get("link_button")] == ["/"]


def test_unexpected_errors_are_raised():
    def page():
        from outreach_results.ui import shell

        with shell.show_errors():
            raise ZeroDivisionError

    assert AppTest.from_function(page).run().exception


def test_every_number_is_explained_on_every_page(sample_dashboard):
    shown = "\n".join(words(run_page("trends")))
    for name in (*COUNTS, *RATES, "cost"):
        assert f"**{LABELS.get(name, 'Cost')}**: {DEFINITIONS[name]}" in shown


def test_every_rate_says_what_it_is_a_share_of():
    for name, rate in RATES.items():
        denominator = {"emails_sent": "all emails sent", "delivered": "delivered emails"}[present(rate.denominator)]
        assert f"as a share of {denominator}" in DEFINITIONS[name]
