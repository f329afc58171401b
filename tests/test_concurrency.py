"""Dashboard, API, sync, import and marks at once, in processes of their own, on one SQLite file.

``make bench`` lets them work for a whole minute.
"""

from __future__ import annotations

from pathlib import Path

from support.crowd import AT_LEAST, all_at_once
from support.crowd_held import marks_held_against, records_held_against

SECONDS = 3
DONE = ("import", "sync", "mark", "ask the API", "draw a page")


def test_nobody_sees_a_lock_and_nothing_is_lost(tmp_path: Path) -> None:
    crowd = all_at_once(tmp_path, SECONDS)

    assert crowd.wrong == []
    assert all(len(crowd.waits[what]) >= AT_LEAST for what in DONE), crowd.waits  # they really were at it together
    assert records_held_against(crowd) == []
    assert marks_held_against(crowd) == []
