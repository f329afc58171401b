"""``breakdown_stats``: the days of ``daily_stats`` for groups of a campaign's emails, such as those of one step.

Of domains and subjects there may be as many as emails. One of them is a group only where its campaign has `LEAST`
emails of it. The smaller ones have no rows: they are what is missing to ``daily_stats``. The emails whose domain or
subject the source does not tell are the group `UNKNOWN_GROUP`, so that they are not taken for the smaller ones. Of the
other dimensions, what is missing to ``daily_stats`` are the emails whose value is unknown.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    text,
    true,
)

from outreach_results.models import COUNT_OF, COUNTS, Basis, Dimension, EventType
from outreach_results.models.dimensions import OF_EMAILS, UNKNOWN_GROUP
from outreach_results.store.breakdown_sums import BASES, NUMBERS, Array, GroupSums
from outreach_results.store.column_types import id_in, is_sqlite
from outreach_results.store.schema import HAS_SUBJECT, breakdown_stats, daily_stats, emails, events
from outreach_results.store.some_emails import COLUMN_OF, LATER_EVENTS, SomeEmails, some_emails
from outreach_results.store.write import insert_new

LEAST = 20
"""How many emails a domain or a subject needs in a campaign to be a group."""

LONGEST_VALUE = 500
"""Characters of a step, a variant or a mailbox by which emails are grouped."""

_PLACE_OF = {kind.value: COUNTS.index(name) for kind, name in COUNT_OF.items()}
_TO_HUMANS = len(COUNTS) - 1  # from the place of a count to that of its twin; what is sent has none
_ROWS_AT_A_TIME = 20_000
_KEY = ("campaign_id", "dimension", "basis", "date", "value")


class Group(NamedTuple):
    """Some emails of a campaign, with the basis on which they are counted."""

    dimension: str
    basis: str
    value: str


Change = Counter[tuple[str | Group, date, str]]
"""(group, date, name of a count) → how many.

A domain or subject that may have become a group, or ceased to be one, has a key of `_CONCERNED` beside.
"""

_CONCERNED = (date.min, "")

CAN_BE_MANY: dict[Dimension, ColumnElement[bool] | TextClause] = {
    Dimension.DOMAIN: emails.c.recipient_domain.is_not(None),
    Dimension.SUBJECT: HAS_SUBJECT,
}
"""Those of which only large groups are kept, and what holds for every email in one, as an index has it."""


_Wanted = dict[Dimension, Collection[str] | None]
"""By dimension the groups to count; None for all."""


def rebuild(connection: Connection, campaign_id: str) -> None:
    """Count the groups of a campaign anew. Its days in ``daily_stats`` have to be right by then."""
    connection.execute(delete(breakdown_stats).where(breakdown_stats.c.campaign_id == campaign_id))
    counts = connection.execute(
        select(*(func.count(COLUMN_OF[one]) for one in OF_EMAILS)).where(emails.c.campaign_id == campaign_id)
    ).one()
    known, unknown = _counted(dict(zip(OF_EMAILS, counts, strict=True)))
    wanted: _Wanted = {
        dimension: {UNKNOWN_GROUP, *connection.execute(_large(campaign_id, dimension)).scalars()}
        if dimension in CAN_BE_MANY
        else None
        for dimension in known
    }
    _insert_sums(connection, campaign_id, _count_all(connection, campaign_id, wanted))
    for dimension in unknown:
        _insert_all(connection, campaign_id, dimension)


def recount(
    connection: Connection,
    campaign_id: str,
    some: SomeEmails,
    days: Mapping[tuple[str | Group, date, str], int] | None = None,
) -> Change:
    """What some emails of a campaign add to its groups.

    Args:
        days: what they add to its days, where that was counted: then a group of all of them need not be.
    """
    change: Change = Counter()
    known, unknown = _counted({dimension: len(set(some.values[dimension]) - {None}) for dimension in OF_EMAILS})
    if days is None:
        known, unknown, days = [*known, *unknown], [], {}
    wanted: _Wanted = dict.fromkeys(known)
    for dimension in CAN_BE_MANY.keys() & wanted.keys():
        named = {value for value in some.values[dimension] if value is not None and value != UNKNOWN_GROUP}
        groups = _groups_among(connection, campaign_id, dimension, named)
        # Of what is no group yet there are few emails, so that they are quickly counted.
        large = _large_among(connection, campaign_id, dimension, named - groups)
        wanted[dimension] = {UNKNOWN_GROUP, *groups}
        change.update({(Group(dimension, "", value), *_CONCERNED): 1 for value in groups | large})
    for dimension, sums in _count([some], wanted).items():
        for basis, on, value, counts in sums.rows():
            group = Group(dimension, basis, value)
            change.update({(group, on, name): n for name, n in zip(NUMBERS, counts, strict=True) if n})
    for dimension in unknown:
        change.update(
            {
                (Group(dimension, basis, UNKNOWN_GROUP), on, name): n
                for (basis, on, name), n in days.items()
                if name in NUMBERS and isinstance(basis, str)
            }
        )
    return change


def recount_of(connection: Connection, campaign_id: str, email_ids: Collection[str]) -> Change:
    """The same of the emails with these ids."""
    change: Change = Counter()
    for some in some_emails(connection, campaign_id, email_ids):
        change.update(recount(connection, campaign_id, some))
    return change


def add(connection: Connection, campaign_id: str, change: Mapping[tuple[str | Group, date, str], int]) -> None:
    """Add a change to a campaign's groups, and settle which domains and subjects are groups now."""
    concerned: dict[Dimension, set[str]] = defaultdict(set)
    for group, *rest in change:
        if isinstance(group, Group) and tuple(rest) == _CONCERNED:
            concerned[Dimension(group.dimension)].add(group.value)
    settled = {
        (dimension, value)
        for dimension, values in concerned.items()
        for value in _settle(connection, campaign_id, dimension, values)
    }
    days: dict[tuple[str, str, date, str], Counter[str]] = defaultdict(Counter)
    for (group, on, name), n in change.items():
        if n and name and isinstance(group, Group) and (group.dimension, group.value) not in settled:
            days[group.dimension, group.basis, on, group.value][name] += n
    _merge(connection, campaign_id, days)


