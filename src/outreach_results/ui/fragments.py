"""What surrounds a fragment that runs alone, as app.py surrounds a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from outreach_results.server.run_limiter import SCRIPT_RUNS
from outreach_results.ui import shell
from outreach_results.ui.cache import has_snapshot, request_snapshot


@contextmanager
def fragment_run() -> Iterator[bool]:
    """Around all that a fragment does: a slot of the run limiter, one snapshot, errors as sentences.

    Within a run of the whole page it adds nothing. Gives whether the fragment runs alone.
    """
    if has_snapshot():
        yield False
        return
    with SCRIPT_RUNS.slot(), request_snapshot(), shell.show_errors():
        yield True
