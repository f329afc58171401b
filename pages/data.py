"""Data: where the numbers come from, when they were last brought in, and whether the platform agrees."""

import streamlit as st

from outreach_results import results
from outreach_results.reconcile.comparison import reconciliation
from outreach_results.ui import data, imports, settings, shell, sources
from outreach_results.ui.cache import ask, zone

shell.begin("Data", f"Where your numbers come from. Days are those of the reporting time zone, {zone().key}.")

files, platform = st.columns(2)
with files:
    imports.card()
with platform:
    sources.card()
imports.review()
imports.history(ask(results.load_history))
data.reconciliation(ask(reconciliation))
settings.section(ask(results.all_campaigns))
