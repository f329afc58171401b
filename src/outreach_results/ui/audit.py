"""The card of the data page that says who did what, for admins."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.models.team import Role
from outreach_results.store.engine import Store
from outreach_results.ui import cache, cards, tables
from outreach_results.ui.downloads import Table

SHOWN = 200
_AT_FIRST, _ALL = 10, "audit-all"
_WORDS = {
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "exported": "Exported",
    "marked": "Marked replies",
    "marks_undone": "Undid marks",
    "imported": "Imported",
    "import_undone": "Undid an import",
    "deleted": "Deleted",
    "restored": "Restored",
    "key_created": "Created an API key",
    "key_revoked": "Revoked an API key",
    "link_created": "Created a link",
    "link_revoked": "Revoked a link",
    "account_connected": "Connected an account",
    "account_changed": "Changed an account",
    "account_removed": "Removed an account",
    "client_added": "Added a client",
    "client_changed": "Changed a client",
    "client_removed": "Removed a client",
    "labeled": "Set client or tags",
    "rule_added": "Added a rule",
    "rule_removed": "Removed a rule",
    "role_given": "Gave a role",
    "role_taken": "Took a role away",
    "forgotten": "Forgot a person",
    "changed": "Changed a setting",
    "noted": "Wrote a note",
    "note_removed": "Deleted a note",
}
_COLUMNS = (
    tables.Column("action", "What"),
    tables.Column("about", "About", is_wide=True),
    tables.Column("by", "Who"),
    tables.Column("at", "When", descending=True, write=tables.moment),
)


def log() -> None:
    """Draw the latest entries of the audit log."""
    if not cache.may(Role.ADMIN):
        return
    # Not by `ask`: most entries change no answer, so the data version stays.
    found = cache.snapshot_value(_latest)
    if found.empty:
        return
    found["at"] = found["at"].dt.tz_convert(cache.zone())
    with cards.card("Audit log", key="audit", downloads=Table("audit-log", found, Filters())):
        shown = found.assign(action=[_WORDS[action] for action in found["action"]])
        tables.show_frame(
            shown if st.session_state.get(_ALL) else shown.head(_AT_FIRST),
            _COLUMNS,
            key="audit",
            alt="Who did what, newest first",
        )
        if len(found) > _AT_FIRST:
            st.toggle(f"Show the last {len(found)}", key=_ALL)
        if len(found) == SHOWN:
            st.caption("All of it, of any age: outreach-results audit -o audit.csv")


def _latest(store: Store) -> pd.DataFrame:
    return results.audit_table(store, SHOWN)
