"""Reading what people and tools write into cells: dates in any order, numbers with commas, yes and no.

Each function takes a cell as a file holds it (a text; from workbooks and JSON also a number, truth value or date) and
returns a value, or None for an empty cell. What cannot be read is a `ValueError` whose message says why, without the
name of the column: the caller knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser

from outreach_results.ingest.fields import quoted
from outreach_results.models import MICROS_PER_DOLLAR, YEARS

_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "undefined"})
_YES = frozenset(
    {"1", "1.0", "true", "t", "yes", "y", "x", "✓", "✔", "ja", "oui", "si", "sí", "sim", "да", "wahr", "vrai"}
)
_NO = frozenset({"0", "0.0", "false", "f", "no", "n", "nein", "non", "não", "нет", "falsch", "faux"})
_TOTALS = frozenset({"total", "totals", "sum", "average", "summe", "gesamt", "grand total"})
_LARGEST_COUNT = 10**12


def is_empty(cell: Any) -> bool:
    """Whether nothing stands here; ``-``, ``n/a`` and the like count as nothing."""
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in _NOTHING)


def is_row_of_totals(cells: Iterable[Any]) -> bool:
    """Whether the first cell that is filled says that the row sums up the others."""
    first = next((str(cell) for cell in cells if not is_empty(cell)), "")
    return first.strip().casefold() in _TOTALS


def as_text(cell: Any) -> str | None:
    """A cell as text, without white space around it; whole numbers without a decimal point."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        cell = int(cell)
    return str(cell).strip() or None


def flag(cell: Any) -> bool | None:
    """Yes or no."""
    if is_empty(cell):
        return None
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"{quoted(cell)} is neither yes nor no")


def number(cell: Any, *, decimal_comma: bool = False) -> float | None:
    """A number; thousands may be separated, currency signs and a percent sign are left out."""
    if is_empty(cell):
        return None
    if isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, int | float):
        return float(cell)
    digits = re.sub(r"[\s\u00a0\u202f'’$€£%]", "", str(cell))
    digits = digits.replace(".", "").replace(",", ".") if decimal_comma else digits.replace(",", "")
    if not re.fullmatch(r"[+-]?\d*\.?\d+(e[+-]?\d{1,3})?|[+-]?\d+\.", digits, re.IGNORECASE):
        raise ValueError(f"{quoted(cell)} isn't a number")
    return float(digits)


def count(cell: Any, *, decimal_comma: bool = False) -> int | None:
    """How many: a whole number from 0; ``64517.0`` is one, and so are yes (1) and no (0)."""
    if isinstance(cell, str) and (word := cell.strip().casefold()) in (_YES | _NO) - {"x"}:
        return int(word in _YES)
    value = number(cell, decimal_comma=decimal_comma)
    if value is None:
        return None
    if value < 0 or not value.is_integer() or value > _LARGEST_COUNT:
        raise ValueError(f"{quoted(cell)} isn't a count: a whole number from 0 is needed")
    return int(value)


def micros(cell: Any, *, decimal_comma: bool = False) -> int | None:
    """An amount of money in micro-dollars."""
    value = number(cell, decimal_comma=decimal_comma)
    return None if value is None else round(value * MICROS_PER_DOLLAR)


class DateForm(StrEnum):
    """How the dates of a column are written."""

    ISO = "iso"  # 2026-12-31, with or without a time
    DAY_FIRST = "day first"  # 31/12/2026
    MONTH_FIRST = "month first"  # 12/31/2026
    WORDS = "words"  # Dec 31, 2026
    SECONDS = "epoch seconds"
    MILLISECONDS = "epoch milliseconds"
    SERIAL = "spreadsheet days"  # 46387
    NATIVE = "date cells"  # of workbooks


