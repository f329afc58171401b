"""How every chart gets onto a page: a component that draws our figures with the Plotly that we serve ourselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import streamlit as st

from outreach_results.config import settings
from outreach_results.errors import ConfigError
from outreach_results.server import chart_library
from outreach_results.ui import parts, url_state
from outreach_results.ui.figure import Drawing

_component = parts.component("chart", isolate_styles=False)  # Plotly puts its styles into the page


@dataclass(frozen=True, slots=True)
class Point:
    """A mark that was clicked: its place in its trace, and the ``customdata`` that the figure gave it."""

    index: int
    customdata: Any


Clicked = Callable[[Sequence[Point]], None]

NO_LINKS: Mapping[str, str] = MappingProxyType({})


def show(
    figure: Drawing,
    *,
    key: str,
    alt: str,
    height: int | None = None,
    name: str | None = None,
    on_click: Clicked | None = None,
    links: Mapping[str, str] = NO_LINKS,
    is_picture: bool = False,
) -> None:
    """Draw a figure in the colors of the theme, with a button that saves it as PNG.

    Args:
        alt: what the chart shows, for who cannot see it.
        height: in pixels; that of the figure without one. The page keeps this place before anything is drawn.
        name: of the file, without extension; ``outreach-`` and the key without one.
        on_click: called before the next run with the points that were clicked.
        links: the pages that marks lead to, by their ``customdata`` or by their place in their trace; "" is all others.
            The browser follows them by itself.
        is_picture: whether the chart is saved as soon as it is drawn.
    """
    height = height or figure.height
    name = name or f"outreach-{key}"
    if uses_streamlit_charts():
        _show_with_streamlit(figure, key, alt, height, name, _following(links) if links else on_click)
        return
    _component(
        key=key,
        data={
            "figure": figure.spec,
            "alt": alt,
            "height": height,
            "name": name,
            "picture": is_picture,
            "clickable": bool(on_click or links),
            "links": dict(links),
            "library": chart_library.PATH,
            "palette": st.get_option("theme.light.chartCategoricalColors") or [],
        },
        width=figure.width or "stretch",
        height=height,
        on_points_change=_reporting(on_click, lambda: points_of(st.session_state[key].get("points"))),
    )


def uses_streamlit_charts() -> bool:
    """Whether `Settings.streamlit_charts` is on; not where the settings are wrong, which every page says."""
    try:
        return settings().streamlit_charts
    except ConfigError:
        return False


def points_of(reported: Any) -> list[Point]:
    """The points that the browser reports; none where it reports nothing."""
    return [Point(point["index"], point.get("customdata")) for point in reported or []]


def _following(links: Mapping[str, str]) -> Clicked:
    def follow(points: Sequence[Point]) -> None:
        for point in points[:1]:
            url_state.turn_to(links.get(str(point.customdata)) or links.get(str(point.index)) or links.get("", ""))

    return follow


def _reporting(on_click: Clicked | None, clicked: Callable[[], list[Point]]) -> Callable[[], None]:
    def report() -> None:
        if on_click is not None:
            on_click(clicked())

    return report


def _show_with_streamlit(figure: Drawing, key: str, alt: str, height: int, name: str, on_click: Clicked | None) -> None:
    """Draw it with `st.plotly_chart`, which brings Streamlit's own copy of Plotly."""
    key = f"{key}-{abs(hash(figure.spec)):x}"  # it keeps what is selected, which other content must not inherit
    st.plotly_chart(
        json.loads(figure.spec),
        key=key,
        alt=alt,
        height=height,
        config={
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"filename": name, "format": "png", "scale": 2},
        },
        on_select=_reporting(on_click, lambda: _selected(st.session_state[key])) if on_click is not None else "ignore",
        selection_mode="points",
    )


def _selected(event: Any) -> list[Point]:
    return [Point(point["point_index"], point.get("customdata")) for point in event.selection.points]