def _counted(known_of: Mapping[Dimension, int]) -> tuple[list[Dimension], list[Dimension]]:
    """The dimensions of which emails are in groups: those that are known of any of them, and those that are known of
    none, so that all of these emails are the `UNKNOWN_GROUP`, which need not be counted.

    Args:
        known_of: of how many emails, or of which number of values, each is known.
    """
    known = [dimension for dimension, n in known_of.items() if n]
    return known, [one for one in CAN_BE_MANY if one not in known]


def _large(campaign_id: str, dimension: Dimension) -> Select[Any]:
    """The domains or subjects of which a campaign has enough emails."""
    column = COLUMN_OF[dimension]
    return (
        select(column)
        .where(emails.c.campaign_id == campaign_id, CAN_BE_MANY[dimension], column != UNKNOWN_GROUP)
        .group_by(column)
        .having(func.count() >= LEAST)
    )


def _groups_among(connection: Connection, campaign_id: str, dimension: Dimension, values: Collection[str]) -> set[str]:
    """Which of these domains or subjects are groups."""
    table = breakdown_stats.c
    groups = select(table.value).where(
        table.campaign_id == campaign_id, table.dimension == dimension.value, id_in(connection, table.value, values)
    )
    return set(connection.execute(groups.distinct()).scalars())


def _large_among(connection: Connection, campaign_id: str, dimension: Dimension, values: Collection[str]) -> set[str]:
    """Of which of these domains or subjects a campaign has enough emails."""
    large = _large(campaign_id, dimension).where(id_in(connection, COLUMN_OF[dimension], values))
    return set(connection.execute(large).scalars())


def _settle(connection: Connection, campaign_id: str, dimension: Dimension, values: Collection[str]) -> set[str]:
    """Write the groups that are new, and delete those that are none any more; the values of all these."""
    table = breakdown_stats.c
    were = _groups_among(connection, campaign_id, dimension, values)
    large = _large_among(connection, campaign_id, dimension, values)
    if gone := were - large:
        these = (table.campaign_id == campaign_id, table.dimension == dimension.value)
        connection.execute(delete(breakdown_stats).where(*these, id_in(connection, table.value, gone)))
    if new := large - were:
        wanted: _Wanted = {dimension: new}
        if (own := _emails_of(connection, campaign_id, dimension, new)) is None:
            counted = _count_all(connection, campaign_id, wanted)
        else:
            counted = _count(some_emails(connection, campaign_id, own), wanted)
        _insert_sums(connection, campaign_id, counted)
    return gone | new


