"""Formatted numbers and dates, and escaping of text from outside for Markdown and Plotly."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

MISSING = "–"

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!|~$:<>&^=@/\"']")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}

# Streamlit turns these into links, icons and arrows after Markdown has removed the escapes. Wrapped in an element of
# its own, such as a color directive that names no color, a character is not matched together with those that follow.
_LATE = re.compile(
    r"(?<=www)\. | :(?=// | [\w+-]+:) | @ | [<>=~-](?=[<>=~-])",
    re.IGNORECASE | re.VERBOSE,
)


def escape(text: str) -> str:
    """Text escaped for Markdown, so that every character shows literally."""
    one_line = " ".join(text.split())
    pieces, end = [], 0
    for late in _LATE.finditer(one_line):
        pieces += [_escaped(one_line[end : late.start()]), f":color[{_escaped(late[0])}]"]
        end = late.end()
    return "".join([*pieces, _escaped(one_line[end:])])


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), text)


def escape_plotly(text: str) -> str:
    """Text escaped for a Plotly figure, which interprets some HTML, formulas and templates."""
    return html.escape(" ".join(text.split()), quote=False).replace("$", "&#36;").replace("%{", "&#37;{")


def number(value: float | None) -> str:
    """A count: 1,247."""
    return MISSING if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share with one decimal: 24.6%. A share above 0 never shows as 0."""
    if value is None:
        return MISSING
    return "<0.1%" if 0 < value < 0.0005 else f"{value:.1%}"


def change(relative: float) -> str:
    """A relative change: +62%, ×3.1 beyond tripling."""
    return f"×{1 + relative:,.1f}" if relative >= 2 else f"{relative:+z.0%}"


def points(difference: float) -> str:
    """A difference of two shares in percentage points: +10.4 pts."""
    return f"{difference * 100:+z.1f} pts"


def money(value: float | None) -> str:
    """Dollars: $8.74; small amounts keep a third decimal. An amount above 0 never shows as 0."""
    if value is None:
        return MISSING
    sign, amount = "-" if value < 0 else "", abs(value)
    if 0 < amount < 0.0005:
        return f"{sign}<$0.001"
    return f"{sign}${amount:,.3f}" if 0 < amount < 0.1 else f"{sign}${amount:,.2f}"


def unit_price(value: float | None) -> str:
    """Dollars per email, often far below a cent: $0.0197, $0.018."""
    if value is None or not 0.0005 <= abs(value) < 0.1:
        return money(value)
    return f"${value:.4f}".removesuffix("0") if value > 0 else f"-${-value:.4f}".removesuffix("0")


def price_range(low: float, high: float | None) -> str:
    """Between which amounts a cost lies: $1.68 – $5.17, or over $1.68 without an upper end."""
    return f"over {money(low)}" if high is None else f"{money(low)} – {money(high)}"


DAY = "%b %-d, %Y"
"""Mar 10, 2026. Like the other formats, both for Python and for the axes and hover texts of Plotly."""

SHORT_DAY = "%b %-d"
"""Mar 10: where the year is known."""

WEEKDAY = "%a, %b %-d, %Y"
"""Tue, Mar 10, 2026."""

MONTH = "%B %Y"
"""March 2026."""

SHORT_MONTH = "%b %Y"
"""Mar 2026."""


def day(value: date) -> str:
    """A date: Mar 10, 2026."""
    return f"{value:{DAY}}"


def short_day(value: date) -> str:
    """A date whose year is known: Mar 10."""
    return f"{value:{SHORT_DAY}}"


def weekday(value: date) -> str:
    """A date with its day of the week: Tue, Mar 10, 2026."""
    return f"{value:{WEEKDAY}}"


def month(value: date) -> str:
    """The month of a date: March 2026."""
    return f"{value:{MONTH}}"


def short_month(value: date) -> str:
    """The month of a date: Mar 2026."""
    return f"{value:{SHORT_MONTH}}"


def days(first: date, last: date) -> str:
    """Some days, inclusive: Feb 28 – Mar 27, 2026, within a month Mar 1 – 27, 2026; a single one: Mar 10, 2026."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{short_day(first)} – {last:%-d, %Y}"
    return f"{short_day(first) if first.year == last.year else day(first)} – {day(last)}"


def clock(value: datetime) -> str:
    """The time of day of a local time: 2:23 PM."""
    return f"{value:%-I:%M %p}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """An instant in the reporting zone: Jan 31, 2026, 2:23 PM."""
    local = value.astimezone(zone)
    return f"{day(local)}, {clock(local)}"
