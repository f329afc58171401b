"""The state of every page in its URL: which parameters there are, how they are read and written, and what was invalid.

Streamlit can bind a widget to a URL parameter, but it writes the label that a person reads and it forgets a page's own
parameters at a switch of pages. So each parameter here is bound to a hidden text field that holds ids or short codes,
and app.py draws those fields on every page. The visible controls are not bound: they are set from the fields before
they are drawn, and their ``on_change`` sets the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

import streamlit as st

from outreach_results.models.url_lists import join as join
from outreach_results.models.url_lists import split as split
from outreach_results.server.streamlit_internals import write_query_params
from outreach_results.ui.url_parameters import PARAMETERS, SHORT_FORMS

T = TypeVar("T")

_NOTICES = "address-notices"
_NOTICE_TEXT = "address-notices-words"
_NOTICE_PLACE = "address-notices-place"
_TEXTS, _CHANGES, _INVALID = "url-texts", "url-changes", "url-invalid"
_IN_FRAGMENT, _PAGE, _TURN_TO = "url-changes-in-fragment", "url-page", "url-turn-to"

HOME = "overview"
"""The page at the server's root."""

FIELDS = "url-fields"
"""The key of the container with the hidden fields."""

_SWITCH = {"true": "true", "1": "true", "false": "false", "0": "false"}

NO_CHOICE = "none"
"""The code of a selection that is empty although the default is not."""

NO_CHANGES: Mapping[str, str] = MappingProxyType({})


# --- one run of the script ---------------------------------------------------------------------------------------


def begin_run(page: str = "") -> None:
    """Read the URL and write what the callbacks chose. Call this before anything else is drawn.

    Args:
        page: such as ``inbox``; without one, every parameter is taken to have a control.
    """
    state = st.session_state
    state.pop(_NOTICE_PLACE, None)
    state.pop(_NOTICE_TEXT, None)
    _read_short_forms()
    for name, (invalid, corrected) in state.pop(_INVALID, {}).items():
        if state.get(name) == invalid:
            state[name] = corrected
    has_turned, state[_PAGE] = state.get(_PAGE) != page, page
    for name, text in state.pop(_IN_FRAGMENT, {}).items():
        if has_turned or st.query_params.get(name, "") == text:  # else the Back button has undone it
            state[name] = text
    changes = state.pop(_CHANGES, {})
    if changes:
        current = {name: str(state.get(name) or "") for name in PARAMETERS} | changes
        for name, text in changes.items():
            state[name] = text
        _write(current)
    with st.container(key=FIELDS):  # not displayed, so that neither a click nor the Tab key gets there
        state[_TEXTS] = {
            name: st.text_input(name, key=name, bind="query-params", label_visibility="collapsed")
            for name, parameter in PARAMETERS.items()
            # A field costs time in every run; without a value and without a control, nothing would be lost or read.
            if not page or parameter.page in ("", page) or state.get(name) or st.query_params.get_all(name)
        }


def _read_short_forms() -> None:
    """Replace parameters that occur more than once, or under their short name, by the one text of the hidden field."""
    written = {name: st.query_params.get_all(name) for name in PARAMETERS}
    repeated = {name: join(filter(None, values)) for name, values in written.items() if len(values) > 1}
    short_forms = {name: st.query_params.get_all(short) for short, name in SHORT_FORMS.items()}
    for name, values in short_forms.items():
        if values:
            repeated[name] = join(filter(None, [*written[name], *values]))
    if repeated:
        current = {name: values[0] for name, values in written.items() if values} | repeated
        for name in PARAMETERS:
            st.session_state[name] = current.get(name, "")  # somebody followed a link: it has the last word
        _write(current)


def _write(texts: Mapping[str, str]) -> None:
    write_query_params(texts, SHORT_FORMS)


def parameters(changes: Mapping[str, str]) -> dict[str, str]:
    """The parameters of this run that are not at their defaults, with some of them changed.

    What a change makes meaningless is reset, unless it is changed itself.
    """
    resets = {reset: "" for name in changes for reset in PARAMETERS[name].resets}
    changed = st.session_state.get(_TEXTS, {}) | resets | dict(changes)
    return {name: text for name, text in changed.items() if text}


