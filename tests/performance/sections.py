"""What can be measured: each section is a module ``bench_NAME``, with the minutes that it takes."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """A section's cost on an idle machine of two cores, at all sizes and on both kinds of database.

    Attributes:
        minutes: with everything built that is kept in ``.bench``.
        builds: what else is built there the first time, besides the databases of `databases.sizes`, and for how long.
    """

    minutes: float
    builds: str = ""


SECTIONS = {
    "browser": Section(8, "an environment with Dash, 1 minute"),
    "clicks": Section(5),
    "pages": Section(4),
    "people": Section(3),
    "memory": Section(1),
    "api": Section(2),
    "growth": Section(1),
    "search": Section(1),
    "concurrency": Section(1.5),
    "load": Section(4, "a campaign of a million emails in each database, 3 minutes"),
    "import": Section(3, "a CSV of five million events and a workbook of a million rows, 2 minutes"),
    "export": Section(6, "a campaign of a million emails in each database, 3 minutes"),
    "copy": Section(2, "200 thousand emails in each database, 1 minute"),
}
"""By name, in the order in which they are measured and stand in docs/performance.md."""
