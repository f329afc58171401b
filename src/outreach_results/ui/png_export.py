"""PNG export in the browser: of a chart, or of a table that is drawn as a chart."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from outreach_results.export import file_name
from outreach_results.models import Basis, Filters
from outreach_results.ui import cache, charts, styles
from outreach_results.ui.charts import Inks


def button(
    name: str,
    filters: Filters,
    *,
    key: str,
    chart: go.Figure | None = None,
    table: pd.DataFrame | None = None,
) -> None:
    """Draw a button that opens a dialog with the chart, the table or both, each with a button to save it as PNG."""
    if st.button("PNG", key=f"{key}-png", help="See this as a picture and save it as PNG", type="tertiary"):
        _dialog(name, filters, key, chart, table)


@st.dialog("Save as a picture", width="large")
def _dialog(name: str, filters: Filters, key: str, chart: go.Figure | None, table: pd.DataFrame | None) -> None:
    styles.apply("png_export")
    with st.container(key="pictures"):
        stem = file_name(name, "png", filters, cache.zone().key).removesuffix(".png")
        if chart is not None:
            charts.show(chart, key=f"{key}-picture", alt=_title(name), name=stem, is_picture=True)
        if table is not None:
            file = stem if chart is None else f"{stem}_table"
            figure = charts.table(table, _title(name), in_words(filters), _inks())
            charts.show(
                figure, key=f"{key}-picture-of-table", alt=f"{_title(name)} as a table", name=file, is_picture=True
            )


def in_words(filters: Filters) -> str:
    """The filters as a caption of the picture: 1 Mar 2026 – 27 Mar 2026 · 2 campaigns · by sending day · UTC."""
    start, end = (None if day is None else f"{day:%-d %b %Y}" for day in (filters.start, filters.end))
    parts = [f"{start or 'the beginning'} – {end or 'today'}" if start or end else "all days"]
    if filters.campaigns is not None:
        parts.append(f"{len(filters.campaigns)} campaign{'' if len(filters.campaigns) == 1 else 's'}")
    parts.append("by sending day" if filters.basis == Basis.SEND else "by activity day")
    if filters.humans_only:
        parts.append("humans only")
    return " · ".join([*parts, cache.zone().key])


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _inks() -> Inks:
    """The colors of the browser's theme, light or dark, from the Streamlit configuration."""
    kind = "dark" if st.context.theme.type == "dark" else "light"

    def setting(name: str) -> str:
        return str(st.get_option(f"theme.{kind}.{name}"))

    return Inks(
        text=setting("textColor"),
        quiet=setting("grayTextColor"),
        line=setting("borderColor"),
        paper=setting("backgroundColor"),
        header=setting("secondaryBackgroundColor"),
        font=str(st.get_option("theme.font")),
    )
