"""Formatted numbers, the words of dates, and escaping of text from outside for Markdown and Plotly."""

from __future__ import annotations

import html
import re

from outreach_results.models.dates import *  # noqa: F403 -- they are words like all others here

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


def span(low: str, high: str) -> str:
    """A range of two formatted ends, with the percent sign once: 3.1–5.5%, $1.68–$5.17."""
    return f"{low.removesuffix('%') if high.endswith('%') else low}–{high}"


def price_range(low: float, high: float | None) -> str:
    """Between which amounts a cost lies: $1.68–$5.17, or over $1.68 without an upper end."""
    return f"over {money(low)}" if high is None else span(money(low), money(high))


def money_range(low: float, high: float) -> str:
    """A range of dollars, without cents where it is at least two dollars wide: $74–$81."""
    return span(f"${low:,.0f}", f"${high:,.0f}") if high - low >= 2 else price_range(low, high)
