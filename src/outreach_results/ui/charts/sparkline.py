"""A small line without axes, as SVG: it needs no library in the browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 200, 36
"""The size of the drawing in its own units; it is as wide as its place."""

GREY = "#8a94a1"
"""A color that can be seen in either theme."""

_MARGIN = 2.0


def sparkline(values: Sequence[float], color: str = GREY) -> str:
    """An SVG element of a line over its area, from 0 up; empty with fewer than two values.

    It repeats numbers that stand beside it, so assistive software does not see it.

    Args:
        values: finite numbers, none below 0, oldest first.
        color: any CSS color.
    """
    if len(values) < 2:
        return ""
    top = max(values) or 1.0
    step, reach = WIDTH / (len(values) - 1), HEIGHT - 2 * _MARGIN
    points = " ".join(
        f"{place * step:.1f},{HEIGHT - _MARGIN - value / top * reach:.1f}" for place, value in enumerate(values)
    )
    ink = escape(color, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true">'
        f'<polygon points="0,{HEIGHT} {points} {WIDTH},{HEIGHT}" fill="{ink}" fill-opacity="0.15"/>'
        f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="1.5" '
        f'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )


def as_image(svg: str) -> str:
    """An HTML image of an SVG element, as wide as its place: `st.html` removes SVG that is not an image."""
    source = b64encode(svg.encode()).decode()
    return f'<img alt="" aria-hidden="true" src="data:image/svg+xml;base64,{source}" style="{_STYLE}">'


_STYLE = f"display:block;width:100%;height:{HEIGHT}px"
