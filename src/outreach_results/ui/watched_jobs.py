"""Jobs in the background that a visitor started: once one has ended, the page is drawn again with what it brought."""

from __future__ import annotations

from typing import Protocol

import streamlit as st

_WATCHED = "watched-jobs"


class Job(Protocol):
    """Work that goes on in a thread of its own; ``is_done`` is set after everything that it writes."""

    is_done: bool


def watch(job: Job) -> None:
    """Remember a job that this session has started."""
    st.session_state.setdefault(_WATCHED, []).append(job)


def redraw_after_jobs() -> None:
    """Run the page once more for each watched job that has ended.

    A short job can end within a run: after the run has read the database, and before it draws that the job is done.
    Without another run, a first import would leave its visitor on the welcome page.
    """
    watched: list[Job] = st.session_state.get(_WATCHED, [])
    running = [job for job in watched if not job.is_done]
    if len(running) < len(watched):
        st.session_state[_WATCHED] = running
        st.rerun()
