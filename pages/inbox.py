"""Inbox: the replies, newest first, beside the one that is being read, and how they sound over time."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import inbox, shell
from outreach_results.ui.cache import ask

view = shell.begin("Inbox", "What did they answer?")
inbox.who_field()
triage, found = inbox.find(view.filters)
inbox.choices(triage, found)
shown = inbox.shown_reply(found)
with st.container():  # one place for what comes and goes, so that what follows stays where it is
    inbox.what_was_said()
    if found.pagination.total:
        inbox.toolbar(view.filters, triage, found)
        inbox.confirmation(view, triage)
    else:
        inbox.nothing(view.filters, triage)

reading_list, reading_pane = st.columns([5, 6], gap="medium")
with reading_list:
    inbox.reply_list(found.replies, shown)
    inbox.pages(found.pagination)
with reading_pane:
    inbox.reading_pane(shown, found, view.filters, triage, ask(results.all_campaigns))

inbox.over_time(view, triage)
