"""Keeps `inbox` and `inbox_stats` equal to the replies and their marks.

Every writer of replies or marks passes their ids to this module, in the same transaction. The cost of that grows with
what is written, and the cost of reading the inbox does not grow with the number of replies.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from outreach_results.errors import StoreError
from outreach_results.models import ReplyState, Sentiment
from outreach_results.store.batches import LONG_ROWS_FETCHED, batches
from outreach_results.store.column_types import is_sqlite
from outreach_results.store.engine import AdvisoryLock, Store, get_meta, lock_until_commit, set_meta
from outreach_results.store.replies.search_index import tokenize
from outreach_results.store.replies.state import effective_sentiment, replies_with_state, same_reply, state_on
from outreach_results.store.rollup import id_in
from outreach_results.store.schema import FULL_TEXT, INBOX_CELLS, campaigns, inbox, inbox_stats, replies, reply_marks
from outreach_results.store.shown import IS_SHOWN
from outreach_results.store.write import upserting

ALL_CAMPAIGNS = ""
"""Under this id `inbox_stats` holds the days of all campaigns together, without the deleted ones."""

_AT_A_TIME = 2_000
_TEXT_AT_A_TIME = 4_000_000  # characters of words

_KINDS = ("received_at", "received_on", "sentiment", "state", "assignee")
"""What a row of `inbox` holds beside its key and its words."""

_FROM_MARKS = ("sentiment", "state", "assignee")
"""Those that change with the mark of the reply."""

_SNOOZES_ENDED = "snoozes_ended_on"
"""The key of `meta` with the last local date on which snoozes were ended.

What is snoozed is read from this date, not from a clock: the inbox is a function of what is stored.
"""

_Cell = tuple[str, str]
_Tally = Counter[tuple[date, _Cell]]
"""(date of receipt, (sentiment, state)) → number of replies."""


def lock_reply_states(connection: Connection) -> None:
    """Wait until nobody else is changing reply states or the inbox.

    Both are read and then written from what was read, so that two such changes must not overlap.
    """
    lock_until_commit(connection, AdvisoryLock.REPLY_STATES)


def refresh(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Rewrite the inbox rows of these replies of a campaign: of new ones, and of those whose text or mark changed."""
    lock_reply_states(connection)
    change: _Tally = Counter()
    for part in _parts(reply_ids):
        change.subtract(_delete_rows(connection, campaign_id, part))
        change.update(_insert_rows(connection, campaign_id, part))
    _add(connection, campaign_id, change)