@dataclass(frozen=True, slots=True)
class DateColumn:
    """How the dates of a column can be read.

    Attributes:
        forms: all that fit, the most plausible first; empty where it holds no dates.
        example: a cell of the column that tells the forms apart best.
        has_time: whether any has a time of day.
        has_zone: whether all times name their zone.
    """

    forms: tuple[DateForm, ...]
    example: Any = None
    has_time: bool = False
    has_zone: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the column leaves open how it is to be read, so that a person has to say."""
        return len(self.forms) > 1 or self.forms == (DateForm.SERIAL,)


_NUMERIC = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[,T\s]+(.*))?")
_TIME = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm|a\.m\.|p\.m\.)?\s*"
    r"(z|utc|gmt|[+-]\d{2}:?\d{2}(?::?\d{2})?|[+-]\d{2})?",
    re.IGNORECASE,
)
_SERIAL_DAYS = (20_000, 80_000)  # 1954 to 2119
_SERIAL_EPOCH = datetime.combine(date(1899, 12, 30), time())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date_column(cells: Iterable[Any]) -> DateColumn:
    """How a column's dates are written, judged by all of the cells given: one with 31 in it decides for the rest."""
    filled = [cell for cell in cells if not is_empty(cell)]
    if not filled:
        return DateColumn(())
    forms = [form for form in DateForm if all(_fits(cell, form) for cell in filled)]
    if DateForm.ISO in forms or DateForm.NATIVE in forms:
        forms = [form for form in forms if form in (DateForm.ISO, DateForm.NATIVE)]
    if not forms:
        return DateColumn(())
    instants = [parse_date(cell, forms[0]) for cell in filled]
    timed = [value for value in instants if isinstance(value, datetime)]
    return DateColumn(
        tuple(forms),
        example=next((cell for cell in filled if _is_unambiguous(cell)), filled[0]),
        has_time=bool(timed),
        has_zone=bool(timed) and all(value.tzinfo is not None for value in timed),
    )


def _fits(cell: Any, form: DateForm) -> bool:
    try:
        parse_date(cell, form)
    except ValueError:
        return False
    return True


def _is_unambiguous(cell: Any) -> bool:
    """Whether day and month differ, so that the example shows which is which."""
    match = _NUMERIC.fullmatch(str(cell).strip())
    return bool(match) and match is not None and match[1] != match[2]


def parse_date(cell: Any, form: DateForm) -> date | datetime:
    """A date, or a date and time, which is aware where the cell names its zone.

    Raises:
        ValueError: the cell is empty or not of that form.
    """
    if is_empty(cell):
        raise ValueError("a date is required")
    parsed = _PARSERS[form](cell)
    if parsed.year not in YEARS:
        raise ValueError(f"the year {parsed.year} cannot be right")
    return parsed


