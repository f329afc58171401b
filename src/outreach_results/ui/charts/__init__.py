"""Figures: pure functions from numbers to a Plotly figure, each answering one question; and `show`, which draws them.

The same metric has the same color everywhere; the palette is safe for color-blind eyes (after Okabe and Ito).
"""

from outreach_results.ui.charts.annotations import annotate
from outreach_results.ui.charts.base import COLORS, GRID, LABELS, empty
from outreach_results.ui.charts.benchmarks import Mark, beside_community, bullet, over_time, value_text
from outreach_results.ui.charts.component import NO_LINKS, Clicked, Point, show, uses_streamlit_charts
from outreach_results.ui.charts.headline import headline_chart
from outreach_results.ui.charts.inbox import SENTIMENT_COLORS, SENTIMENT_NAMES, sentiment_over_time
from outreach_results.ui.charts.overview import funnel, people
from outreach_results.ui.charts.seasonality import busiest, heat_map
from outreach_results.ui.charts.snapshots import snapshot_trend
from outreach_results.ui.charts.table import Inks, table
from outreach_results.ui.charts.trends import COST_PARTS, cost_chart, trend_chart
from outreach_results.ui.charts.usage import (
    costs_of_campaigns,
    costs_of_components,
    costs_of_months,
    month_progress,
    quota,
)
from outreach_results.ui.figure import Drawing, Figure

__all__ = [
    "COLORS",
    "COST_PARTS",
    "GRID",
    "LABELS",
    "NO_LINKS",
    "SENTIMENT_COLORS",
    "SENTIMENT_NAMES",
    "Clicked",
    "Drawing",
    "Figure",
    "Inks",
    "Mark",
    "Point",
    "annotate",
    "beside_community",
    "bullet",
    "busiest",
    "cost_chart",
    "costs_of_campaigns",
    "costs_of_components",
    "costs_of_months",
    "empty",
    "funnel",
    "headline_chart",
    "heat_map",
    "month_progress",
    "over_time",
    "people",
    "quota",
    "sentiment_over_time",
    "show",
    "snapshot_trend",
    "table",
    "trend_chart",
    "uses_streamlit_charts",
    "value_text",
]
