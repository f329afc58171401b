"""Texts that the database writes for an export are those that Python would have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal, select

from outreach_results.export.formulas import dollars_text, escaped_text, iso_text
from outreach_results.models.file_format import escape_formula, unescape_formula
from outreach_results.store.column_types import Instant
from support.optional import present

TEXTS = [
    *("", "Ada", "=1+1", "+41 44", "-", "@x", "\tx", "\rx", "\nx", "'", "'x", "'=x", "''@x", "'''", "x=1", " =x"),
    *("é=", "日本", "O'Brien", 'say "hi"', "a,b", "[x]", "*", "?", "\\n=", "'\t", "％"),
]
MICROS = [0, 1, 10, 123_456, 1_000_000, 1_500_000, 17_746, 999_999, 10**15, 120_000_000]
INSTANTS = [
    datetime(1990, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 31, 14, 23, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2028, 2, 29, 1, 2, 3, tzinfo=UTC) + timedelta(microseconds=7),
    datetime(2100, 12, 31, tzinfo=UTC),
]


def written(store, expression):
    with store.read() as connection:
        return connection.execute(select(expression)).scalar_one()


def test_formulas_are_defused_as_everywhere(store):
    assert [written(store, escaped_text(literal(text))) for text in TEXTS] == [escape_formula(text) for text in TEXTS]
    assert [unescape_formula(present(escape_formula(text))) for text in TEXTS] == TEXTS


@pytest.mark.parametrize("instant", INSTANTS)
def test_instants_are_utc_without_empty_fraction(store, instant):
    assert written(store, iso_text(literal(instant, Instant()))) == instant.replace(tzinfo=None).isoformat() + "Z"


@pytest.mark.parametrize("micros", MICROS)
def test_costs_are_exact_and_end_in_no_zero(store, micros):
    text = written(store, dollars_text(literal(micros)))
    whole, _, decimals = text.partition(".")
    assert int(whole) * 1_000_000 + int(decimals.ljust(6, "0")) == micros
    assert not decimals.endswith("0")
    assert not text.endswith(".")


def test_nothing_stays_nothing(store):
    with store.read() as connection:
        nothing = literal(None, Instant())
        assert connection.execute(select(iso_text(nothing), escaped_text(literal(None)))).one() == (None, None)
