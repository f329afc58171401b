"""What a page's script costs at every size, beside the same page drawn from constants.

The page runs as it does on the server, without a browser; what is timed is its script, from the filters to the last
element. *New data*: every question goes to the database. *New question*: no answer is known, but what is kept for the
version of the data is, as after a click on a filter. *Nothing new*: the answers are known, only the version is looked
up. *Constants*: a script that draws the same elements from constants and does nothing else (`drawn_again`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from databases import Databases, kinds, main_size, sizes
from figures import Figure, large, middle, milliseconds

from support.server import ROOT, clean_environment

HERE = Path(__file__).parent
GROWTH_AT_MOST = 1.3
QUESTION_AT_MOST = 2.5
CONSTANTS_AT_MOST = 2.0


def build(databases: Databases) -> None:
    """What is measured on."""
    databases.all()


def measure(databases: Databases) -> list[Figure]:
    """Every page on every database."""
    result: list[Figure] = []
    for kind in kinds():
        smallest: dict[str, dict[str, float]] = {}
        for size in sizes():
            times = _times(databases.full(kind, size))
            for page in sorted(times):
                result += _figures(kind, size, page, times[page], smallest.get(page))
            smallest = smallest or times
    return result


def _figures(
    kind: str, size: int, page: str, times: dict[str, float], smallest: dict[str, float] | None
) -> Iterator[Figure]:
    where = f"{page}, {kind}, {large(size)} emails"
    least = large(sizes()[0])

    def figure(case: str, what: str, yardstick: float, at_most: float) -> Figure:
        return Figure(
            "pages",
            f"{where}, {case}",
            milliseconds(times[case]),
            f"{what} {milliseconds(yardstick)}",
            times[case] / yardstick,
            at_most=at_most,
        )

    yield figure("new question", "constants", times["constants"], QUESTION_AT_MOST)
    if smallest is not None:
        yield figure("new question", f"at {least}", smallest["new question"], GROWTH_AT_MOST)
        yield figure("new data", f"at {least}", smallest["new data"], GROWTH_AT_MOST)
    if size == main_size():  # what is cached costs the same at every size
        yield figure("nothing new", "constants", times["constants"], CONSTANTS_AT_MOST)


def _times(url: str) -> dict[str, dict[str, float]]:
    """Median seconds by page and case, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "time_pages.py")],
        env=clean_environment({"OUTREACH_DATABASE_URL": url}),
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    runs: dict[str, dict[str, list[float]]] = json.loads(done.stdout)
    return {page: {case: middle(of_case) for case, of_case in cases.items()} for page, cases in runs.items()}
