"""Tables of our own: text that wraps, links, sorting by header, colored cells and lines; whole in print."""

from outreach_results.ui.tables.cells import (
    NOT_TRACKED,
    Cell,
    Tone,
    day,
    dollars,
    missing,
    moment,
    number,
    plain,
    share,
    unit_price,
)
from outreach_results.ui.tables.columns import Column, Kind, Row, Sort, rows_of
from outreach_results.ui.tables.component import Click, show

__all__ = [
    "NOT_TRACKED",
    "Cell",
    "Click",
    "Column",
    "Kind",
    "Row",
    "Sort",
    "Tone",
    "day",
    "dollars",
    "missing",
    "moment",
    "number",
    "plain",
    "rows_of",
    "share",
    "show",
    "unit_price",
]
