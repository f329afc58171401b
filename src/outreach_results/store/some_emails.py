"""Some emails of a campaign with their first events, read once for all that is counted of them.

The rollups of a whole campaign are counted by the database. Of some of its emails that would take a statement, and a
look for each of them, for every table and kind of group; of a large campaign, each look reads a page of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, case, func, select

from outreach_results.models import COST_COLUMNS, COUNT_OF, Dimension, EventType
from outreach_results.models.dimensions import DIMENSIONS, OF_EMAILS
from outreach_results.store.column_types import id_in
from outreach_results.store.schema import emails, events

Array = npt.NDArray[np.int64]

LATER_EVENTS = tuple(kind.value for kind in COUNT_OF if kind != EventType.SENT)
"""The events after the sending of an email."""

COLUMN_OF = {dimension: emails.c[DIMENSIONS[dimension].column] for dimension in OF_EMAILS}
"""Dimension → the column of `emails` that it groups by."""

_AT_A_TIME = 20_000
_PLACE_OF = {kind: place for place, kind in enumerate(LATER_EVENTS)}


class SomeEmails(NamedTuple):
    """Emails, and of each its first event of each type. Hours are local, since 1970; -1 where there is none."""

    sent_hour: Array  # (emails,)
    costs: Array  # (emails, costs), in micro-dollars
    values: dict[Dimension, list[str | None]]  # of each email what it is grouped by, as it is stored
    email: Array  # (firsts,): the place of its email
    kind: Array  # (firsts,): the place of its type in `LATER_EVENTS`
    first_hour: Array  # (firsts,)
    human_hour: Array  # (firsts,): of the first that no machine caused


def some_emails(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> Iterator[SomeEmails]:
    """These emails of a campaign, some thousands at a time; ids that it does not have are left out."""
    ids = sorted(email_ids)  # neighbors lie on one page
    for first in range(0, len(ids), _AT_A_TIME):
        yield _read(connection, campaign_id, ids[first : first + _AT_A_TIME])


def _read(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> SomeEmails:
    email, event = emails.c, events.c
    # Neither the values nor their order are asked for in SQL: SQLite would take that for a reason to read the index
    # of recipients, which is to read all emails of the campaign.
    of_emails = select(email.email_id, email.sent_hour, *(email[name] for name in COST_COLUMNS), *COLUMN_OF.values())
    of_emails = of_emails.where(email.campaign_id == campaign_id, id_in(connection, email.email_id, email_ids))
    firsts = (
        select(
            event.email_id,
            event.type,
            func.min(event.occurred_hour),
            func.min(case((~event.is_machine, event.occurred_hour))),
        )
        .where(event.campaign_id == campaign_id, id_in(connection, event.email_id, email_ids))
        .group_by(event.campaign_id, event.email_id, event.type)
    )
    ids, hours, *rest = _columns(connection.execute(of_emails).all(), 2 + len(COST_COLUMNS) + len(COLUMN_OF))
    whose, kinds, first_hours, human_hours = _columns(connection.execute(firsts).all(), 4)
    place_of = {email_id: place for place, email_id in enumerate(ids)}
    costs = np.array(rest[: len(COST_COLUMNS)], np.int64).T
    return SomeEmails(
        _hours(hours),
        costs,
        dict(zip(COLUMN_OF, map(list, rest[len(COST_COLUMNS) :]), strict=True)),
        np.array([place_of[email_id] for email_id in whose], np.int64),
        np.array([_PLACE_OF[kind] for kind in kinds], np.int64),
        _hours(first_hours),
        _hours(human_hours),
    )


def _columns(rows: Collection[Any], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _hours(hours: Collection[int | None]) -> Array:
    return np.array([-1 if hour is None else hour for hour in hours], np.int64)
