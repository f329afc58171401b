"""Overview: how the chosen campaigns are doing, what changed, each beside the others, by step, and what they cost."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import campaign_table, event_dates, overview, shell
from outreach_results.ui.cache import ask

view = shell.begin("Overview", "How are the campaigns doing?")
if view.of_people:
    overview.people(view)
    st.stop()
totals = ask(results.totals, view.filters)
if not any(totals.stats.model_dump().values()):
    overview.alerts_without_activity(view)
    st.info(shell.NO_ACTIVITY)
    st.stop()

with st.container(key="headlines"):
    overview.headline(view)
    overview.side_cards(view)
overview.undated_remark(totals, view)
event_dates.notice(view)
campaign_table.campaigns(view)
overview.breakdown(view)
left, right = st.columns(2)
with left:
    overview.funnel(totals, view)
with right:
    overview.costs(totals, view)