def address(page: str, changes: Mapping[str, str]) -> str:
    """Where a link to a page, such as ``inbox``, leads that keeps the parameters of this run but for some changes."""
    query = urlencode(parameters(changes))
    path = "/" if page == HOME else f"/{page}"
    return f"{path}?{query}" if query else path


def turn_to(address: str) -> None:
    """Let the browser follow a link to a page in the next run of the page. For callbacks."""
    st.session_state[_TURN_TO] = address


def turned_to() -> str:
    """The address that `turn_to` was called with since the last run; empty without one."""
    address: str = st.session_state.pop(_TURN_TO, "")
    return address


def page_link(
    label: str, page: str, changes: Mapping[str, str] = NO_CHANGES, *, icon: str = "", about: str = ""
) -> None:
    """Draw a link to a page that keeps the parameters of this run but for some changes.

    Args:
        about: a tooltip.
    """
    written = parameters(changes)
    st.page_link(f"pages/{page}.py", label=label, query_params=written, icon=icon or None, help=about or None)


# --- reading and writing one parameter ---------------------------------------------------------------------------


def text(name: str) -> str:
    """The text of a parameter in this run; empty for its default."""
    value: str = st.session_state.get(_TEXTS, {}).get(name, "")
    return value


def codes(name: str) -> Mapping[str, str]:
    """What is written for each label of a fixed choice."""
    return PARAMETERS[name].codes


def change(name: str, text: str = "") -> None:
    """Set a parameter, empty for its default. For callbacks: they run before the fields are drawn.

    All that is set in one callback is one step for the Back button. What the choice makes meaningless is reset, unless
    the same callback set it before.
    """
    changes = st.session_state.setdefault(_CHANGES, {})
    changes[name] = text
    for dependent in PARAMETERS[name].resets:
        changes.setdefault(dependent, "")


def change_in_fragment(name: str, text: str = "") -> None:
    """Set a parameter without a run of the whole page. For callbacks of a fragment, and parameters that it alone reads.

    The URL has it at once; the hidden field gets it in the next run of the page, unless Back has undone it by
    then. For parameters without ``resets``.
    """
    st.session_state.setdefault(_CHANGES, {})[name] = text
    keep_in_fragment()


def keep_in_fragment() -> None:
    """Do the same with all that this callback changed, in one step for the Back button. For the end of callbacks."""
    changes: dict[str, str] = st.session_state.pop(_CHANGES, {})
    if changes:
        st.session_state.setdefault(_IN_FRAGMENT, {}).update(changes)
        st.session_state[_TEXTS].update(changes)
        _write(changes)


def correct(name: str, corrected: str = "") -> None:
    """Replace an invalid value, or leave it out of the URL, in the middle of a run."""
    invalid = text(name)
    if invalid != corrected:
        # The field is drawn already and cannot take another value before the next run; the URL can.
        st.session_state.setdefault(_INVALID, {})[name] = invalid, corrected
        st.session_state[_TEXTS][name] = corrected
        _write({name: corrected})


def refuse(name: str, corrected: str = "") -> None:
    """Replace an invalid value, or leave it out of the URL, and show a notice that the default is shown."""
    correct(name, corrected)
    notice(f"This link uses {PARAMETERS[name].invalid}; showing the default.")


def one_of(name: str, codes: Mapping[T, str], default: T, labels: Mapping[T, str] | None = None) -> T:
    """The chosen one of ``codes``, by its code or, as links had it before, by its label; else the default, noticed."""
    written = text(name)
    if not written:
        return default
    code_written = PARAMETERS[name].former_labels.get(written, written)
    for value, code in codes.items():
        if code == code_written:
            return value
    for value in codes:
        if (str(value) if labels is None else labels[value]) == written:
            return value
    refuse(name)
    return default


