"""The checks that make a value part of a record, or name what is wrong with it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.ingest import fields as read
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.records import require_cost_has_sending
from support.records import at, email

HUGE = Decimal("1E+999999")


def reason(check, value):
    """What the check says of a value it refuses."""
    with pytest.raises(FieldError) as caught:
        check("column", value)
    assert caught.value.column == "column"
    assert len(caught.value.reason) < 150
    assert "\n" not in caught.value.reason
    return caught.value.reason


# --- texts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["Ada", " spaces stay ", "=1+1", "<b>", "日本語 🙂 عربي", "two\nlines"])
def test_a_text_stays_as_it_is(value):
    assert read.text("column", value) == value


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_text_is_none(value):
    assert read.text("column", value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "7 isn't text"),
        (["a"], "isn't text"),
        (True, "True isn't text"),
        ("a\x00b", "holds a NUL character"),
        ("half \ud83d", "half of a surrogate pair"),
        ("x" * 2_001, "the text has 2,001 characters; 2,000 are allowed"),
    ],
)
def test_what_is_no_storable_text_is_refused(value, message):
    assert message in reason(read.text, value)


def test_an_id_is_needed_and_short():
    assert read.identifier("column", "e1") == "e1"
    assert "a value is required" in reason(read.identifier, "")
    assert "a value is required" in reason(read.identifier, None)
    assert "200 are allowed" in reason(read.identifier, "x" * 1_000_000)


@pytest.mark.parametrize("value", ["a\nb", "\x7f", "\x1b[31m", "a\u2028b", "\x85"])
def test_control_character_is_no_id(value):
    assert "isn't an id: it holds a control character or a line break" in reason(read.identifier, value)
    assert "isn't an id" in reason(read.optional_identifier, value)


@pytest.mark.parametrize("value", [".", ".."])
def test_dots_are_no_id(value):
    assert reason(read.identifier, value) == f"{value!r} isn't an id: in an address it names a folder"


@pytest.mark.parametrize("value", ["...", "a.b", "1009513310189256287", "日本語 👩‍👩‍👧", "a\xa0b", "#1/2?"])
def test_other_characters_make_an_id(value):
    assert read.identifier("column", value) == value


# --- times -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T14:23:00Z",
        "2026-01-31T15:23:00+01:00",
        "2026-01-31 14:23:00+00:00",
        "2026-01-31T14:23Z",
        "20260131T142300Z",
    ],
)
def test_an_instant_of_any_offset_becomes_utc(value):
    result = read.instant("column", value)
    assert result == datetime(2026, 1, 31, 14, 23, tzinfo=UTC)
    assert result.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("yesterday", "'yesterday' isn't a valid date and time: write it like 2026-01-31T14:23:00Z"),
        ("2026-02-30T00:00:00Z", "isn't a valid date and time"),
        ("", "isn't a valid date and time"),
        (1769869380, "isn't a valid date and time"),
        (None, "None isn't a valid date and time"),
        (Decimal("1.5"), "1.5 isn't a valid date and time"),
        ("2026-01-31T14:23:00", "names no time zone: end it in Z or in an offset like +01:00"),
        ("0001-01-01T00:00:00+05:00", "the year 1 cannot be right"),
        ("9999-12-31T23:59:59-05:00", "the year 9999 cannot be right"),
        ("1990-01-01T00:00:00+01:00", "the year 1989 cannot be right"),
        ("2100-12-31T23:30:00-01:00", "the year 2101 cannot be right"),
    ],
)
def test_what_is_no_instant_is_refused_with_an_example(value, message):
    assert message in reason(read.instant, value)


def test_an_optional_instant_may_be_missing():
    assert read.optional_instant("column", "") is None
    assert read.optional_instant("column", None) is None
    assert read.optional_instant("column", "2026-01-31T14:23:00Z") == datetime(2026, 1, 31, 14, 23, tzinfo=UTC)


def test_a_day_is_a_date():
    assert read.day("column", "2026-01-31") == date(2026, 1, 31)


@pytest.mark.parametrize("value", ["31.1.2026", "2026-02-30", "", None, 20260131, "1889-01-01"])
def test_what_is_no_day_is_refused(value):
    assert reason(read.day, value)


# --- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        ("1.73", 1_730_000),
        (Decimal("0.000001"), 1),
        (0.1, 100_000),
        (2, 2_000_000),
        ("0.0000004", 0),
        ("", 0),
        (None, 0),
        ("-0", 0),
    ],
)
def test_dollars_become_micro_dollars(value, micros):
    assert read.micros("column", value) == micros


@pytest.mark.parametrize("value", ["a lot", "1,50", "NaN", "inf", "1e30", HUGE, "1e999999", True, [1], {}, 10**400])
def test_what_is_no_amount_is_refused(value):
    assert "isn't an amount in dollars" in reason(read.micros, value)


def test_a_cost_below_zero_is_refused():
    assert reason(read.micros, "-0.01") == "a cost below zero is not allowed"


@given(st.integers(0, 10**15))
def test_amounts_survive_as_decimal_dollars(amount):
    assert read.micros("column", f"{amount // 10**6}.{amount % 10**6:06d}") == amount


@pytest.mark.parametrize(("value", "count"), [(0, 0), ("12", 12), (Decimal("3.0"), 3), ("", None), (None, None)])
def test_a_count_is_a_whole_number_or_unknown(value, count):
    assert read.count("column", value) == count


@pytest.mark.parametrize("value", [-1, "1.5", "NaN", "Infinity", "many", True, [3], HUGE, "9" * 5_000, 10**20])
def test_what_is_no_count_is_refused(value):
    assert "isn't a whole number of 0 or more" in reason(read.count, value)


def test_a_share_is_a_finite_number_or_unknown():
    assert read.share("column", Decimal("0.25")) == 0.25
    assert read.share("column", None) is None


@pytest.mark.parametrize("value", ["0.25", True, float("nan"), float("inf"), HUGE, 10**400])
def test_what_is_no_share_is_refused(value):
    assert "isn't a number" in reason(read.share, value)


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("true", True),
        ("TRUE", True),
        ("1", True),
        (False, False),
        ("FALSE", False),
        ("0", False),
        ("", False),
        (None, False),
    ],
)
def test_yes_and_no_are_understood_as_files_write_them(value, expected):
    assert read.flag("column", value) is expected


@pytest.mark.parametrize("value", ["yes", "2", [], {}, 7])
def test_what_is_neither_is_refused(value):
    assert "is neither true nor false" in reason(read.flag, value)


@pytest.mark.parametrize("value", ["exploded", "Opened", "", None, [], {}, 3])
def test_unknown_event_type_lists_those_that_exist(value):
    assert reason(read.event_type, value).endswith(
        "is not one of sent, delivered, bounced, opened, clicked, replied, unsubscribed, meeting_booked"
    )


@pytest.mark.parametrize("value", ["angry", "", None, [], {}])
def test_unknown_sentiment_lists_those_that_exist(value):
    message = reason(read.sentiment, value)
    assert message.endswith("is not one of positive, neutral, negative, automatic, unclassified")


def test_known_words_are_taken():
    assert read.event_type("column", "meeting_booked") == "meeting_booked"
    assert read.sentiment("column", "automatic") == "automatic"


def test_costs_need_a_time_of_sending():
    sent, unsent = email(sent_at=at(5)), email(sent_at=None)
    assert require_cost_has_sending(sent) is sent
    assert require_cost_has_sending(unsent) is unsent
    with pytest.raises(FieldError, match="needs the time at which it was sent"):
        require_cost_has_sending(unsent._replace(cost_email_sending=1))


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300), st.integers(), st.floats(), st.decimals(), st.none()))
def test_refused_value_is_quoted_short_on_one_line(value):
    quoted = read.quoted(value)
    assert len(quoted) <= 60
    assert "\n" not in quoted