def apply_states(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> None:
    """Update what is taken from their marks in the rows of these replies of a campaign; their texts are unchanged."""
    lock_reply_states(connection)
    change: _Tally = Counter()
    now = _from_marks(connection)
    is_other = or_(*(inbox.c[name].is_distinct_from(value) for name, value in now.items()))
    for part in _parts(reply_ids):
        moved = connection.execute(
            select(
                *(inbox.c[name] for name in ("reply_id", "received_on", "sentiment", "state")),
                *(value.label(f"now_{name}") for name, value in now.items()),
            )
            .select_from(replies_with_state.join(inbox, same_reply(replies.c, inbox.c)))
            .where(_id_condition(connection, campaign_id, part), is_other)
        ).all()
        alike: dict[tuple[str | None, ...], list[str]] = {}
        for row in moved:
            values = tuple(row[4:])
            alike.setdefault(values, []).append(row.reply_id)
            change[row.received_on, (row.sentiment, row.state)] -= 1
            change[row.received_on, (row.now_sentiment, row.now_state)] += 1
        for values, ids in alike.items():
            here = _id_condition(connection, campaign_id, ids)
            connection.execute(update(inbox).where(here).values(dict(zip(_FROM_MARKS, values, strict=True))))
    _add(connection, campaign_id, change)


def snoozes_ended_on(connection: Connection) -> date:
    """The last local date on which snoozes were ended; the first of all dates where none ever were."""
    day = get_meta(connection, _SNOOZES_ENDED)
    return date.min if day is None else date.fromisoformat(day)


def end_snoozes(store: Store, today: date) -> int:
    """List replies as open again whose snooze lasts until this local date or an earlier one; how many.

    Their marks stay as they are, so that who looks at one of them can still change it, and sees who snoozed it.

    Raises:
        StoreError: the database cannot be used; nothing was changed.
    """
    with store.read() as connection:
        if snoozes_ended_on(connection) >= today:
            return 0
        has_any = connection.execute(_ending(snoozes_ended_on(connection), today).limit(1)).first() is not None
    with store.write(is_data=has_any) as connection:
        lock_reply_states(connection)
        ended: dict[str, list[str]] = {}
        for row in connection.execute(_ending(snoozes_ended_on(connection), today)):
            ended.setdefault(row.campaign_id, []).append(row.reply_id)
        set_meta(connection, _SNOOZES_ENDED, today.isoformat())
        for campaign_id, reply_ids in sorted(ended.items()):
            apply_states(connection, campaign_id, reply_ids)
    return sum(map(len, ended.values()))


def end_snoozes_before_reading(store: Store) -> None:
    """Do so for a program that answers of replies and may be the only one that runs.

    Where no snooze is over nothing is written, so that who reads does not wait for who writes; and a database that may
    only be read answers as it is.
    """
    today = datetime.now(store.zone()).date()
    with store.read() as connection:
        has_any = connection.execute(_ending(snoozes_ended_on(connection), today).limit(1)).first() is not None
    if has_any:
        with suppress(StoreError):
            end_snoozes(store, today)


def _ending(after: date, until: date) -> Select[tuple[str, str]]:
    mark = reply_marks.c
    snoozed = (mark.snoozed_until > after, mark.snoozed_until <= until, mark.handled_at.is_(None))
    return select(mark.campaign_id, mark.reply_id).where(*snoozed)


def _from_marks(connection: Connection) -> dict[str, ColumnElement[Any]]:
    """What a row of the inbox takes from the reply's mark, by column, of `replies_with_state`."""
    values = (effective_sentiment, state_on(snoozes_ended_on(connection)), reply_marks.c.assignee)
    return dict(zip(_FROM_MARKS, values, strict=True))


def remove(connection: Connection, campaign_id: str, reply_ids: Collection[str] | None = None) -> None:
    """Delete the inbox rows of these replies of a campaign, or of all: call it before the replies are deleted."""
    lock_reply_states(connection)
    if reply_ids is None:
        own = select(inbox.c.reply_id).where(inbox.c.campaign_id == campaign_id)
        reply_ids = connection.execute(own).scalars().all()
    change: _Tally = Counter()
    for part in _parts(reply_ids):
        change.subtract(_delete_rows(connection, campaign_id, part))
    _add(connection, campaign_id, change)


def erase_deleted_words(connection: Connection) -> None:
    """Take the words of replies that are gone out of SQLite's index, where no search finds them any more."""
    if is_sqlite(connection):
        connection.exec_driver_sql(f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}) VALUES ('optimize')")


def rebuild(connection: Connection) -> None:
    """Rewrite the inbox rows of all replies, whatever is there."""
    lock_reply_states(connection)
    if is_sqlite(connection):
        connection.exec_driver_sql(f"DELETE FROM {FULL_TEXT}")
    connection.execute(delete(inbox))
    connection.execute(delete(inbox_stats))
    for campaign_id in connection.execute(select(campaigns.c.campaign_id)).scalars().all():
        own = select(replies.c.reply_id).where(replies.c.campaign_id == campaign_id)
        refresh(connection, campaign_id, connection.execute(own).scalars().all())


def recount(connection: Connection) -> None:
    """Count the replies of all days again, after their local dates have changed."""
    lock_reply_states(connection)
    connection.execute(delete(inbox_stats))
    for campaign_id in connection.execute(select(campaigns.c.campaign_id)).scalars().all():
        _add(connection, campaign_id, _tally(connection, inbox.c.campaign_id == campaign_id))