def parse_instant(cell: Any, form: DateForm, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The UTC instant of a date, and whether a time was given; a date alone is midday in ``zone``.

    Midday keeps the date in every zone near it, as midnight would not.
    """
    parsed = parse_date(cell, form)
    if not isinstance(parsed, datetime):
        return datetime.combine(parsed, time(12), zone).astimezone(UTC), False
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC), True


def _native(cell: Any) -> date | datetime:
    if isinstance(cell, datetime):
        # A workbook has no dates without a time: midnight is how it writes one.
        return cell.date() if cell.time() == time(0) and cell.tzinfo is None else cell
    if isinstance(cell, date):
        return cell
    raise ValueError(f"{quoted(cell)} isn't a valid date")


def _iso(cell: Any) -> date | datetime:
    if not isinstance(cell, str):
        raise ValueError(f"{quoted(cell)} isn't a valid date")
    match = _NUMERIC.fullmatch(cell.strip())
    if not match or len(match[1]) != 4:
        raise ValueError(f"{quoted(cell)} isn't a date like 2026-12-31")
    return _combined(cell, int(match[1]), int(match[2]), int(match[3]), match[4])


def _numeric(cell: Any, *, day_first: bool) -> date | datetime:
    match = _NUMERIC.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if not match or len(match[1]) > 2 or len(match[3]) not in (2, 4):
        raise ValueError(f"{quoted(cell)} isn't a date like {'31/12/2026' if day_first else '12/31/2026'}")
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    first, second = int(match[1]), int(match[2])
    return _combined(cell, year, *((second, first) if day_first else (first, second)), match[4])


def _combined(cell: str, year: int, month: int, day: int, clock: str | None) -> date | datetime:
    try:
        on = date(year, month, day)
    except ValueError:
        raise ValueError(f"{quoted(cell)} isn't a valid date: there is no month {month} with a day {day}") from None
    if not clock or not clock.strip():
        return on
    match = _TIME.fullmatch(clock.strip())
    if not match:
        raise ValueError(f"{quoted(cell)} has a time that cannot be read")
    hour = int(match[1])
    half = (match[5] or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"{quoted(cell)} has an hour that cannot be {half.upper()}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    microsecond = int((match[4] or "0").ljust(6, "0")[:6])
    try:
        at = time(hour, int(match[2]), int(match[3] or 0), microsecond)
    except ValueError:
        raise ValueError(f"{quoted(cell)} has a time that cannot be read") from None
    return datetime.combine(on, at, _offset(match[6]))


def _offset(text: str | None) -> Any:
    if not text:
        return None
    if text.lower() in ("z", "utc", "gmt"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return datetime.strptime(text[0] + digits[:4], "%z").tzinfo if delta < timedelta(hours=24) else None


_DEFAULTS = (datetime.combine(date(2000, 1, 1), time()), datetime.combine(date(2004, 2, 2), time(1, 1)))


def _parse_words(cell: str, default: datetime) -> datetime:
    parsed: datetime = dateutil_parser.parse(cell, default=default)
    return parsed


def _words(cell: Any) -> date | datetime:
    """A date that spells its month; read twice against different defaults, so that no part of it is made up."""
    if not isinstance(cell, str) or not re.search(r"[a-zA-Z]{3}", cell) or not re.search(r"\d{4}|\d.*\d", cell):
        raise ValueError(f"{quoted(cell)} isn't a valid date")
    try:
        first, second = (_parse_words(cell, default) for default in _DEFAULTS)
    except (ValueError, OverflowError):
        raise ValueError(f"{quoted(cell)} isn't a valid date") from None
    if first.date() != second.date():
        raise ValueError(f"{quoted(cell)} isn't a whole date")
    return first if first == second else first.date()


def _epoch(cell: Any, *, a_second: int) -> datetime:
    value = number(cell) if not isinstance(cell, date) else None
    if value is None or isinstance(cell, bool):
        raise ValueError(f"{quoted(cell)} isn't a time in seconds since 1970")
    seconds = value / a_second
    if not 600_000_000 <= seconds < 4_000_000_000:  # 1989 to 2096: no count, and no id, is taken for a time
        raise ValueError(f"{quoted(cell)} isn't a time in seconds since 1970")
    return _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))


def _serial(cell: Any) -> date | datetime:
    value = number(cell) if not isinstance(cell, date) else None
    if value is None or isinstance(cell, bool) or not _SERIAL_DAYS[0] <= value < _SERIAL_DAYS[1]:
        raise ValueError(f"{quoted(cell)} isn't a date of a spreadsheet")
    instant = _SERIAL_EPOCH + timedelta(seconds=round(value * 86_400))
    return instant.date() if float(value).is_integer() else instant


_PARSERS = {
    DateForm.ISO: _iso,
    DateForm.DAY_FIRST: lambda cell: _numeric(cell, day_first=True),
    DateForm.MONTH_FIRST: lambda cell: _numeric(cell, day_first=False),
    DateForm.WORDS: _words,
    DateForm.SECONDS: lambda cell: _epoch(cell, a_second=1),
    DateForm.MILLISECONDS: lambda cell: _epoch(cell, a_second=1000),
    DateForm.SERIAL: _serial,
    DateForm.NATIVE: _native,
}


def uses_decimal_comma(cells: Iterable[Any]) -> bool:
    """Whether the numbers of a file have a decimal comma: one like 3,5 or 1.234,56 and none like 3.5 decides."""
    comma = point = 0
    for cell in cells:
        if not isinstance(cell, str):
            continue
        text = cell.strip().rstrip("%").strip()
        comma += bool(re.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),(\d{1,2}|\d{4,})", text))
        # 1.234 may be a thousand as much as 1,234, but 0.234 and 1234.567 are none.
        point += bool(re.fullmatch(r"[+-]?((\d{1,3}(,\d{3})+|\d+)\.(\d{1,2}|\d{4,})|(0|\d{4,})\.\d+)", text))
    return comma > 0 and point == 0
