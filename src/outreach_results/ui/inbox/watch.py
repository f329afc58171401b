"""What others changed shows within seconds: a timer reads the data version, and reruns the page where it is another."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from outreach_results.models import InboxReply
from outreach_results.results import ReplyKey, key_of
from outreach_results.store.engine import Store
from outreach_results.ui.cache import snapshot_value
from outreach_results.ui.fragments import fragment_run

EVERY_SECONDS = 5
_VERSIONS, _READ = "inbox-versions", "inbox-read"


def note_drawn(part: str) -> None:
    """Note of which version of the data a part of the inbox is drawn."""
    st.session_state.setdefault(_VERSIONS, {})[part] = snapshot_value(Store.version)


def note_read(listed: Hashable, reply: InboxReply | None) -> None:
    """Note which reply is read beside this list, named by its filters and its page."""
    st.session_state[_READ] = listed, None if reply is None else key_of(reply)


def read_before(listed: Hashable) -> ReplyKey | None:
    """The reply that was read beside the same list: it stays, although someone else may have changed the first one."""
    before, key = st.session_state.get(_READ, (None, None))
    return key if before == listed else None


def forget_read() -> None:
    """Read the first reply of the list next. For callbacks."""
    st.session_state.pop(_READ, None)


@st.fragment(run_every=EVERY_SECONDS)
def refresh_on_change() -> None:
    """Run the page again where the data is no longer what is drawn."""
    with fragment_run() as is_alone:
        if is_alone and any(drawn != snapshot_value(Store.version) for drawn in st.session_state[_VERSIONS].values()):
            st.rerun()
