"""Benchmarks: your own numbers among those of the community, and what can be said of them."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import cards, event_dates, shell
from outreach_results.ui.benchmarks import bullets, comparisons
from outreach_results.ui.cache import ask

view = shell.begin("Benchmarks", "How do you compare?")
today = ask(results.last_day) or view.last
with st.container(horizontal=True, vertical_alignment="center"):
    peers = bullets.peer_chooser(ask(results.benchmark_mcps), ask(results.all_campaigns), view.filters)
    bullets.reliability(peers, today)

rows = ask(results.comparisons, view.filters, peers)
if not rows:
    st.info("Nothing to compare with: too few of your campaigns in this period. Try a longer date range.")
    st.stop()

event_dates.notice(view, peers.numbers.mcp)
bullets.bullets(rows, peers, view)

with st.container(horizontal=True, vertical_alignment="center"):
    st.subheader("Metric detail", anchor=False, width="content")
    metric = bullets.metric_chooser(peers)
series, kinds = st.columns(2)
with series, cards.card("Over time", key="benchmark-over-time") as card:
    comparisons.over_time(view, peers, metric, card)
with kinds, cards.card("By campaign type", key="benchmark-types") as card:
    comparisons.by_mcp(view, metric, card)
with cards.card("By campaign", key="benchmark-campaigns") as card:
    order = comparisons.order_chooser()
    ranked = comparisons.campaigns_in_order(view, peers, metric, order)
    comparisons.by_campaign(view, metric, ranked, card)
with cards.card("Verdicts", key="benchmark-verdicts") as card:
    comparisons.verdicts(view, metric, ranked, card, order=order)
