"""What a visitor's session remembers of an import: the uploaded files, the running import, its report."""

from __future__ import annotations

import streamlit as st

from outreach_results.ui.imports.job import ImportJob
from outreach_results.ui.imports.uploads import Uploads

_JOB, _UPLOADS, _ROUND = "import-job", "import-uploads", "import-round"


def job() -> ImportJob | None:
    """The import that runs, or whose report is not closed yet."""
    found: ImportJob | None = st.session_state.get(_JOB)
    return found


def begin(started: ImportJob) -> None:
    """Remember an import; the uploader of the next run is a new one, hence empty."""
    st.session_state[_JOB] = started
    st.session_state[_ROUND] = place() + 1
    forget_uploads()


def close_report() -> None:
    """Forget the import that is done."""
    st.session_state.pop(_JOB, None)


def place() -> int:
    """How many imports this session began: part of the key of whatever belongs to the next one."""
    found: int = st.session_state.get(_ROUND, 0)
    return found


def uploads() -> Uploads | None:
    """The files that wait to be imported."""
    kept: tuple[tuple[str, ...], Uploads] | None = st.session_state.get(_UPLOADS)
    return None if kept is None else kept[1]


def uploads_of(ids: tuple[str, ...]) -> Uploads | None:
    """The same, if they are those with these ids of Streamlit's."""
    kept: tuple[tuple[str, ...], Uploads] | None = st.session_state.get(_UPLOADS)
    return kept[1] if kept is not None and kept[0] == ids else None


def keep_uploads(ids: tuple[str, ...], kept: Uploads) -> None:
    """Remember files, in place of any others."""
    st.session_state[_UPLOADS] = ids, kept


def forget_uploads() -> None:
    """Let the files go."""
    st.session_state.pop(_UPLOADS, None)


def is_busy() -> bool:
    """Whether files wait to be imported, or an import runs or was not looked at yet."""
    return job() is not None or uploads() is not None
