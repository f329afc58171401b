"""What an address asks for in vain is said, whichever part of a page notes it and however the page ends."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page(ends, notes):
    import streamlit as st

    from outreach_results.ui import url_state

    url_state.begin_run()
    url_state.check("before", ["good"], "something early")
    st.selectbox("Before", ["good"], key="before", bind="query-params")
    url_state.keep_place()
    st.text("the page")
    if notes:
        url_state.check("late", ["good"], "something late")
        url_state.notice("And one more.")
    if ends == "stopped":
        st.stop()
    if ends == "rerun" and "again" not in st.session_state:
        st.session_state["again"] = True
        st.rerun()


def run(ends="as written", notes=False, **parameters):
    app = AppTest.from_function(page, args=(ends, notes))
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def said(app):
    return [text.value for text in app.text]


EARLY = "The address asks for something early; the default is shown."
LATE = "The address asks for something late; the default is shown."


def test_an_address_without_fault_needs_no_words():
    assert said(run(before="good")) == ["the page"]
    assert said(run()) == ["the page"]
    assert said(run(before="")) == ["the page"]


@pytest.mark.parametrize("ends", ["as written", "stopped", "rerun"])
def test_what_is_noted_stands_above_the_page_however_it_ends(ends):
    assert said(run(ends, notes=True, before="bad", late="bad")) == [f"{EARLY}\n{LATE}\nAnd one more.", "the page"]


@pytest.mark.parametrize("ends", ["as written", "stopped", "rerun"])
def test_the_page_alone_may_note_something(ends):
    assert said(run(ends, notes=True, before="good", late="good")) == ["And one more.", "the page"]


def test_notices_stay_on_the_next_page_until_they_are_closed():
    app = run(before="bad")
    assert said(app.run()) == [EARLY, "the page"]
    app.button(key="close-address-notices").click().run()
    assert said(app) == ["the page"]
    assert said(app.run()) == ["the page"]


def test_what_was_said_is_not_said_twice():
    assert said(run(before=["bad", "worse"])) == [EARLY, "the page"]
