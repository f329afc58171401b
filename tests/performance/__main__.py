"""``make bench``: measures everything, each figure beside its yardstick from the same run.

    make bench                        all of it: hours when the databases have to be built first
    make bench ONLY=load,export       some sections
    make bench ONLY=clicks            clicks in the browser: under five minutes on a quiet machine
    OUTREACH_BENCH_SIZES=10000        only databases of these sizes
    OUTREACH_BENCH_DATABASES=SQLite   only on this kind of database

Prints one table, and writes it into docs/performance.md.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for tests/support

from databases import Databases, databases
from figures import Figure, keep, machine, text_table

SECTIONS = (
    "load",
    "import",
    "export",
    "pages",
    "api",
    "growth",
    "search",
    "memory",
    "people",
    "concurrency",
    "browser",
    "clicks",
    "copy",
)


def main() -> None:
    """Measure the chosen sections."""
    chosen = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(SECTIONS)
    unknown = set(chosen) - set(SECTIONS)
    if unknown:
        sys.exit(f"There is no section {', '.join(sorted(unknown))}. Known are: {', '.join(SECTIONS)}.")
    print(machine())
    result: list[Figure] = []
    failed: list[str] = []
    with databases() as opened:
        for name in chosen:
            print(f"\n{name} …", flush=True)
            begin = time.monotonic()
            try:
                figures = _measure(name, opened)
            except Exception:  # the others are measured all the same
                traceback.print_exc()
                failed.append(name)
                continue
            keep(name, figures)
            print(f"{text_table(figures)}\n({time.monotonic() - begin:.0f} s)", flush=True)
            result += figures
    verdicts = [figure.verdict for figure in result if figure.verdict]
    print(f"\n{text_table(result)}\n\n{verdicts.count('met')} of {len(verdicts)} targets met.")
    if failed:
        sys.exit(f"These sections failed: {', '.join(failed)}.")


def _measure(section: str, opened: Databases) -> list[Figure]:
    """A section is a module; imported only when it is wanted, because some take long to import."""
    return importlib.import_module(f"bench_{section}").measure(opened)


if __name__ == "__main__":
    main()
