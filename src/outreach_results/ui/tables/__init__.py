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
    partly,
    plain,
    share,
    unit_price,
)
from outreach_results.ui.tables.columns import Column, Kind, Link, Row, Sort, rows_of
from outreach_results.ui.tables.component import ANY, Click, encoded, show, show_encoded, show_frame, texts_of

__all__ = [
    "ANY",
    "NOT_TRACKED",
    "Cell",
    "Click",
    "Column",
    "Kind",
    "Link",
    "Row",
    "Sort",
    "Tone",
    "day",
    "dollars",
    "encoded",
    "missing",
    "moment",
    "number",
    "partly",
    "plain",
    "rows_of",
    "share",
    "show",
    "show_encoded",
    "show_frame",
    "texts_of",
    "unit_price",
]
