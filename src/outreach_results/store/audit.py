"""The audit log: who did what, and when. It only grows: nothing here changes or removes an entry.

One thing else does: the address of a person who is forgotten is taken out of what an entry is about.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from outreach_results.store.engine import Store
from outreach_results.store.schema import audit_log

LONGEST = 300
"""Characters that are kept of what an entry is about."""


class Action(StrEnum):
    """What is kept."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    EXPORTED = "exported"
    MARKED = "marked"
    MARKS_UNDONE = "marks_undone"
    IMPORTED = "imported"
    IMPORT_UNDONE = "import_undone"
    DELETED = "deleted"
    RESTORED = "restored"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    LINK_CREATED = "link_created"
    LINK_REVOKED = "link_revoked"
    ACCOUNT_CONNECTED = "account_connected"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_REMOVED = "account_removed"
    CLIENT_ADDED = "client_added"
    CLIENT_CHANGED = "client_changed"
    CLIENT_REMOVED = "client_removed"
    LABELED = "labeled"
    RULE_ADDED = "rule_added"
    RULE_REMOVED = "rule_removed"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    FORGOTTEN = "forgotten"
    CHANGED = "changed"
    NOTED = "noted"
    NOTE_REMOVED = "note_removed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; ``by`` is None where it is not known who did it."""

    at: datetime
    by: str | None
    action: Action
    about: str


def record(connection: Connection, action: Action, about: str = "", *, by: str | None) -> None:
    """Enter what somebody does, in the transaction that does it: both are kept, or neither is.

    Args:
        by: the address of who is signed in, the user who runs a command, or ``key ID`` of a program.
    """
    now = datetime.now(UTC)
    # The key orders the entries by time, because there are no sequences; chance tells those of one moment apart.
    entry_id = f"{time.time_ns() // 1000:016x}{secrets.token_hex(6)}"
    values = {"entry_id": entry_id, "at": now, "by": by or None, "action": action.value, "about": about[:LONGEST]}
    connection.execute(insert(audit_log), values)


def note(store: Store, action: Action, about: str = "", *, by: str | None) -> None:
    """Enter what somebody is about to do that changes nothing itself, such as an export."""
    with store.write(is_data=False) as connection:
        record(connection, action, about, by=by)


def entries(store: Store, *, at_most: int | None = None) -> Iterator[Entry]:
    """The entries, newest first."""
    newest_first = select(audit_log).order_by(audit_log.c.entry_id.desc()).limit(at_most)
    with store.read(is_stream=at_most is None) as connection:  # a few fit into memory
        for row in connection.execute(newest_first).mappings():
            yield Entry(row["at"], row["by"], Action(row["action"]), row["about"])
