"""Who replies are assigned to."""

from __future__ import annotations

from sqlalchemy import select

from outreach_results.store.engine import Store
from outreach_results.store.schema import inbox
from outreach_results.store.shown import is_shown

MOST = 50


def assignees(store: Store) -> list[str]:
    """Everybody that a reply is assigned to, in order; the first `MOST` of them."""
    names: list[str] = []
    with store.read() as connection:
        # From each name to the next one by the index: there may be a million replies of one name.
        while len(names) < MOST:
            following = inbox.c.assignee > (names[-1] if names else "")
            own = select(inbox.c.assignee).where(following, is_shown(inbox.c.campaign_id))
            name = connection.execute(own.order_by(inbox.c.assignee).limit(1)).scalar()
            if name is None:
                break
            names.append(name)
    return names
