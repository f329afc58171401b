"""What a measurement says: a figure beside its yardstick from the same run, and the target it has to meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


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
        """Whether the target is met; a shortfall is stated plainly."""
        if self.ratio is None or not self.target:
            return ""
        met = self.ratio <= self.at_most if self.at_most is not None else self.ratio >= (self.at_least or 0)
        return "met" if met else "**missed**"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| | | measured | yardstick | ratio | target | |", "|---|---|---:|---:|---:|---:|---|"]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        cells = (figure.room, figure.what, figure.value, figure.yardstick, ratio, figure.target, figure.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


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
