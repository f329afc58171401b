"""A restoring to be killed at a random instant: ``python -m support.killed_restore FILE URL``."""

from __future__ import annotations

import sys
from pathlib import Path

from outreach_results.store.admin.backup import restore
from outreach_results.store.engine import open_store

BEGINS = "begins"


def main(file: str, url: str) -> None:
    """Load all that it takes first, so that the instant falls into the work, and say when that begins."""
    open_store(url).close()
    sys.stdout.write(f"{BEGINS}\n")
    sys.stdout.flush()
    restore(Path(file), url, replace=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
