"""Numbers as people read them, the same on pages, in reports and in digests."""

from __future__ import annotations

MISSING = "–"


def number(value: float | None) -> str:
    """A count: 1,247."""
    return MISSING if value is None else f"{value:,.0f}"


def counted(n: int, noun: str) -> str:
    """So many of something, which is named in the singular: 1 campaign, 1,247 replies."""
    return f"{n:,} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The plural of a noun of this product: days, replies, more emails, people, rows of contacts."""
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)}{of}{rest}"
    if noun.endswith("person"):
        return f"{noun.removesuffix('person')}people"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch")) else f"{noun}s"


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
    """A range of two formatted ends, with the percent sign once: 3.1–5.5%, $1.68–$5.17; one end if both are alike."""
    if low == high:
        return high
    return f"{low.removesuffix('%') if high.endswith('%') else low}–{high}"


def price_range(low: float, high: float | None) -> str:
    """Between which amounts a cost lies: $1.68–$5.17, or over $1.68 without an upper end."""
    return f"over {money(low)}" if high is None else span(money(low), money(high))


def money_range(low: float, high: float) -> str:
    """A range of dollars, without cents where it is at least two dollars wide: $74–$81."""
    return span(f"${low:,.0f}", f"${high:,.0f}") if high - low >= 2 else price_range(low, high)