def has_wrong_rows(connection: Connection) -> bool:
    """Whether the inbox differs from the replies and their marks, or the words that it is searched by from theirs."""
    n_replies, n_rows = (connection.execute(select(func.count()).select_from(one)).scalar() for one in (replies, inbox))
    if n_replies != n_rows:
        return True
    if is_sqlite(connection) and connection.exec_driver_sql(f"SELECT count(*) FROM {FULL_TEXT}").scalar() != n_rows:
        return True
    for campaign_id in connection.execute(select(campaigns.c.campaign_id)).scalars().all():
        own = select(replies.c.reply_id).where(replies.c.campaign_id == campaign_id)
        for part in _parts(connection.execute(own).scalars().all()):
            expected = {
                row["reply_id"]: (*(row[name] for name in _KINDS), {*words.split()})
                for row, words in _rows_with_words(connection, campaign_id, part)
            }
            if _stored_rows(connection, campaign_id, part) != expected:
                return True
    return False


def _stored_rows(connection: Connection, campaign_id: str, reply_ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Rows of the inbox by reply, each with the set of words that it is found by."""
    row = inbox.c
    columns = (*(row[name] for name in _KINDS), row.words)
    held: dict[Any, str] = {}
    if is_sqlite(connection):
        places = (
            connection.execute(select(row.words).where(_id_condition(connection, campaign_id, reply_ids)))
            .scalars()
            .all()
        )
        texts = f"SELECT rowid, words FROM {FULL_TEXT} WHERE rowid IN (SELECT value FROM json_each(?))"
        held = dict(connection.exec_driver_sql(texts, (json.dumps(list(places)),)).all())
    stored = connection.execute(select(row.reply_id, *columns).where(_id_condition(connection, campaign_id, reply_ids)))
    return {
        # PostgreSQL shows each word of its own index in quotes.
        reply_id: (*kinds, {*(held.get(words, "") if is_sqlite(connection) else words.replace("'", "")).split()})
        for reply_id, *kinds, words in stored
    }


def _parts(reply_ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in order, so that neighbors are written together, some at a time."""
    ids = sorted(reply_ids)
    for first in range(0, len(ids), _AT_A_TIME):
        yield ids[first : first + _AT_A_TIME]


def _id_condition(connection: Connection, campaign_id: str, reply_ids: Collection[str]) -> ColumnElement[bool]:
    return and_(inbox.c.campaign_id == campaign_id, id_in(connection, inbox.c.reply_id, reply_ids))


def _delete_rows(connection: Connection, campaign_id: str, reply_ids: Sequence[str]) -> _Tally:
    """Delete rows of the inbox and return what they counted for."""
    these = _id_condition(connection, campaign_id, reply_ids)
    tally = _tally(connection, these)
    if tally:
        if is_sqlite(connection):
            places = connection.execute(select(inbox.c.words).where(these)).scalars().all()
            delete_text = f"DELETE FROM {FULL_TEXT} WHERE rowid = ?"
            connection.exec_driver_sql(delete_text, [(place,) for place in places])
        connection.execute(delete(inbox).where(these))
    return tally


def _tally(connection: Connection, these: ColumnElement[bool]) -> _Tally:
    kinds = (inbox.c.received_on, inbox.c.sentiment, inbox.c.state)
    counted = connection.execute(select(*kinds, func.count()).where(these).group_by(*kinds))
    return Counter({(day, (sentiment, state)): n for day, sentiment, state, n in counted})


def _insert_rows(connection: Connection, campaign_id: str, reply_ids: Sequence[str]) -> _Tally:
    """Insert rows of the inbox that are missing and return what they count for."""
    tally: _Tally = Counter()
    rows = _rows_with_words(connection, campaign_id, reply_ids)
    for part in batches(rows, lambda row: len(row[1]), most_items=_AT_A_TIME, most_text=_TEXT_AT_A_TIME):
        texts = [words for _, words in part]
        words: Sequence[str | int] = _write_words(connection, texts) if is_sqlite(connection) else texts
        values = [
            {"campaign_id": campaign_id, **row, "words": of_row} for (row, _), of_row in zip(part, words, strict=True)
        ]
        connection.execute(insert(inbox), values)
        tally.update((row["received_on"], (row["sentiment"], row["state"])) for row, _ in part)
    return tally


def _rows_with_words(
    connection: Connection, campaign_id: str, reply_ids: Sequence[str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """The rows of these replies in the inbox, each beside the words of its texts."""
    table = replies.c
    query = (
        select(
            table.reply_id,
            table.received_at,
            table.received_on,
            *(value.label(name) for name, value in _from_marks(connection).items()),
            table.name,
            table.address,
            table.company,
            table.preview,
            table.body,
        )
        .select_from(replies_with_state)
        .where(table.campaign_id == campaign_id, id_in(connection, table.reply_id, reply_ids))
        .order_by(table.reply_id)
    )
    names = ("reply_id", *_KINDS)
    own = len(names)
    options = {"stream_results": True, "max_row_buffer": LONG_ROWS_FETCHED}
    for part in connection.execute(query, execution_options=options).partitions(LONG_ROWS_FETCHED):
        for row in part:
            yield dict(zip(names, row[:own], strict=True)), " ".join(tokenize(*row[own:]))


def _write_words(connection: Connection, texts: Sequence[str]) -> range:
    """Write texts into SQLite's full-text table; returns the numbers of their rows."""
    last = connection.exec_driver_sql(f"SELECT rowid FROM {FULL_TEXT} ORDER BY rowid DESC LIMIT 1").scalar() or 0
    places = range(last + 1, last + 1 + len(texts))
    insert_text = f"INSERT INTO {FULL_TEXT} (rowid, words) VALUES (?, ?)"
    connection.exec_driver_sql(insert_text, list(zip(places, texts, strict=True)))
    return places


def _add(connection: Connection, campaign_id: str, change: _Tally) -> None:
    """Add a change to the days of the campaign and, unless it is deleted, to those of all campaigns."""
    days: dict[date, dict[str, int]] = {}
    for (day, (sentiment, state)), n in change.items():
        if n:
            counts = days.setdefault(day, dict.fromkeys(INBOX_CELLS.values(), 0))
            counts[INBOX_CELLS[Sentiment(sentiment), ReplyState(state)]] += n
    is_shown = select(campaigns.c.campaign_id).where(campaigns.c.campaign_id == campaign_id, IS_SHOWN)
    owners = (campaign_id, ALL_CAMPAIGNS) if days and connection.execute(is_shown).first() else (campaign_id,)
    for owner in owners:
        _add_days(connection, owner, days)


def add_to_all(connection: Connection, campaign_id: str, *, sign: int) -> None:
    """Add the days of a campaign to those of all campaigns (``sign`` 1), or subtract them (-1)."""
    lock_reply_states(connection)
    query = select(inbox_stats).where(inbox_stats.c.campaign_id == campaign_id)
    days = {
        row["date"]: {name: sign * row[name] for name in INBOX_CELLS.values()}
        for row in connection.execute(query).mappings()
    }
    _add_days(connection, ALL_CAMPAIGNS, days)


def _add_days(connection: Connection, owner: str, days: dict[date, dict[str, int]]) -> None:
    """Add counts to the days of a campaign, or of all of them, and delete the days that it leaves empty."""
    if not days:
        return
    adding = upserting(connection, inbox_stats)
    adding = adding.on_conflict_do_update(
        index_elements=["campaign_id", "date"],
        set_={name: inbox_stats.c[name] + adding.excluded[name] for name in INBOX_CELLS.values()},
    )
    is_empty = and_(*(inbox_stats.c[name] == 0 for name in INBOX_CELLS.values()))
    connection.execute(adding, [{"campaign_id": owner, "date": day, **counts} for day, counts in days.items()])
    here = and_(inbox_stats.c.campaign_id == owner, inbox_stats.c.date.in_(days))
    connection.execute(delete(inbox_stats).where(here, is_empty))
