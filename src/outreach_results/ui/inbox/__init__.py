"""The sections of the inbox page."""

from outreach_results.ui.inbox.filter_bar import choices
from outreach_results.ui.inbox.listing import find, nothing, pages, reply_list, toolbar
from outreach_results.ui.inbox.pane import reading_pane, shown_reply
from outreach_results.ui.inbox.sentiment_chart import over_time
from outreach_results.ui.inbox.state_changes import confirmation, show_status, who_field

__all__ = [
    "choices",
    "confirmation",
    "find",
    "nothing",
    "over_time",
    "pages",
    "reading_pane",
    "reply_list",
    "show_status",
    "shown_reply",
    "toolbar",
    "who_field",
]
