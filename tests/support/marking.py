"""Somebody who marks replies for a while: ``python -m support.marking URL SECONDS``.

Prints a line of JSON for each change that was acknowledged: campaign, reply, change, the mark's version after it.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import date

from sqlalchemy import select

from outreach_results.errors import OutreachError
from outreach_results.models import Sentiment
from outreach_results.store.engine import open_store
from outreach_results.store.replies.changes import Action, Assignment, Change, Snooze
from outreach_results.store.replies.state import mark_version, replies_with_state
from outreach_results.store.replies.state_changes import change_reply
from outreach_results.store.schema import replies

CHANGES: tuple[Change, ...] = (
    *(Action.HANDLED, Action.REOPENED, Action.CORRECTION_CLEARED, Action.MEETING_BOOKED, Action.MEETING_REMOVED),
    *Sentiment,
    *(Assignment("Ben"), Snooze(date(2100, 1, 1)), Action.UNASSIGNED, Action.SNOOZE_ENDED),
)
PAUSE_S = 0.02


def main(url: str, seconds: float) -> None:
    """Mark until the time is up; what goes wrong is printed as it would be shown, and ends with status 1."""
    store, chance = open_store(url), random.Random(7)
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        with store.read() as connection:
            seen = connection.execute(
                select(replies.c.campaign_id, replies.c.reply_id, mark_version).select_from(replies_with_state)
            ).all()
        campaign_id, reply_id, version = chance.choice(seen)
        change = chance.choice(CHANGES)
        began = time.monotonic()
        done = change_reply(store, campaign_id, reply_id, change, by="marker", seen_version=version)
        took = time.monotonic() - began
        sys.stdout.write(json.dumps([campaign_id, reply_id, str(change), version + done.changed, took]) + "\n")
        sys.stdout.flush()
        time.sleep(PAUSE_S)
    store.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1], float(sys.argv[2]))
    except OutreachError as error:
        sys.exit(str(error))
