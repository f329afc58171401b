"""What a measurement says: a figure beside its yardstick from the same run, and the target it has to meet."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from sections import SECTIONS

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".bench"
"""Where databases and files are kept between runs."""

DOCS = ROOT / "docs" / "performance.md"
MET = "met"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    ``ratio`` is what the target is about; ``at_most`` or ``at_least`` is the target, both None for information only.
    """

    room: str
    what: str
    value: str
    yardstick: str = ""
    ratio: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return "" if self.at_least is None else f"≥ {self.at_least:g}"

    @property
    def verdict(self) -> str:
        """Whether the target is met, otherwise by how much of it it is missed."""
        if self.ratio is None or not self.target:
            return ""
        if self.at_most == 0:
            return MET if self.ratio == 0 else "**missed**"
        if self.at_most is not None:
            missing = self.ratio / self.at_most - 1
        else:
            missing = 1 - self.ratio / self.at_least if self.at_least else 0.0
        return MET if missing <= 0 else f"**missed by {missing:.0%}**"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| | | measured | yardstick | ratio | target | |", "|---|---|---:|---:|---:|---:|---|"]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        cells = (figure.room, figure.what, figure.value, figure.yardstick, ratio, figure.target, figure.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def text_table(figures: Sequence[Figure]) -> str:
    """The figures as a table for the terminal."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(figures).splitlines()]
    del rows[1]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: float) -> str:
    """A duration for the table."""
    return f"{seconds * 1000:,.1f} ms"


def middle(values: Sequence[float]) -> float:
    """The median: what is quoted of several runs."""
    return median(values)


def large(n: int) -> str:
    """10000000 as ``10 million``."""
    if n and n % 1_000_000 == 0:
        return f"{n // 1_000_000} million"
    return f"{n // 1_000} thousand" if n and n % 1_000 == 0 else f"{n:,}"


def timed(run: Callable[[], object], times: int) -> list[float]:
    """How long it takes in seconds, so many times."""
    durations = []
    for _ in range(times):
        begin = time.perf_counter()
        run()
        durations.append(time.perf_counter() - begin)
    return durations


def in_turns(times: int, *runs: Callable[[], T]) -> list[list[T]]:
    """What each of the runs gives, measured in alternation, so that a noisy machine is noisy for all of them."""
    result: list[list[T]] = [[] for _ in runs]
    for _ in range(times):
        for of_run, run in zip(result, runs, strict=True):
            of_run.append(run())
    return result


def ratio_of(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of neighbouring measurements."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def keep(section: str, figures: Sequence[Figure], restricted: str = "", docs: Path = DOCS) -> None:
    """Write a section's figures into the docs, in place of what that section measured before; the others stay.

    Args:
        restricted: to which databases and sizes the run was, in words; stands in the heading.
    """
    text = docs.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    of_before, end, tail = rest.partition(END)
    if not begin or not end or END in tail:
        raise ValueError(f"{docs} has to have one part between {BEGIN} and {END}: mend it, then measure again")
    heading = f"### {section.capitalize()}, {time.strftime('%Y-%m-%d')}"
    known = {
        block.partition(",")[0].lower(): f"### {block.strip()}"
        for block in re.split(r"^### ", of_before, flags=re.M)[1:]
    }
    known[section] = f"{heading}{restricted and f', {restricted}'}\n\n{table(figures)}"
    order = list(SECTIONS)
    # One that no longer exists stays at the end until somebody deletes it: its figures may be all there are.
    names = sorted(known, key=lambda name: order.index(name) if name in order else len(order))
    # The machine is that of this run: figures of another one would have to be measured again before they are beside it.
    parts = [begin, f"Machine: {machine()}.", *(known[name] for name in names), end]
    docs.write_text(head + "\n\n".join(parts) + tail, encoding="utf-8")


def machine() -> str:
    """What it runs on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line), cpu)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB of memory, {system}, Python {platform.python_version()}"
