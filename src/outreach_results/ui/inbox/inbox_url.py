"""What the address asks of the inbox: lane, status, sentiments, search, page, and the reply that is being read.

The filters that show counts cannot be bound to the address by Streamlit, which would write the counts into it. Here
the address is what counts: a widget follows it, and a choice is written to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlencode

import streamlit as st

from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters, ReplyKey, ReplyKind, ReplyStatus, is_of_kind
from outreach_results.ui import url_state

LANE, STATUS, SENTIMENT, SEARCH, PAGE, REPLY = "lane", "status", "sentiment", "q", "page", "reply"
LONGEST_SEARCH = 200

_MEMORY, _RESTORED, _TOLD = "inbox-address", "inbox-address-restored", "inbox-address-told"
_FILTERS = "inbox-filters"
_OWN = (LANE, STATUS, SENTIMENT, PAGE, REPLY)
_DEFAULTS = {LANE: ReplyKind.PEOPLE, STATUS: ReplyStatus.OPEN}

# What is filled in is encoded for addresses: it cannot leave its quotes. Streamlit learns of another address only when
# somebody goes back or forth, so it is told that somebody did.
_REPLACE_ADDRESS = """<script>(() => {
  const here = new URL(location.href);
  new URLSearchParams(%s).forEach((value, name) => here.searchParams.append(name, value));
  history.replaceState({}, "", here);
  dispatchEvent(new PopStateEvent("popstate"));
})()</script>"""


def triage() -> InboxFilters:
    """The filters that the address asks for; what it asks for in vain is said."""
    _come_back()
    lane = ReplyKind(_one_of(LANE, list(ReplyKind), "a lane that does not exist"))
    offered = sentiments_in(lane)
    asked = _asked(SENTIMENT)
    sentiments = tuple(Sentiment(value) for value in dict.fromkeys(asked) if value in offered)
    if len(sentiments) < len(asked):
        url_state.notice("The address asks for a sentiment that is not shown here; it is left out.")
        tell(SENTIMENT, sentiments)
    return InboxFilters(
        lane=lane,
        handling=ReplyStatus(_one_of(STATUS, list(ReplyStatus), "replies that are neither open nor handled")),
        sentiments=sentiments or None,
        q=_search(),
    )


def page() -> int:
    """The page that is asked for, from 1."""
    raw = _first_asked(PAGE, "1")
    if raw.isascii() and raw.isdigit() and 0 < int(raw[:9]) == int(raw):
        return int(raw)
    url_state.notice("The address asks for a page that does not exist; the first is shown.")
    turn_to(1)
    return 1


def reply() -> ReplyKey | None:
    """The reply that is being read, if the address names one."""
    raw = _first_asked(REPLY, "")
    if not raw:
        return None
    campaign_id, slash, reply_id = raw.partition("/")
    return ReplyKey(unquote(campaign_id), unquote(reply_id)) if slash else ReplyKey("", unquote(raw))


def read(key: ReplyKey | None) -> None:
    """Read this reply, or the first of the list."""
    tell(REPLY, [] if key is None else ["/".join(quote(part, safe="@:") for part in key)])


def turn_to(number: int) -> None:
    """Show this page of the list."""
    tell(PAGE, [] if number == 1 else [str(number)])


def start_over() -> None:
    """After another choice of replies: the first page, and its first reply."""
    turn_to(1)
    read(None)


def follow(filters: Filters) -> None:
    """Start over after another choice in the sidebar. Whoever goes back to other filters comes to their own page."""
    before = st.session_state.get(_FILTERS)
    if before not in (None, filters) and {name: _asked(name) for name in (PAGE, REPLY)} == {
        name: st.session_state.get(_MEMORY, {}).get(name, []) for name in (PAGE, REPLY)
    }:
        start_over()
    st.session_state[_FILTERS] = filters


def tell(parameter: str, values: Sequence[str]) -> None:
    """Write a choice to the address; the default leaves it. It is written with all others of the same click."""
    told = [str(value) for value in values]
    is_default = told == [_DEFAULTS.get(parameter)]
    st.session_state.setdefault(_TOLD, {})[parameter] = [] if is_default else told


def remember() -> None:
    """At the end of the page: keep what was asked for, for when somebody comes back from another page.

    What they came back to, the browser writes to the address itself: Streamlit would leave the bare address in the
    history as well, and whoever goes back would first come to an inbox without filters.
    """
    restored = st.session_state.pop(_RESTORED, None)
    if restored is None:
        _write()
        kept = {parameter: st.query_params.get_all(parameter) for parameter in _OWN}
    else:
        kept = restored | st.session_state.pop(_TOLD, {})
    kept = {parameter: values for parameter, values in kept.items() if values}
    if restored is not None and kept:
        st.html(_REPLACE_ADDRESS % json.dumps(urlencode(kept, doseq=True)), unsafe_allow_javascript=True)
    st.session_state[_MEMORY] = kept


def sentiments_in(lane: ReplyKind) -> list[Sentiment]:
    """The sentiments that replies of a lane can have."""
    return [sentiment for sentiment in Sentiment if is_of_kind(sentiment, lane)]


def _come_back() -> None:
    """Coming from another page, go on where the inbox was left; an address that asks for something goes before."""
    st.session_state.pop(_RESTORED, None)
    if LANE in st.session_state:  # a widget's value goes with its page
        _write()
        return
    st.session_state.pop(_TOLD, None)
    if not any(st.query_params.get_all(parameter) for parameter in _OWN):
        st.session_state[_RESTORED] = dict(st.session_state.get(_MEMORY, {}))


def _write() -> None:
    """Write to the address what was told, in one piece: each piece is one that the browser goes back by."""
    told = st.session_state.pop(_TOLD, {})
    if any(st.query_params.get_all(parameter) != values for parameter, values in told.items()):
        st.query_params.update(told)  # an empty list leaves the address


def _asked(parameter: str) -> list[str]:
    told, restored = st.session_state.get(_TOLD, {}), st.session_state.get(_RESTORED)
    if parameter in told:
        return list(told[parameter])
    return st.query_params.get_all(parameter) if restored is None else list(restored.get(parameter, []))


def _first_asked(parameter: str, default: str) -> str:
    return next(iter(_asked(parameter)), default)


def _one_of(parameter: str, offered: list[str], wrong: str) -> str:
    default = _DEFAULTS[parameter]
    asked = _first_asked(parameter, default)
    if asked in offered:
        return asked
    url_state.notice(f"The address asks for {wrong}; the default is shown.")
    tell(parameter, [])
    return default


def _search() -> str | None:
    """The words to search for; the field that sets them is drawn later."""
    if SEARCH in st.session_state:
        return st.session_state[SEARCH] or None
    words = st.query_params.get(SEARCH, "")
    if len(words) > LONGEST_SEARCH:
        url_state.notice(f"The address asks for a search of more than {LONGEST_SEARCH} characters; the first count.")
    return words[:LONGEST_SEARCH] or None  # as the field will cut it
