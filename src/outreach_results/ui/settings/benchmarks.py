"""Which benchmarks are known, and how others come in."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.ingest.readers import benchmarks_csv
from outreach_results.models import Benchmarks
from outreach_results.models.campaign_types import type_name
from outreach_results.ui import text
from outreach_results.ui.cache import ask


def known() -> None:
    """Draw the benchmarks that are known, and the template of a file."""
    mcps = ask(results.benchmark_mcps)
    for mcp in mcps:
        st.text(sentence(ask(results.benchmarks, mcp or None)))
    if not mcps:
        st.text("No benchmarks are known.")
    st.caption("They come with a sync, or from a file under Import files: this template, or a saved answer of the API.")
    st.download_button(
        "Template as CSV",
        benchmarks_csv.template(),
        "benchmarks.csv",
        "text/csv",
        on_click="ignore",
        key="benchmarks-template",
        help="One row per metric. A row without a type describes the whole community.",
    )


def sentence(known: Benchmarks) -> str:
    """Of whom benchmarks are, of how many campaigns, of which metrics, and as of when."""
    of = f"Campaign type {type_name(known.mcp)}" if known.mcp else "All campaigns of the community"
    n = known.sample_size
    size = "" if n is None else f", {text.counted(n, 'campaign')}"
    day = "" if known.updated_at is None else f", as of {text.day(known.updated_at.date())}"
    metrics = text.counted(len(known.benchmarks), "metric")
    return f"{of}: {metrics}{size}{day}"