def some_of(
    name: str, codes: Mapping[T, str], default: Iterable[T] = (), labels: Mapping[T, str] | None = None
) -> tuple[list[T], list[str]]:
    """The chosen of ``codes``, or the default where none is; and what was written but is not offered."""
    written = text(name)
    if not written:
        return list(default), []
    if written == NO_CHOICE and NO_CHOICE not in codes.values():
        return [], []
    by_code = {code: value for value, code in codes.items()}
    by_label = {(str(value) if labels is None else labels[value]): value for value in codes}
    parts = split(written)
    if written in by_label and not all(part in by_code for part in parts):
        parts = [written]  # a single label from before, which may hold a dot
    offered = by_label | by_code
    valid = dict.fromkeys(offered[part] for part in parts if part in offered)
    return list(valid or default), [part for part in parts if part not in offered]


def is_on(name: str, *, default: bool = False) -> bool:
    """Whether a switch is on."""
    written = text(name)
    if not written:
        return default
    if written.lower() not in _SWITCH:
        refuse(name)
        return default
    return _SWITCH[written.lower()] == "true"


# --- controls ----------------------------------------------------------------------------------------------------


def control(name: str, value: Any, *, label: str = "") -> str:
    """The key of the visible control of a parameter, after it was set to this value.

    Of several choices it keeps the order in which somebody made them; the URL has the order in which they are offered.

    Args:
        label: how the value is shown, where that changes. The browser keeps what is shown, so it has to be sent.
    """
    key, label_key = f"{name}_choice", f"{name}_label"
    held = st.session_state.get(key)
    is_same = sorted(held) == sorted(value) if isinstance(held, list) and isinstance(value, list) else held == value
    if key not in st.session_state or not is_same or st.session_state.get(label_key, "") != label:
        st.session_state[key] = value
        st.session_state[label_key] = label
    return key


def chosen(name: str) -> Any:
    """What the visible control of a parameter holds; None before it was drawn."""
    return st.session_state.get(f"{name}_choice")


def writes_one(name: str, codes: Mapping[T, str], default: T) -> Callable[[], None]:
    """An ``on_change`` that writes the code of the chosen one."""

    def write() -> None:
        value = chosen(name)
        if value is None or value in codes:  # nothing else was offered, unless under a label that has changed since
            change(name, "" if value is None or value == default else codes[value])

    return write


def writes_some(name: str, codes: Mapping[T, str], default: Sequence[T] = ()) -> Callable[[], None]:
    """An ``on_change`` that writes the codes of all that are chosen, in the order in which they are offered."""

    def write() -> None:
        values = [value for value in codes if value in chosen(name)]
        if set(values) == set(default):
            change(name)
        else:
            change(name, join(codes[value] for value in values) or NO_CHOICE)

    return write


def writes_switch(name: str, *, default: bool = False) -> Callable[[], None]:
    """An ``on_change`` that writes whether a switch is on."""

    def write() -> None:
        is_on = bool(chosen(name))
        change(name, "" if is_on == default else str(is_on).lower())

    return write


def writes_text(name: str) -> Callable[[], None]:
    """An ``on_change`` that writes what somebody typed."""
    return lambda: change(name, str(chosen(name) or ""))


# --- notices -----------------------------------------------------------------------------------------------------


def notice(sentence: str) -> None:
    """Show a sentence about the URL in the place that `keep_place` reserved on this page."""
    noticed = st.session_state.setdefault(_NOTICES, [])
    if sentence not in noticed:
        noticed.append(sentence)
        _show(noticed)


def keep_place() -> None:
    """Reserve the place for notices and show those that are not closed yet.

    Each notice is drawn when it occurs: after a page has called ``st.stop`` nothing more can be drawn.
    """
    st.session_state[_NOTICE_PLACE] = st.container(key="address-notices")
    _show(st.session_state.get(_NOTICES, []))


def _show(noticed: list[str]) -> None:
    place = st.session_state.get(_NOTICE_PLACE)
    if place is None or not noticed:
        return
    if _NOTICE_TEXT not in st.session_state:
        with place, st.container(horizontal=True, vertical_alignment="center", border=True, key="address-notices-box"):
            st.session_state[_NOTICE_TEXT] = st.empty()
            st.space("stretch")
            st.button("Close", key="close-address-notices", on_click=noticed.clear)
    st.session_state[_NOTICE_TEXT].text("\n".join(noticed))
