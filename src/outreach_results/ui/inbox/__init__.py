"""The sections of the inbox page."""

from outreach_results.ui.inbox.sections import sections
from outreach_results.ui.inbox.watch import refresh_on_change
from outreach_results.ui.who import who_field

__all__ = [
    "refresh_on_change",
    "sections",
    "who_field",
]
