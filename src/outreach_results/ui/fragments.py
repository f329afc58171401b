"""What surrounds a fragment that runs alone, as app.py surrounds a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.server.run_limiter import SCRIPT_RUNS
from outreach_results.ui import text
from outreach_results.ui.cache import has_snapshot, request_snapshot


@contextmanager
def show_errors() -> Iterator[None]:
    """Show an `OutreachError` as its message instead of a traceback."""
    try:
        yield
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")


@contextmanager
def fragment_run() -> Iterator[bool]:
    """Around all that a fragment does, or its decorator: a slot of the run limiter, one snapshot, errors as sentences.

    Without it, a fragment that runs alone would look for the version of the data and for the person at every question.
    Within a run of the whole page it adds nothing. Gives whether the fragment runs alone.
    """
    if has_snapshot():
        yield False
        return
    with SCRIPT_RUNS.slot(), request_snapshot(), show_errors():
        yield True
