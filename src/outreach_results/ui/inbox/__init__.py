"""The sections of the inbox page."""

from outreach_results.ui.author import name_field
from outreach_results.ui.inbox.sections import sections
from outreach_results.ui.inbox.watch import refresh_on_change

__all__ = [
    "name_field",
    "refresh_on_change",
    "sections",
]
