"""Everybody at once on one SQLite file, for a whole minute: the answers they got, and how long each of them waited.

Bounded to a few seconds, the same runs in ``make test``: tests/test_concurrency.py.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from databases import Databases
from figures import Figure, middle, milliseconds, percentile

from support.crowd import all_at_once
from support.crowd_held import marks_held_against, records_held_against

SECONDS = 60


def measure(_databases: Databases) -> list[Figure]:
    """All figures of this section."""
    with TemporaryDirectory() as folder:
        crowd = all_at_once(Path(folder), SECONDS)
        lost = records_held_against(crowd) + marks_held_against(crowd)
    for line in [*crowd.wrong, *lost][:10]:
        print(f"  {line}", flush=True)
    where = f"dashboard, API, sync, import and marks for {SECONDS} s"
    return [
        Figure("SQLite", f"{where}: errors that anybody saw", f"{len(crowd.wrong)}", "", len(crowd.wrong), at_most=0),
        Figure(
            "SQLite",
            f"… lost, doubled or miscounted, of {len(crowd.records):,} records and {len(crowd.marks):,} marks",
            f"{len(lost)}",
            "",
            len(lost),
            at_most=0,
        ),
        *(
            Figure(
                "SQLite",
                f"… {what}, {len(took):,} times",
                f"p50 {milliseconds(middle(took))}, p99 {milliseconds(percentile(took, 0.99))}",
            )
            for what, took in sorted(crowd.waits.items())
        ),
    ]
