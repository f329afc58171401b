"""Benchmarks: our own numbers among those of the community, and what can be said of them."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import event_dates, shell
from outreach_results.ui.benchmarks import bullets, comparisons
from outreach_results.ui.cache import ask

view = shell.begin("Benchmarks", "How do we compare?")
today = ask(results.last_day) or view.last
peers = bullets.peer_chooser(ask(results.benchmark_mcps), ask(results.all_campaigns), view.filters)
bullets.reliability(peers, today)

rows = ask(results.comparisons, view.filters, peers)
if not rows:
    st.info("There is nothing to compare with: too few campaigns of our own in this period. Choose a longer one.")
    st.stop()

event_dates.notice(view, peers.numbers.mcp)
bullets.legend(peers)
bullets.bullets(rows, peers, view)

st.subheader("One metric, closer", anchor=False)
metric = bullets.metric_chooser(peers)
series, kinds = st.columns(2, gap="large")
with series:
    st.markdown("**Over time**")
    comparisons.over_time(view, peers, metric)
with kinds:
    st.markdown("**By kind of campaign (mcp)**")
    comparisons.by_mcp(view, metric)
st.markdown("**Campaign by campaign**")
ranked = comparisons.campaigns_in_order(view, peers, metric, comparisons.order_chooser())
comparisons.by_campaign(view, peers, metric, ranked)
comparisons.verdicts(view, metric, ranked)
