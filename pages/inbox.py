"""Inbox: the replies, newest first, beside the one that is being read, and how they sound over time."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import inbox, shell
from outreach_results.ui.cache import ask

view = shell.begin("Inbox", "What did they answer?")
inbox.who_field()
inbox_filters, inbox_page = inbox.find(view.filters)
inbox.choices(inbox_filters, inbox_page)
shown = inbox.shown_reply(inbox_page)
with st.container():  # one place for what comes and goes, so that what follows stays where it is
    inbox.show_status()
    if inbox_page.pagination.total:
        inbox.toolbar(view.filters, inbox_filters, inbox_page)
        inbox.confirmation(view, inbox_filters)
    else:
        inbox.nothing(view.filters, inbox_filters)

reading_list, reading_pane = st.columns([5, 6], gap="medium")
with reading_list:
    inbox.reply_list(inbox_page.replies, shown)
    inbox.pages(inbox_page.pagination)
with reading_pane:
    inbox.reading_pane(shown, inbox_page, view.filters, inbox_filters, ask(results.all_campaigns))

inbox.over_time(view, inbox_filters)
