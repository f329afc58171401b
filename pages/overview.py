"""Overview: how the chosen campaigns are doing, what changed, what they cost, and each beside the others."""

from dataclasses import replace

import streamlit as st

from outreach_results import insights, results
from outreach_results.ui import overview, shell
from outreach_results.ui.cache import ask, derive

view = shell.begin("Overview", "How are the campaigns doing?")
totals = ask(results.totals, view.filters)
days = ask(results.daily_stats, view.filters)
if days.empty or not any(totals.stats.model_dump().values()):
    st.info("Nothing happened in this period. Choose a longer one on the left.")
    st.stop()

before = ask(results.totals, view.comparison) if view.comparison else None
campaigns = ask(results.campaign_totals, view.filters)
earlier = ask(results.campaign_totals, view.comparison) if view.comparison else None
humans = ask(results.campaign_totals, replace(view.filters, humans_only=True))

overview.kpi_grid(totals, before, days, view)
overview.changes(derive(insights.what_changed, totals, before, view.compared_with, campaigns, earlier))
overview.alerts(derive(insights.alerts, campaigns, humans))

left, right = st.columns(2, gap="large")
with left:
    overview.funnel(totals, view)
with right:
    replies = ask(results.inbox, view.filters, per_page=1)
    overview.costs(totals, overview.positive_replies(replies.counts), view)

overview.campaigns(campaigns, ask(results.campaign_courses, view.filters, "replied"), view)
