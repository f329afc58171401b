"""The state in the URL: how it is read and written, and the notices for what is invalid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.state.query_params import QueryParams
from streamlit.testing.v1 import AppTest

from outreach_results.ui import url_state
from outreach_results.ui.url_parameters import PARAMETERS
from support.dashboard import PAGES
from support.hostile import HOSTILE


def page(ends, notes):
    import streamlit as st

    from outreach_results.ui import url_state

    url_state.begin_run()
    url_state.one_of("basis", {"good": "good"}, "good")
    url_state.keep_place()
    st.text("the page")
    if notes:
        url_state.one_of("month", {"good": "good"}, "good")
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


def shown(app):
    return [text.value for text in app.text]


EARLY = "This link uses an unknown date to attribute to; showing the default."
LATE = "This link uses a month without data; showing the default."


# --- notices -----------------------------------------------------------------------------------------------------


def test_valid_url_shows_no_notice():
    assert shown(run(basis="good")) == ["the page"]
    assert shown(run()) == ["the page"]
    assert shown(run(basis="")) == ["the page"]


@pytest.mark.parametrize("ends", ["as written", "stopped", "rerun"])
def test_notices_are_above_the_page_however_it_ends(ends):
    assert shown(run(ends, notes=True, basis="bad", month="late")) == [f"{EARLY}\n{LATE}\nAnd one more.", "the page"]


@pytest.mark.parametrize("ends", ["as written", "stopped", "rerun"])
def test_page_alone_may_show_a_notice(ends):
    assert shown(run(ends, notes=True, basis="good", month="good")) == ["And one more.", "the page"]


def test_notices_stay_until_they_are_closed():
    app = run(basis="bad")
    assert shown(app.run()) == [EARLY, "the page"]
    app.button(key="close-address-notices").click().run()
    assert shown(app) == ["the page"]
    assert shown(app.run()) == ["the page"]


def test_notice_is_shown_once():
    assert shown(run(basis=["bad", "worse"])) == [EARLY, "the page"]


def test_invalid_value_leaves_the_url():
    app = run(basis="bad", month="2026-01")
    assert app.query_params == {"month": "2026-01"}
    assert app.run().query_params == {"month": "2026-01"}


# --- writing -----------------------------------------------------------------------------------------------------


def three_choices():
    import streamlit as st

    from outreach_results.ui import url_state

    def choose():
        url_state.change("period", "all")
        url_state.change("lane", "all")
        url_state.change("campaigns", url_state.join(["camp_1", "camp.2"]))

    url_state.begin_run()
    st.button("Choose", key="choose", on_click=choose)
    st.text(url_state.text("campaigns"))


def test_one_callback_is_one_message_to_the_browser(monkeypatch):
    # Each message is a step for the Back button. This leans on Streamlit's own QueryParams, see url_state._write.
    messages = []
    send = QueryParams._send_query_param_msg
    monkeypatch.setattr(QueryParams, "_send_query_param_msg", lambda self: (messages.append(str(self)), send(self)))
    app = AppTest.from_function(three_choices)
    app.query_params.update(page="3", reply="camp_1/r1", sentiment="positive", humans="true")
    app.run()
    assert messages == []
    app.button(key="choose").click().run()
    assert not app.exception
    assert len(messages) == 1
    assert app.query_params == {"period": "all", "lane": "all", "humans": "true", "campaigns": "camp_1.camp~2E2"}
    assert shown(app) == ["camp_1.camp~2E2"]
    app.run()
    assert len(messages) == 1


def test_registry_names_what_exists():
    for parameter in PARAMETERS.values():
        assert parameter.page in ("", *PAGES)
        assert set(parameter.resets) <= set(PARAMETERS)
        assert len(set(parameter.codes.values())) == len(parameter.codes)


# --- ids in a text -----------------------------------------------------------------------------------------------

IDS = ("camp_1", "camp.2", "a~2Eb", "a%2Eb", "..", "~", "%", "none", " ", "ü.ß", *HOSTILE)


@pytest.mark.parametrize("first", IDS)
def test_joined_ids_are_split_again(first):
    for second in IDS:
        assert url_state.split(url_state.join([first, second])) == [first, second]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_any_joined_ids_are_split_again(ids):
    joined = url_state.join(ids)
    assert url_state.split(joined) == ids
    assert not set(joined) & set("%&=?#+ ")


def test_choices_keep_their_order_in_the_control():
    def script():
        import streamlit as st

        from outreach_results.ui import url_state

        codes = {"a": "a", "b": "b", "c": "c"}
        url_state.begin_run()
        chosen, _ = url_state.some_of("counts", codes)
        st.multiselect(
            "Metrics",
            list(codes),
            key=url_state.control("counts", chosen),
            on_change=url_state.writes_some("counts", codes),
        )

    app = AppTest.from_function(script).run()
    app.multiselect(key="counts_choice").set_value(["c", "a"]).run()
    assert app.query_params == {"counts": "a.c"}
    assert app.multiselect(key="counts_choice").value == ["c", "a"]
    app.multiselect(key="counts_choice").set_value([]).run()
    assert app.query_params == {}
