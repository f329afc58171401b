"""Cells: how values are written, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from outreach_results.ui import tables
from outreach_results.ui.tables import Cell


@pytest.mark.parametrize(
    ("write", "value", "shown"),
    [
        (tables.number, 1247, "1,247"),
        (tables.number, 0, "0"),
        (tables.share, 0.366, "36.6%"),
        (tables.dollars, 8.74, "$8.74"),
        (tables.unit_price, 0.0197, "$0.0197"),
        (tables.plain, "Q1 <b>", "Q1 <b>"),
        (tables.day, date(2026, 3, 10), "Mar 10, 2026"),
        (tables.moment, datetime(2026, 3, 10, 14, 23, tzinfo=UTC), "Mar 10, 2026, 2:23 PM"),
    ],
)
def test_values_are_written_as_on_the_pages(write: Callable[[Any], Cell], value: object, shown: str) -> None:
    cell = write(value)
    assert cell.text == shown
    assert cell.by is not None
    assert not cell.title


@pytest.mark.parametrize("unknown", [None, float("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("write", [tables.number, tables.share, tables.dollars, tables.unit_price])
def test_unknown_numbers_are_a_dash_that_says_why(write: Callable[[Any], Cell], unknown: object) -> None:
    cell = write(unknown)
    assert (cell.text, cell.by) == ("–", None)
    assert cell.title


@pytest.mark.parametrize("address", ["https://example.com", "//example.com", "javascript:alert(1)"])
def test_links_lead_nowhere_else(address: str) -> None:
    with pytest.raises(ValueError, match="leads to a page of the dashboard"):
        Cell("x", href=address)
