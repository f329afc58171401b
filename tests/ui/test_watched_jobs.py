"""A page is drawn again after a job that ended while it was drawn."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    """A page whose job ends after its first run has read the database."""
    from types import SimpleNamespace

    import streamlit as st

    from outreach_results.ui.watched_jobs import redraw_after_jobs, watch

    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    if runs == 1:
        st.session_state["job"] = SimpleNamespace(is_done=False)
        watch(st.session_state["job"])
    if runs == 2:
        st.session_state["job"].is_done = True
    redraw_after_jobs()
    st.text(f"run {runs}")


def test_a_page_is_drawn_again_after_a_job() -> None:
    app = AppTest.from_function(page).run()
    assert [one.value for one in app.text] == ["run 1"]
    app.run()
    assert [one.value for one in app.text] == ["run 3"]


def test_it_is_drawn_again_once() -> None:
    app = AppTest.from_function(page).run().run()
    app.run()
    assert [one.value for one in app.text] == ["run 4"]
