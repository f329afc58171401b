"""Inbox: the replies, newest first, beside the one that is being read, and how they sound over time."""

from outreach_results.ui import inbox, shell

view = shell.begin("Inbox", "Replies")
inbox.name_field()
inbox.sections(view)
inbox.refresh_on_change()
