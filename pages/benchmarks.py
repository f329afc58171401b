"""Benchmarks: our own numbers among those of the community."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import benchmarks, downloads, shell
from outreach_results.ui.cache import ask

view = shell.begin("Benchmarks", "How do we compare with the community?")
mcps = ask(results.benchmark_mcps)
if not mcps:
    st.info("No community benchmarks are known yet. They come with a sync, or in an account file.")
    st.stop()

campaigns = ask(results.all_campaigns)
mcp = benchmarks.mcp_chooser(mcps, campaigns)
community = ask(results.benchmarks, mcp)
own = ask(results.totals, benchmarks.own_filters(view.filters, campaigns, mcp))
benchmarks.sample_notice(community)

rows = results.benchmark_comparison(own, community)
for row in rows:
    benchmarks.comparison(row)
downloads.table_buttons("benchmarks", benchmarks.as_frame(rows), view.filters, key="benchmarks")
