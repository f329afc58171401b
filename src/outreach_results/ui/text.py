"""Numbers for people, and strangers' words as plain characters."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

MISSING = "–"

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&^=@/\"'])")


def plain(text: str) -> str:
    """Text for a place that reads Markdown, so that every character shows as itself."""
    one_line = " ".join(text.split())
    return _MARKDOWN.sub(r"\\\1", one_line).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


def in_chart(text: str) -> str:
    """Text for a Plotly figure, which reads a little HTML."""
    return escape(" ".join(text.split()), quote=False).replace("$", "&#36;")


def number(value: float | None) -> str:
    """A count: 1,247."""
    return MISSING if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share with one decimal: 24.6 %."""
    return MISSING if value is None else f"{value:.1%}".replace("%", " %")


def change(relative: float) -> str:
    """A relative change: +62 %, ×3.1 beyond tripling."""
    return f"×{1 + relative:,.1f}" if relative >= 2 else f"{relative:+.0%}".replace("%", " %")


def points(difference: float) -> str:
    """A difference of two shares in percentage points: +10.4 pts."""
    return f"{difference * 100:+.1f} pts"


def money(value: float | None) -> str:
    """Dollars; small amounts keep a third decimal."""
    if value is None:
        return MISSING
    return f"${value:,.3f}" if 0 < abs(value) < 0.1 else f"${value:,.2f}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """An instant in the reporting zone: 31 Jan 2026, 14:23."""
    return f"{value.astimezone(zone):%-d %b %Y, %H:%M}"
