"""Overview: how the chosen campaigns are doing, what changed, what they cost, and each beside the others."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import campaign_table, event_dates, overview, shell
from outreach_results.ui.cache import ask

view = shell.begin("Overview", "How are the campaigns doing?")
totals = ask(results.totals, view.filters)
if not any(totals.stats.model_dump().values()):
    st.info(shell.NO_ACTIVITY)
    st.stop()

before = ask(results.totals, view.comparison) if view.comparison else None

headlines = ask(overview.headlines, view.filters, view.comparison)
humans = ask(overview.human_headlines, view.filters, view.comparison)
overview.kpi_grid(totals, before, headlines, humans, ask(overview.sparklines, view.filters), view)
event_dates.notice(view)
overview.changes(ask(overview.what_changed, view.filters, view.comparison, view.compared_with))
overview.alerts(ask(overview.what_stands_out, view.filters))

overview.funnel(totals, headlines, view)
replies = ask(results.inbox, view.filters, per_page=1)
overview.costs(totals, headlines, overview.positive_replies(replies.counts), view)
campaign_table.campaigns(view)
