"""What people want to reach in a month: meetings, positive replies, emails. A value of `meta`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from outreach_results.errors import QueryError
from outreach_results.models.metric_definitions import METRICS, POSITIVE_REPLIES
from outreach_results.store import audit
from outreach_results.store.engine import Store, get_meta, set_meta

GOAL_METRICS: tuple[str, ...] = (POSITIVE_REPLIES.name, "meetings_booked", "emails_sent")
"""What there can be a goal of."""

MAX_GOAL = 100_000_000
_GOALS = "goals"


def goals_in(connection: Connection) -> dict[str, int]:
    """The goals of a month by metric, in the order of `GOAL_METRICS`."""
    known = json.loads(get_meta(connection, _GOALS) or "{}")
    return {name: known[name] for name in GOAL_METRICS if name in known}


def set_goals(store: Store, goals: Mapping[str, int | None], *, by: str | None = None) -> None:
    """Set goals of a month; None removes one. Those that are not named stay.

    Raises:
        QueryError: there is no goal of that metric, or the number cannot be one.
    """
    for name, goal in goals.items():
        if name not in GOAL_METRICS:
            raise QueryError("metric", f"{name[:40]!r} can have no goal. Use {', '.join(GOAL_METRICS)}.")
        if goal is not None and not 1 <= goal <= MAX_GOAL:
            raise QueryError(name, f"The goal of {METRICS[name].label.lower()} is from 1 to {MAX_GOAL:,} a month.")
    with store.write() as connection:
        known: dict[str, int | None] = {**goals_in(connection), **goals}
        set_meta(connection, _GOALS, json.dumps({name: goal for name, goal in known.items() if goal is not None}))
        said = ", ".join(f"{name} {goal or 'none'}" for name, goal in goals.items())
        audit.record(connection, audit.Action.CHANGED, f"goals: {said}", by=by)
