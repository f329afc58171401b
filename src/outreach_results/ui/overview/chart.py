"""The strip of tiles and the large chart below it: a click on a tile redraws both, and nothing else."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.models import COUNTS, Filters
from outreach_results.models.metric_definitions import METRICS, TILES
from outreach_results.results import Totals
from outreach_results.ui import cards, charts, filters, text, url_state
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.charts.headline import headline_chart, subtitle
from outreach_results.ui.charts.trend_labels import unfinished_sentence
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.filters import View
from outreach_results.ui.fragments import fragment_run
from outreach_results.ui.overview import tiles

DEFAULT = "reply_rate"
_CODES = {metric.name: metric.name for metric in TILES}


@st.fragment
@fragment_run()
def headline(view: View) -> None:
    """Draw the strip and the chart of the metric that was clicked there."""
    name = url_state.one_of("tile", _CODES, DEFAULT)
    tiles.show(tiles.tiles(view), name, key="tiles", on_choice=_choose)
    with st.container(key="headline-chart"):
        _chart(view, name)


def _choose(name: str) -> None:
    url_state.change_in_fragment("tile", "" if name == DEFAULT else name)


def _chart(view: View, name: str) -> None:
    series = ask(results.headline_series, view.filters, name, view.comparison)
    with cards.card(subtitle(series), key="headline") as card:
        if series.points["value"].isna().all():
            st.caption(f"{METRICS[name].label}: not tracked by these campaigns, or nothing to divide by.")
            return
        notes = ask(results.annotations_in, view.filters)
        unfinished = view.unfinished(ask(filters.as_of))
        versus = view.compared_with if view.comparison is not None else ""
        chart_with_data(
            draw(headline_chart, series, notes, compared_with=versus, unfinished=unfinished),
            series.points.rename(columns={"value": name}),
            view.filters,
            key="headline",
            name=f"overview-{name}",
            alt=f"{subtitle(series)}, {view.days()}",
            card=card,
        )
        compared = series.points["compared"].count()
        remarks = [f"{'Dotted' if compared > 1 else 'Gray'} line: {versus}."] if versus and compared else []
        if unfinished is not None:
            remarks.append(unfinished_sentence(unfinished))
        remarks += still_collecting(view)
        if remarks:
            st.caption(text.escape(" ".join(remarks)))


def still_collecting(view: View) -> list[str]:
    """The note where rates are adjusted for outcomes that are still expected."""
    shares = tiles.shares_still_collecting(ask(results.headlines, view.filters, view.comparison))
    if not shares:
        return []
    low, high = text.percent(min(shares)), text.percent(max(shares))
    some = low if low == high else f"{low} to {high}"
    return [
        f"The youngest emails are still collecting: {some} of the outcomes are in. "
        "Rates here are those expected in the end."
    ]


def undated_remark(totals: Totals, view: View) -> None:
    """Draw which counts have no dates of their own, and where they are counted then."""
    if totals.undated:
        names = ", ".join(charts.LABELS[name].lower() for name in COUNTS if name in totals.undated)
        where = "in the totals" if view.filters.for_campaigns(None) == Filters() else "by send date"
        st.caption(f"Dates not in this export: counted {where} ({names}).")
