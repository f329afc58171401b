"""PNG export in the browser: of a chart, or of a table that is drawn as a chart."""

from __future__ import annotations

import streamlit as st

from outreach_results.export import file_name
from outreach_results.models import Basis, Filters
from outreach_results.ui import cache, charts, styles
from outreach_results.ui.charts import Inks
from outreach_results.ui.downloads import Table


@st.dialog("Save as a picture", width="large")
def dialog(offered: Table, *, key: str) -> None:
    """Open a dialog with the chart, the table or both, each with a button that saves it as PNG."""
    chart = offered.chart
    table = offered.pictured if offered.pictured is not None or chart is not None else offered.frame
    styles.apply("png_export")
    with st.container(key="pictures"):
        stem = file_name(offered.name, "png", offered.filters, cache.zone().key).removesuffix(".png")
        if chart is not None:
            charts.show(chart, key=f"{key}-picture", alt=offered.title, name=stem, is_picture=True)
        if table is not None:
            file = stem if chart is None else f"{stem}_table"
            figure = charts.table(table, offered.title, in_words(offered.filters), _inks())
            charts.show(
                figure, key=f"{key}-picture-of-table", alt=f"{offered.title} as a table", name=file, is_picture=True
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
