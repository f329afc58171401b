"""Inbox: the replies, newest first, beside the one that is being read."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import downloads, inbox, shell
from outreach_results.ui.cache import ask

view = shell.begin("Inbox", "What did they answer?")
sentiments = inbox.sentiment_filter()
query = inbox.search_field()
page = inbox.page_number()
triage = results.Triage(sentiments=sentiments, q=query)
found = ask(results.inbox, view.filters, triage, page=page)
inbox.sentiment_counts(found.counts)

if not found.pagination.total:
    st.info("No reply matches. Choose other sentiments, another period, or search for something else.")
    st.stop()

reading_list, reading_pane = st.columns([5, 4], gap="large")
with reading_list:
    chosen = inbox.reply_list(found.replies)
    inbox.pages(found.pagination)
    downloads.replies_links(view.filters, triage)
with reading_pane:
    inbox.reading_pane(chosen, ask(results.all_campaigns))
