"""``streamlit``, which writes down what each script took, and draws pages from constants where it is asked to.

    SCRIPT_TIMES=FILE [FROM_CONSTANTS=1] python changed_streamlit.py run app.py …

A line of the file is a run: whether it was of a fragment alone, and the seconds of processor time.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # for tests/support

import streamlit as st
from drawn_again import Drawn
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web.cli import main
from time_pages import run_pages_through_the_entry

from support.dashboard import PAGES, run_page


def write_times(path: Path) -> None:
    """Have every run of a script add its line to the file."""
    run = ScriptRunner._run_script

    def timed(self: ScriptRunner, rerun_data: Any) -> None:
        # The clock of the thread, so that waiting for a core or for the browser is not counted.
        begin = time.thread_time()
        try:
            run(self, rerun_data)
        finally:
            line = {
                "fragment": bool(rerun_data.fragment_id or rerun_data.fragment_id_queue),
                "seconds": time.thread_time() - begin,
            }
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    ScriptRunner._run_script = timed  # type: ignore[method-assign]


def draw_constants() -> None:
    """Record every page, and draw from now on what it drew instead of filters and page."""
    from outreach_results.ui import shell

    run_pages_through_the_entry()
    recorded = {page: Drawn() for page in PAGES}
    for page, drawn in recorded.items():
        with drawn.recorded():
            app = run_page(page)
        if app.exception or not app.title:
            raise RuntimeError(f"{page} was not drawn: {app.exception}")

    def draw(page: str) -> None:
        recorded[page].again()
        st.stop()

    shell.open_view = draw


if __name__ == "__main__":
    if os.environ.get("FROM_CONSTANTS"):
        draw_constants()
    write_times(Path(os.environ["SCRIPT_TIMES"]))
    sys.exit(main())
