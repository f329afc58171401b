"""``make bench``: measures everything, each figure beside its yardstick from the same run.

    make bench                        all of it; how many minutes each section takes is said first (`sections`)
    make bench ONLY=load,export       some sections
    OUTREACH_BENCH_SIZES=10000        only databases of these sizes
    OUTREACH_BENCH_DATABASES=SQLite   only on this kind of database
    OUTREACH_BENCH_BUILD=only         builds what is kept in .bench, and measures nothing

What is kept in .bench is built before anything is measured: databases of ten thousand, a million and ten million emails
take hours. Every section prints its table and the minutes it took, and replaces what docs/performance.md has of it;
other sections stay there. A run that is restricted to some databases says so in the heading.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parents[1]))  # for tests/support

from databases import Databases, databases, restricted
from figures import MET, Figure, keep, machine, text_table
from sections import SECTIONS


def main() -> None:
    """Measure the chosen sections."""
    chosen = [name for name in os.environ.get("ONLY", "").split(",") if name] or list(SECTIONS)
    unknown = set(chosen) - set(SECTIONS)
    if unknown:
        sys.exit(f"There is no section {', '.join(sorted(unknown))}. Known are: {', '.join(SECTIONS)}.")
    print(f"{machine()}\n\n{_expected(chosen)}")
    result: list[Figure] = []
    minutes: dict[str, float] = {}
    failed: list[str] = []
    with databases() as opened:
        _build(chosen, opened)
        if os.environ.get("OUTREACH_BENCH_BUILD") == "only":
            return
        for name in chosen:
            print(f"\n{name} …", flush=True)
            begin = time.monotonic()
            try:
                figures = _measure(name, opened)
            except Exception:  # the others are measured all the same
                traceback.print_exc()
                failed.append(name)
                continue
            finally:
                minutes[name] = (time.monotonic() - begin) / 60
            keep(name, figures, restricted())
            print(f"{text_table(figures)}\n({minutes[name]:.1f} minutes)", flush=True)
            result += figures
    judged = [figure for figure in result if figure.verdict]
    missed = [figure for figure in judged if figure.verdict != MET]
    if missed:
        print(f"\nMissed:\n{text_table(missed)}")
    print(f"\n{_took(minutes)}\n\n{len(judged) - len(missed)} of {len(judged)} targets met.")
    if failed:
        sys.exit(f"These sections failed: {', '.join(failed)}.")


def _measure(section: str, opened: Databases) -> list[Figure]:
    figures: list[Figure] = _module(section).measure(opened)
    return figures


def _build(chosen: list[str], opened: Databases) -> None:
    """Build first, so that no section's minutes depend on what was there."""
    begin = time.monotonic()
    for name in chosen:
        print(f"building for {name} …", flush=True)
        build = getattr(_module(name), "build", None)
        if build is not None:
            build(opened)
    print(f"({(time.monotonic() - begin) / 60:.1f} minutes)", flush=True)


def _module(section: str) -> ModuleType:
    """A section is a module; imported only when it is wanted, because some take long to import."""
    return importlib.import_module(f"bench_{section}")


def _expected(chosen: list[str]) -> str:
    """What the sections will take, said first, so that nobody has to wait to know."""
    lines = [f"About {sum(SECTIONS[name].minutes for name in chosen):g} minutes on an idle machine of two cores:"]
    for name in chosen:
        builds = f"; the first time it builds {SECTIONS[name].builds}" if SECTIONS[name].builds else ""
        lines.append(f"  {name:<12} {SECTIONS[name].minutes:>4g}{builds}")
    return "\n".join([*lines, "What .bench does not hold yet is built before."])


def _took(minutes: dict[str, float]) -> str:
    lines = [f"  {name:<12} {took:>4.1f} (expected {SECTIONS[name].minutes:g})" for name, took in minutes.items()]
    return "\n".join([f"It took {sum(minutes.values()):.1f} minutes:", *lines])


if __name__ == "__main__":
    main()
