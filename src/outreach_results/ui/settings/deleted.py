"""Deleting a campaign, and the deleted ones, each with what brings it back."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from outreach_results.models.team import Role
from outreach_results.store.admin import deletion
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, may, store_for, zone
from outreach_results.ui.settings.changes import make


def delete_button(campaign_id: str) -> None:
    """Draw the button that deletes a campaign."""
    if st.button(
        "Delete campaign",
        key="delete-campaign",
        type="tertiary",
        help="Hides it on all pages, in the API and in exports. Nothing of it is lost, and Restore brings it back.",
    ):
        make(lambda: deletion.delete(store_for(Role.ADMIN), campaign_id, by=author_name()))


def deleted() -> None:
    """Draw the deleted campaigns, for admins."""
    found = ask(deletion.deleted_campaigns) if may(Role.ADMIN) else []
    if not found:
        return
    st.markdown("**Deleted campaigns**")
    st.caption("What an import brings in for them is kept and not shown. A sync does not read them.")
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            by = f" by {one.by}" if one.by else ""
            at = one.at.astimezone(zone())
            st.text(f"{one.name} · deleted {text.day(at.date())}, {text.clock(at)}{by}", width="content")
            if st.button("Restore", key=f"restore-{one.id}", type="tertiary"):
                make(lambda campaign_id=one.id: deletion.restore(store_for(Role.ADMIN), campaign_id, by=author_name()))  # type: ignore[misc]


def still_deleted(campaign_ids: Collection[str]) -> str:
    """Which of these campaigns are deleted, so that an import into them is not seen; blank where none is."""
    names = [one.name for one in ask(deletion.deleted_campaigns) if one.id in campaign_ids]
    return deletion.still_deleted(len(names), names)
