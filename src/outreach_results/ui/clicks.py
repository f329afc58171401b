"""Callbacks for clicks on charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outreach_results.ui import charts


def chosen_of(points: Sequence[charts.Point]) -> str | None:
    """The ``customdata`` of the mark that was clicked; None where nothing with one was."""
    chosen = next((point.customdata for point in points if point.customdata), None)
    return None if not chosen else str(chosen[0] if isinstance(chosen, list) else chosen)


def on_chart_click(go: Callable[[str], None]) -> charts.Clicked:
    """A callback for a chart's ``on_click`` that calls ``go`` with the ``customdata`` of the mark.

    It runs before the page is drawn, the only time at which the filters take a new value.
    """

    def clicked(points: Sequence[charts.Point]) -> None:
        chosen = chosen_of(points)
        if chosen is not None:
            go(chosen)

    return clicked
