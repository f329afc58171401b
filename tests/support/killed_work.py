"""Work to be killed at a random instant: ``python -m support.killed_work WHAT URL [ARGUMENT]``."""

from __future__ import annotations

import random
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from outreach_results.ingest.importing import import_file
from outreach_results.ingest.undo import undo_load
from outreach_results.store.admin.backup import restore
from outreach_results.store.admin.forgetting import forget
from outreach_results.store.engine import open_store
from support.optional import present
from support.server import ROOT, clean_environment

BEGINS = "begins"

Work = Callable[[str, str], object]

WORK: dict[str, Work] = {
    "forget": lambda url, address: forget(open_store(url), address),
    "import": lambda url, file: import_file(open_store(url), Path(file)),
    "restore": lambda url, file: restore(Path(file), url, replace=True),
    "undo": lambda url, load_id: undo_load(open_store(url), load_id),
    "upgrade": lambda url, _: open_store(url),
}
"""What can be killed, by name: functions of the database and one more argument."""


def instants(number: int, duration: float) -> Iterator[float]:
    """So many random instants, in seconds, spread over the duration of some work; they are printed with their seed."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201
    random_in = random.Random(seed).uniform
    for n in range(number):
        yield random_in(n, n + 1) * duration / number


def kill(what: str, url: str, argument: str, after_s: float) -> None:
    """Start work in a process of its own, and kill that so many seconds after it has begun."""
    command = [sys.executable, "-m", "support.killed_work", what, url, argument]
    environment = clean_environment({})
    with subprocess.Popen(command, cwd=ROOT / "tests", env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert present(process.stdout).readline() == f"{BEGINS}\n"
        time.sleep(after_s)
        process.kill()


def main(what: str, url: str, argument: str) -> None:
    """Load all that it takes first, so that the instant falls into the work, and say when that begins."""
    if what == "upgrade":
        from alembic import command  # noqa: F401
    else:
        open_store(url).close()
    sys.stdout.write(f"{BEGINS}\n")
    sys.stdout.flush()
    WORK[what](url, argument)


if __name__ == "__main__":
    main(*sys.argv[1:])
