"""The cells of a table: what is shown, what it sorts by, and its tooltip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from outreach_results.ui import text

NOT_TRACKED = "Not tracked"
"""The tooltip of a number that is not known. A ratio without a denominator has one of its own; 0 is shown as 0."""


class Tone(StrEnum):
    """How a cell stands out, in a color and by a sign of its own."""

    BETTER = "better"
    WORSE = "worse"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. All of it is shown as text, never as markup.

    Args:
        text: what is shown.
        by: what the cell sorts by; its text without one. A dash without one sorts last, in either direction.
        title: a tooltip, which assistive software reads after the text.
        href: where a click leads, below the server's root: ``/inbox?campaigns=camp_1``. A click with a key opens it in
            a new tab; a plain click is reported to Python where the table reports clicks.
        value: what Python learns of a click. A cell with a value and without ``href`` is a button.
        tone: how the cell stands out; ``title`` then says why.
        sign: the character before the text of a cell that stands out; one for the tone without one.
        note: a few words beside the text, such as ``of sent``.
        is_quiet: whether the text matters less than that of the other cells.
        line: values of a line, oldest first, None where one is not known.
        bar: a share between 0 and 1, drawn as a bar below the text.
    """

    text: str = ""
    by: float | str | None = None
    title: str = ""
    href: str = ""
    value: str = ""
    tone: Tone | None = None
    sign: str = ""
    note: str = ""
    is_quiet: bool = False
    line: Sequence[float | None] = ()
    bar: float | None = None

    def __post_init__(self) -> None:
        if self.href and not (self.href.startswith(("/", "?")) and not self.href.startswith("//")):
            raise ValueError(f"A link of a table leads to a page of the dashboard: {self.href!r} does not.")


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, NA or NaT."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def missing(why: str = NOT_TRACKED) -> Cell:
    """A dash that says why there is no number."""
    return Cell(text.MISSING, None, why)


def partly(cell: Cell, campaigns: int, of_campaigns: int) -> Cell:
    """The cell of a number that only a part of the campaigns tracks."""
    title = f"In {campaigns} of {of_campaigns} campaigns; the others do not track it"
    return replace(cell, note=f"{campaigns} of {of_campaigns}", title=title)


def plain(value: Any) -> Cell:
    """A text; a dash where there is none."""
    if is_missing(value):
        return Cell(text.MISSING)
    return Cell(str(value), str(value).casefold())


def number(value: Any) -> Cell:
    """A count: 1,247."""
    return missing() if is_missing(value) else Cell(text.number(value), float(value))


def share(value: Any) -> Cell:
    """A share between 0 and 1: 36.6%."""
    return missing("Nothing to divide by, or not tracked") if is_missing(value) else Cell(text.percent(value), value)


def dollars(value: Any) -> Cell:
    """An amount: $8.74."""
    return missing() if is_missing(value) else Cell(text.money(value), float(value))


def unit_price(value: Any) -> Cell:
    """Dollars per email: $0.0197."""
    return missing() if is_missing(value) else Cell(text.unit_price(value), float(value))


def day(value: Any) -> Cell:
    """A date: Mar 10, 2026."""
    return Cell(text.MISSING) if is_missing(value) else Cell(text.day(value), date.isoformat(value))


def moment(value: Any) -> Cell:
    """An instant in the zone that it has: Mar 10, 2026, 2:23 PM."""
    if is_missing(value):
        return Cell(text.MISSING)
    return Cell(f"{text.day(value)}, {text.clock(value)}", datetime.isoformat(value))
