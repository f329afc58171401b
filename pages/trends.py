"""Trends: how the chosen metrics move, what is unusual or still to come, and at which hours things happen."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import event_dates, filters, shell, snapshots, trends
from outreach_results.ui.annotations import notes
from outreach_results.ui.cache import ask

view = shell.begin("Trends", "Performance over time")
question = trends.controls(view)
if not question.names:
    st.info("Choose at least one metric.")
    st.stop()

comparison = view.comparison if question.with_comparison else None
series = ask(results.trends, view.filters, question.names, every=question.every, comparison=comparison)
exports = ask(results.snapshot_trend, view.filters)
if trends.is_quiet(series):
    snapshots.trend(exports, question.names, view)
    st.info(shell.NO_ACTIVITY if view.has_dates else "The dates are not in this export, so there are no days to draw.")
    st.stop()

annotations = ask(results.annotations_in, view.filters)
trends.performance(series, annotations, question, view)
if any(line.is_rate for line in series.series):
    event_dates.notice(view)
snapshots.trend(exports, question.names, view)
left, right = st.columns(2, gap="small")
with left:
    trends.cost(series, view)
with right:
    trends.activity_by_hour(ask(results.weekly_activity, view.filters), view)
left, right = st.columns(2, gap="small")
with left:
    trends.unusual(series)
with right:
    notes(annotations, ask(filters.campaign_labels), view)
