"""Cells as people and tools write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.ingest.values import (
    DateForm,
    count,
    date_column,
    flag,
    micros,
    number,
    parse_date,
    parse_instant,
    uses_decimal_comma,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["2026-12-31", "2026-01-02T03:04:05Z"], [DateForm.ISO]),
        (["12/01/2026", "31/12/2026"], [DateForm.DAY_FIRST]),
        (["12/01/2026", "12/31/2026"], [DateForm.MONTH_FIRST]),
        (["12/01/2026"], [DateForm.DAY_FIRST, DateForm.MONTH_FIRST]),
        (["Dec 31, 2026 3:04 PM"], [DateForm.WORDS]),
        (["1767225600"], [DateForm.SECONDS]),
        ([1767225600000], [DateForm.MILLISECONDS]),
        (["45678"], [DateForm.SERIAL]),
        ([date(2026, 1, 2)], [DateForm.NATIVE]),
        (["opened"], []),
        (["3", "12"], []),
        (["", "-", None], []),
        (["12/01/2026", "tomorrow"], []),
    ],
)
def test_form_of_dates_is_found(cells, forms):
    assert list(date_column(cells).forms) == forms


@pytest.mark.parametrize("cells", [["12/01/2026"], ["45678"]])
def test_what_a_file_leaves_open_is_a_question(cells):
    assert date_column(cells).is_open


def test_one_high_day_decides_for_its_column():
    column = date_column(["12/01/2026", "31/12/2026"])
    assert not column.is_open
    assert parse_date("12/01/2026", column.forms[0]) == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("2026-01-02T03:04:05.1234567Z", DateForm.ISO, datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2026-01-02 03:04:05 +0100", DateForm.ISO, datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)),
        ("01/31/2026 3:04 PM", DateForm.MONTH_FIRST, datetime(2026, 1, 31, 14, 4, tzinfo=UTC)),
        ("31.01.26 12:05 am", DateForm.DAY_FIRST, datetime(2026, 1, 30, 23, 5, tzinfo=UTC)),
        ("45678.5", DateForm.SERIAL, datetime(2025, 1, 21, 11, 0, tzinfo=UTC)),
        (1767225600.25, DateForm.SECONDS, datetime(2026, 1, 1, 0, 0, 0, 250_000, UTC)),
    ],
)
def test_instants_are_read_in_their_zone(cell, form, expected):
    assert parse_instant(cell, form, BERLIN) == (expected, True)


def test_a_date_alone_is_midday_in_the_zone():
    assert parse_instant("2026-01-31", DateForm.ISO, BERLIN) == (datetime(2026, 1, 31, 11, tzinfo=UTC), False)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001
def test_iso_dates_survive_any_offset(at, minutes):
    aware = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_instant(aware.isoformat(), DateForm.ISO, BERLIN)[0] == aware


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("64517.0", 64517), ("1,234", 1234), (3.0, 3), (True, 1), ("yes", 1), ("", None), ("-", None)],
)
def test_counts_are_read(cell, expected):
    assert count(cell) == expected


@pytest.mark.parametrize("cell", ["-1", "1.5", "many", "1e400", float("nan"), float("inf")])
def test_what_is_no_count_says_so(cell):
    with pytest.raises(ValueError, match=r"isn't a (count|number)"):
        count(cell)


def test_numbers_with_a_decimal_comma_are_read():
    assert uses_decimal_comma(["1.234,56", "7"])
    assert not uses_decimal_comma(["1,234", "3.5"])
    assert uses_decimal_comma(["1.234", "3,5"])
    assert not uses_decimal_comma(["0.234", "3,5"])
    assert number("1.234,56", decimal_comma=True) == 1234.56
    assert number("70.80%") == 70.8
    assert micros("$0.30") == 300_000


@pytest.mark.parametrize(("cell", "expected"), [("TRUE", True), ("Ja", True), ("no", False), (0, False), ("n/a", None)])
def test_flags_are_read(cell, expected):
    assert flag(cell) is expected


def test_what_is_no_flag_says_so():
    with pytest.raises(ValueError, match="neither yes nor no"):
        flag("perhaps")
