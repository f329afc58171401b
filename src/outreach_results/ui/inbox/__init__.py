"""The sections of the inbox page."""

from outreach_results.ui.inbox.filter_bar import controls
from outreach_results.ui.inbox.pane import desk
from outreach_results.ui.inbox.sentiment_chart import over_time
from outreach_results.ui.inbox.watch import refresh_on_change
from outreach_results.ui.who import who_field

__all__ = [
    "controls",
    "desk",
    "over_time",
    "refresh_on_change",
    "who_field",
]
