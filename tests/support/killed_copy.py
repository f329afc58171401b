"""A copy that stops in the middle, to be killed there: ``python -m support.killed_copy SOURCE TARGET WRITES``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table

from outreach_results.store.admin import canonical
from outreach_results.store.admin import copy as copying
from outreach_results.store.engine import open_store

PAGE = 150
STOPPED = "stopped"


def main(source: str, target: str, writes: int) -> None:
    """Copy, and stop when so many pages are written, before the end of the last one's transaction."""
    copying.PAGE = copying.PAGE_OF_LONG_TEXTS = canonical.FETCHED = PAGE
    written, append = count(1), canonical.append

    def append_and_stop(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        append(connection, table, rows)
        if next(written) == writes:
            sys.stdout.write(f"{STOPPED} {table.name}\n")
            sys.stdout.flush()
            time.sleep(60)

    canonical.append = append_and_stop
    copying.copy(open_store(source), open_store(target))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
