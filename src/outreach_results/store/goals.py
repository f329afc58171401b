"""What people want to reach in a month: meetings, positive replies, emails. A value of `meta`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from outreach_results.errors import QueryError
from outreach_results.models.metric_definitions import METRICS, POSITIVE_REPLIES
from outreach_results.store import audit
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.labels import read_book, require_client

GOAL_METRICS: tuple[str, ...] = (POSITIVE_REPLIES.name, "meetings_booked", "emails_sent")
"""What there can be a goal of."""

MAX_GOAL = 100_000_000
_GOALS, _OF_CLIENTS = "goals", "client_goals"


def goals_in(connection: Connection, client: str | None = None) -> dict[str, int]:
    """The goals of a month by metric, in the order of `GOAL_METRICS`.

    Args:
        client: the id of whose; None is all campaigns together.
    """
    known = _stored(connection)[0] if client is None else _stored(connection)[1].get(client, {})
    return {name: known[name] for name in GOAL_METRICS if name in known}


def set_goals(
    store: Store, goals: Mapping[str, int | None], *, client: str | None = None, by: str | None = None
) -> None:
    """Set goals of a month; None removes one. Those that are not named stay.

    Args:
        client: the id of whose; None is all campaigns together.

    Raises:
        QueryError: there is no such client, no goal of that metric, or the number cannot be one.
    """
    for name, goal in goals.items():
        if name not in GOAL_METRICS:
            raise QueryError("metric", f"{name[:40]!r} can have no goal. Use {', '.join(GOAL_METRICS)}.")
        if goal is not None and not 1 <= goal <= MAX_GOAL:
            raise QueryError(name, f"The goal of {METRICS[name].label.lower()} is from 1 to {MAX_GOAL:,} a month.")
    with store.write() as connection:
        if client is not None:
            require_client(read_book(connection).names, client)
        known: dict[str, int | None] = {**goals_in(connection, client), **goals}
        _store(connection, client, {name: goal for name, goal in known.items() if goal is not None})
        said = ", ".join(f"{name} {goal or 'none'}" for name, goal in goals.items())
        whose = "goals" if client is None else f"goals of {client}"
        audit.record(connection, audit.Action.CHANGED, f"{whose}: {said}", by=by)


def forget_client_goals(connection: Connection, client: str) -> None:
    """Remove the goals of a client, which is removed."""
    if client in _stored(connection)[1]:
        _store(connection, client, {})


def _stored(connection: Connection) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """The goals of all campaigns together, and those of each client."""
    return tuple(json.loads(get_meta(connection, key) or "{}") for key in (_GOALS, _OF_CLIENTS))


def _store(connection: Connection, client: str | None, goals: dict[str, int]) -> None:
    if client is None:
        set_meta(connection, _GOALS, json.dumps(goals))
        return
    others = {own: known for own, known in _stored(connection)[1].items() if own != client}
    set_meta(connection, _OF_CLIENTS, json.dumps(others | ({client: goals} if goals else {})))
