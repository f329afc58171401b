"""What the commands share: the terminal, and the database that they opened."""

from __future__ import annotations

import getpass
from contextlib import ExitStack, closing

from rich.console import Console

from outreach_results.config import settings
from outreach_results.store.engine import Store, open_store
from outreach_results.store.replies.inbox_table import end_snoozes_before_reading

console = Console(stderr=True, highlight=False, soft_wrap=True)  # a path or a sentence is never broken in two
opened = ExitStack()  # closes what a command has opened, also after an error


def user_name() -> str | None:
    """Who runs the command, for the history; None where the system does not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without users
        return None


def open_database() -> Store:
    """The database of the settings, closed when the command ends.

    Raises:
        StoreError: it cannot be opened.
    """
    return opened.enter_context(closing(open_store(settings().database_url, new_zone=settings().time_zone)))


def open_database_of_today() -> Store:
    """The same, for a command that answers of replies: those whose snooze is over are to do, whatever else runs.

    Raises:
        StoreError: it cannot be opened.
    """
    store = open_database()
    end_snoozes_before_reading(store)
    return store
