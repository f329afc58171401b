"""PNG export in the browser: of a chart, or of a table that is drawn as a chart."""

from __future__ import annotations

import streamlit as st

from outreach_results.export import file_name
from outreach_results.models import Filters
from outreach_results.ui import cache, charts, downloads, text
from outreach_results.ui.cache import ask
from outreach_results.ui.campaign_picker import client_labels
from outreach_results.ui.charts import Inks
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import ways_of_counting
from outreach_results.ui.fragments import fragment_run

_PLACE, _ASKED_FOR, _SAVED = "picture-place", "picture-asked-for", "pictures-saved"


def ask_for(key: str) -> None:
    """Have what a card with this key offers saved as PNG, without a run of the page. For the end of callbacks."""
    st.session_state[_ASKED_FOR] = key
    st.rerun([_PLACE])


# One for the whole page: a fragment around each card's buttons would cost the page more than the buttons do.
@st.fragment(key=_PLACE)
def place() -> None:
    """Draw what was asked for; nothing in a run of the page."""
    with fragment_run():
        key = st.session_state.pop(_ASKED_FOR, None)
        table = None if key is None else downloads.held_table(key)
        if table is not None:
            _save(table, key=key)


def _save(offered: Table, *, key: str) -> None:
    """Let the browser save the chart, the table or both as PNG: they are drawn out of sight for that, once."""
    chart = offered.chart
    pictured = offered.pictured() if callable(offered.pictured) else offered.pictured
    table = pictured if pictured is not None or chart is not None else offered.rows()
    stem = file_name(offered.name, "png", offered.filters, cache.zone().key).removesuffix(".png")
    # Another element each time, so that it saves again.
    st.session_state[_SAVED] = saved = st.session_state.get(_SAVED, 0) + 1
    with st.container(key="pictures"):
        if chart is not None:
            charts.show(chart, key=f"{key}-picture-{saved}", alt=offered.title, name=stem, is_picture=True)
        if table is not None:
            file = stem if chart is None else f"{stem}_table"
            figure = charts.table(table, offered.title, in_words(offered.filters), _inks()).finished()
            alt = f"{offered.title} as a table"
            charts.show(figure, key=f"{key}-picture-of-table-{saved}", alt=alt, name=file, is_picture=True)


def in_words(filters: Filters) -> str:
    """The filters as a caption of the picture: Mar 1 – 27, 2026 · 2 campaigns · by send date · UTC."""
    start, end = filters.start, filters.end
    if start and end:
        parts = [text.days(start, end)]
    else:
        parts = [f"since {text.day(start)}" if start else f"until {text.day(end)}" if end else "all time"]
    parts += [*(ask(client_labels).get(one, one) for one in filters.clients or ()), *(filters.tags or ())]
    if filters.campaigns is not None:
        parts.append(text.counted(len(filters.campaigns), "campaign"))
    return " · ".join([*parts, *ways_of_counting(filters), cache.zone().key])


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