def _emails_of(
    connection: Connection, campaign_id: str, dimension: Dimension, values: Collection[str]
) -> Collection[str] | None:
    """The emails of some domains or subjects; None where the database finds them by itself.

    SQLite would rather read all emails of the campaign: it takes them for few. A cross join it leaves in this order.
    """
    if not is_sqlite(connection):
        return None
    column = COLUMN_OF[dimension].name
    is_indexed = f" AND {HAS_SUBJECT.text}" if dimension == Dimension.SUBJECT else ""
    query = text(
        f"SELECT email_id FROM json_each(:wanted) AS wanted CROSS JOIN emails "
        f"ON campaign_id = :campaign_id AND {column} = wanted.value{is_indexed}"
    )
    return connection.execute(query, {"wanted": json.dumps(list(values)), "campaign_id": campaign_id}).scalars().all()


def _count(parts: Iterable[SomeEmails], wanted: _Wanted) -> dict[Dimension, GroupSums]:
    """Count groups of some emails."""
    result = _nothing_counted(wanted)
    columns_of = np.array([_PLACE_OF[kind] for kind in LATER_EVENTS], np.int64)
    for some in parts:
        sent_on, columns = some.sent_hour // 24, columns_of[some.kind]
        for dimension, sums in result.items():
            codes = sums.codes([_value_of(dimension, value) for value in some.values[dimension]])
            _add_sent(sums, codes, sent_on)
            whose = some.email
            _add_firsts(sums, codes[whose], sent_on[whose], some.first_hour // 24, some.human_hour // 24, columns)
    return result


def _count_all(connection: Connection, campaign_id: str, wanted: _Wanted) -> dict[Dimension, GroupSums]:
    """Count groups of all emails of a campaign."""
    result = _nothing_counted(wanted)
    if not result:
        return result
    own: list[ColumnElement[bool]] = [emails.c.campaign_id == campaign_id]
    if not any(values is None for values in wanted.values()):  # else any email may be in a group
        own.append(or_(*(_is_one_of(connection, one, wanted[one] or ()) for one in result)))
    values = [_value(dimension) for dimension in result]
    sent_day = func.coalesce(emails.c.sent_hour // 24, -1)
    sent = select(sent_day, *values).where(*own, emails.c.sent_hour.is_not(None))
    for days, *texts in _columns(connection, sent):
        for sums, of_one in zip(result.values(), texts, strict=True):
            _add_sent(sums, sums.codes(of_one), np.array(days, np.int64))
    for days, kinds, *rest in _columns(connection, _first_events(connection, campaign_id, sent_day, values, own)):
        sent_on, first_on, human_on = (np.array(numbers, np.int64) for numbers in (days, *rest[:2]))
        columns = np.array([_PLACE_OF[kind] for kind in kinds], np.int64)
        for sums, of_one in zip(result.values(), rest[2:], strict=True):
            _add_firsts(sums, sums.codes(of_one), sent_on, first_on, human_on, columns)
    return result


def _nothing_counted(wanted: _Wanted) -> dict[Dimension, GroupSums]:
    return {dimension: GroupSums(values) for dimension, values in wanted.items() if values is None or values}


def _add_sent(sums: GroupSums, codes: Array, sent_on: Array) -> None:
    """Count emails on the day they were sent; a code or a day below 0 is none."""
    columns = np.full(len(sent_on), _PLACE_OF[EventType.SENT])
    for basis in BASES:
        sums.add(codes, basis, sent_on, columns)


def _add_firsts(
    sums: GroupSums, codes: Array, sent_on: Array, first_on: Array, human_on: Array, columns: Array
) -> None:
    """Count first events: by the code, the sending day, the day of the event and that of the first by a human."""
    sums.add(codes, Basis.ACTIVITY, first_on, columns)
    sums.add(codes, Basis.SEND, sent_on, columns)
    sums.add(codes, Basis.ACTIVITY, human_on, columns + _TO_HUMANS)
    sums.add(codes, Basis.SEND, np.where(human_on < 0, -1, sent_on), columns + _TO_HUMANS)


def _first_events(
    connection: Connection,
    campaign_id: str,
    sent_day: ColumnElement[int],
    values: Sequence[ColumnElement[str]],
    own: Sequence[ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    """(sending day, type, day of the first event of it, of the first by a human, values …) of emails."""
    email, event = emails.c, events.c
    happened = (
        event.type,
        (func.min(event.occurred_hour) // 24).label("first_on"),
        func.coalesce(func.min(case((~event.is_machine, event.occurred_hour))) // 24, -1).label("human_on"),
    )
    here = and_(event.campaign_id == campaign_id, event.email_id == email.email_id)
    if is_sqlite(connection):
        # An email's key decides all that is selected of it. Grouped by no more, the rows come in the order of an index.
        both = select(sent_day, *happened, *values).select_from(emails.join(events, here)).where(*own)
        return both.group_by(email.campaign_id, email.email_id, event.type)
    # By email and no join: of a campaign that is new, PostgreSQL knows no numbers. It would expect next to nothing, and
    # read all events again for each email.
    of_email = select(*happened).where(here).group_by(event.type).lateral("of_email")
    return select(sent_day, *of_email.c, *values).select_from(emails.join(of_email, true())).where(*own)


def _value_of(dimension: Dimension, stored: str | None) -> str | None:
    """What an email is grouped by, of which that is stored."""
    if dimension in CAN_BE_MANY:
        return UNKNOWN_GROUP if stored is None else stored
    return stored and stored[:LONGEST_VALUE]


def _value(dimension: Dimension) -> ColumnElement[str]:
    """The same in SQL."""
    column = COLUMN_OF[dimension]
    return func.coalesce(column, UNKNOWN_GROUP) if dimension in CAN_BE_MANY else func.substr(column, 1, LONGEST_VALUE)


def _is_one_of(connection: Connection, dimension: Dimension, values: Collection[str]) -> ColumnElement[bool]:
    column = COLUMN_OF[dimension]
    known = and_(CAN_BE_MANY[dimension], id_in(connection, column, values, dimension.value))
    return or_(known, column.is_(None)) if UNKNOWN_GROUP in values else known


def _columns(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """The columns of a query's rows, some rows at a time: there may be more than fit into memory."""
    result = connection.execute(query.execution_options(stream_results=True, max_row_buffer=_ROWS_AT_A_TIME))
    for rows in result.partitions(_ROWS_AT_A_TIME):
        yield list(zip(*rows, strict=True))


def _insert_sums(connection: Connection, campaign_id: str, counted: Mapping[Dimension, GroupSums]) -> None:
    """Write groups that have no rows yet."""
    for dimension, sums in counted.items():
        rows = ((dimension, basis, on, value, counts) for basis, on, value, counts in sums.rows())
        while some := list(islice(rows, _ROWS_AT_A_TIME)):
            _write(connection, campaign_id, some)


def _insert_all(connection: Connection, campaign_id: str, dimension: Dimension) -> None:
    """Write the `UNKNOWN_GROUP` of a dimension that is known of no email: all that ``daily_stats`` counts."""
    days = daily_stats.c
    numbers = [days[name] for name in NUMBERS]
    query = select(days.basis, days.date, *numbers)
    query = query.where(days.campaign_id == campaign_id, or_(*(number != 0 for number in numbers)))
    rows = [(dimension.value, basis, on, UNKNOWN_GROUP, counts) for basis, on, *counts in connection.execute(query)]
    _write(connection, campaign_id, rows)


def _merge(connection: Connection, campaign_id: str, change: Mapping[tuple[str, str, date, str], Counter[str]]) -> None:
    """Add to the rows of these days, and delete those that are left empty."""
    table = breakdown_stats.c
    for dimension, basis in {key[:2] for key in change}:
        of_these = {key[2:]: counts for key, counts in change.items() if key[:2] == (dimension, basis)}
        here = and_(
            table.campaign_id == campaign_id,
            table.dimension == dimension,
            table.basis == basis,
            table.date.in_({on for on, _ in of_these}),
            id_in(connection, table.value, {value for _, value in of_these}),
        )
        for row in connection.execute(select(breakdown_stats).where(here)).mappings():
            counts = of_these.setdefault((row["date"], row["value"]), Counter())
            counts.update({name: row[name] for name in NUMBERS})
        connection.execute(delete(breakdown_stats).where(here))
        rows = (
            (dimension, basis, on, value, [counts[name] for name in NUMBERS])
            for (on, value), counts in of_these.items()
        )
        _write(connection, campaign_id, [row for row in rows if any(row[4])])


def _write(connection: Connection, campaign_id: str, rows: Iterable[tuple[str, str, date, str, Sequence[int]]]) -> None:
    """Insert rows: dimension, basis, day, value, counts."""
    stored = date.isoformat if is_sqlite(connection) else lambda on: on
    insert_new(
        connection,
        breakdown_stats,
        (*_KEY, *NUMBERS),
        [(campaign_id, dimension, basis, stored(on), value, *counts) for dimension, basis, on, value, counts in rows],
    )
