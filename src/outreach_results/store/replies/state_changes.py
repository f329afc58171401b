"""Changes of reply states by people: done, snoozed, assigned, sentiment corrected, meeting booked.

Nobody overwrites anybody silently. A mark carries a version that rises with every change. A change
names the version that was seen; where that is not the current one, `ConflictError` says who changed what and when.
Every change is noted beside what was there before, under the batch it was part of, so that a batch of any size can be
undone: exactly, and without touching what somebody changed meanwhile.

The corrected sentiment replaces that of the source: correcting a reply to or from automatic changes the humans-only
counts. A meeting that somebody marks counts as one of the email that the reply answers. The events of the reply are
written again, and its days are recounted, in the same transaction.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, func, insert, literal, select

from outreach_results.errors import ConflictError
from outreach_results.models.dates import moment
from outreach_results.models.numbers import counted
from outreach_results.store import audit
from outreach_results.store.column_types import Instant
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.replies import events, inbox_table
from outreach_results.store.replies.changes import (
    PAST_TENSE,
    STATE,
    Action,
    Assignment,
    Change,
    changed_columns,
    has_effect,
    is_about_meeting,
    is_about_sentiment,
)
from outreach_results.store.replies.state import inbox_replies, mark_version, same_reply
from outreach_results.store.schema import mark_changes, replies, reply_marks
from outreach_results.store.shown import is_shown
from outreach_results.store.write import upserting

NAMED = 5
KEPT_FOR = timedelta(days=90)


class Seen(NamedTuple):
    """A fingerprint of a set of replies and their marks; another one means that some of them changed."""

    replies: int
    versions: int
    marked_at: datetime | None
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of many would do: the replies that it changes, and the corrections that it replaces or removes."""

    changed: int
    corrected: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that were made together, with all that `undo` needs."""

    batch_id: str
    change: Change
    changed: int
    campaigns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A reply that `undo` left as it was, because somebody had changed it meanwhile."""

    name: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What `undo` did; ``changed_since`` lists the first `NAMED` of the replies that it left as they were."""

    restored: int
    changed_since_total: int
    changed_since: list[ChangedSince]


def change_reply(store: Store, campaign_id: str, reply_id: str, change: Change, *, by: str, seen_version: int) -> Batch:
    """Change one reply, provided that its mark is still the one that was seen (version 0: none).

    Raises:
        ConflictError: somebody changed it since; nothing was changed.
    """
    own = (replies.c.campaign_id == campaign_id, replies.c.reply_id == reply_id, is_shown(replies.c.campaign_id))
    with _locked(store, change) as connection:
        version = connection.execute(select(mark_version).select_from(inbox_replies).where(*own)).scalar()
        if version is None:
            raise ConflictError("Not saved: this reply is no longer here.")
        if version != seen_version:
            raise ConflictError(_conflict_of_one(connection, campaign_id, reply_id, seen_version))
        return _apply(connection, own, change, by)


def preview(store: Store, conditions: Sequence[ColumnElement[bool]], change: Change) -> Preview:
    """What `change_replies` would do, to be shown for confirmation.

    Args:
        conditions: conditions on `inbox_replies` that choose the replies.
        change: what would be done with all of them.
    """
    affected = (
        select(func.count(), func.count(reply_marks.c.sentiment))
        .select_from(inbox_replies)
        .where(*conditions, has_effect(change))
    )
    with store.read() as connection:
        changed, corrected = connection.execute(affected).one()
        return Preview(changed, corrected if is_about_sentiment(change) else 0, _current_counts(connection, conditions))


def change_replies(
    store: Store, conditions: Sequence[ColumnElement[bool]], change: Change, *, by: str, seen: Seen
) -> Batch:
    """Change every chosen reply in one transaction, provided that they are still those that were seen.

    Replies that are so already stay untouched. `preview` says what to expect, and gives ``seen``.

    Raises:
        ConflictError: replies came or went, or somebody changed one; nothing was changed.
    """
    with _locked(store, change) as connection:
        now = _current_counts(connection, conditions)
        if now != seen:
            raise ConflictError(_conflict_of_many(connection, conditions, seen, now))
        # Changes older than `KEPT_FOR` cannot be undone any more; they go here, where many are written anyway.
        connection.execute(delete(mark_changes).where(mark_changes.c.changed_at < datetime.now(UTC) - KEPT_FOR))
        return _apply(connection, conditions, change, by)


def undo(store: Store, batch: Batch, *, by: str) -> UndoResult:
    """Restore the marks as they were before the batch, apart from those that somebody changed since."""
    made, now = mark_changes.c, reply_marks.c
    # An import may have brought another mark of the same version.
    is_untouched = and_(made.version == now.version, made.changed_at == now.marked_at)
    marked = mark_changes.join(reply_marks, same_reply(made, now))
    untouched = (
        select(made.campaign_id, made.reply_id, now.version, *(now[name] for name in STATE))
        .select_from(marked)
        .where(*_in_batch(batch), is_untouched)
    )
    touched = (
        select(func.coalesce(replies.c.name, replies.c.address, replies.c.reply_id), now.marked_by, now.marked_at)
        .select_from(marked.join(replies, same_reply(made, replies.c)))
        .where(*_in_batch(batch), ~is_untouched)
        .order_by(now.marked_at.desc(), made.campaign_id, made.reply_id)
    )
    with _locked(store, batch.change) as connection:
        changed_since = [ChangedSince(*row) for row in connection.execute(touched.limit(NAMED))]
        undoing = _record(connection, untouched, Action.UNDONE, by)
        _write(connection, undoing, _state_before(batch, undoing, by))
        _update_derived(connection, undoing, batch.change)
        audit.record(connection, audit.Action.MARKS_UNDONE, _audit_text(undoing), by=by)
    return UndoResult(undoing.changed, batch.changed - undoing.changed, changed_since)


# --- writing -------------------------------------------------------------------------------------------------------


@contextmanager
def _locked(store: Store, change: Change) -> Iterator[Connection]:
    # A changed sentiment or meeting changes the rollups, so it must not run beside a load, which changes them too.
    with store.write(exclusive=is_about_sentiment(change) or is_about_meeting(change)) as connection:
        inbox_table.lock_reply_states(connection)
        yield connection


def _apply(connection: Connection, conditions: Sequence[ColumnElement[bool]], change: Change, by: str) -> Batch:
    chosen = (
        select(replies.c.campaign_id, replies.c.reply_id, mark_version, *(reply_marks.c[name] for name in STATE))
        .select_from(inbox_replies)
        .where(*conditions, has_effect(change))
    )
    batch = _record(connection, chosen, change, by)
    _write(connection, batch, _state_after(batch, by))
    _update_derived(connection, batch, change)
    audit.record(connection, audit.Action.MARKED, _audit_text(batch), by=by)
    return batch


def _audit_text(batch: Batch) -> str:
    """What was done with how many replies of which campaigns; no name or address of a recipient."""
    replies_of = counted(batch.changed, "reply")
    to = f" to {batch.change.assignee}" if isinstance(batch.change, Assignment) else ""
    return f"{replies_of} of {', '.join(batch.campaigns) or 'no campaign'}: {batch.change}{to}"


def _in_batch(batch: Batch) -> tuple[ColumnElement[bool], ...]:
    return mark_changes.c.campaign_id.in_(batch.campaigns), mark_changes.c.batch_id == batch.batch_id


def _record(connection: Connection, chosen: Select[Any], change: Change, by: str) -> Batch:
    """Record the changes of a new batch; ``chosen`` selects key, version and state of the marks before them."""
    batch_id = secrets.token_hex(8)
    campaign_id, reply_id, version, *state = chosen.selected_columns
    about = (literal(batch_id), literal(str(change)), literal(by), literal(datetime.now(UTC), Instant))
    names = ("campaign_id", "reply_id", "version", "batch_id", "action", "changed_by", "changed_at")
    inserting = insert(mark_changes).from_select(
        [*names, *(f"was_{name}" for name in STATE)],
        chosen.with_only_columns(campaign_id, reply_id, version + 1, *about, *state),
    )
    changed = Counter(connection.execute(inserting.returning(mark_changes.c.campaign_id)).scalars())
    return Batch(batch_id, change, changed.total(), tuple(sorted(changed)))


def _state_after(batch: Batch, by: str) -> Select[Any]:
    """The marks after a recorded batch: key, version, state."""
    noted = mark_changes.c
    state: dict[str, ColumnElement[Any]] = {name: noted[f"was_{name}"] for name in STATE}
    state |= changed_columns(batch.change, by)
    state |= {"marked_by": literal(by), "marked_at": noted.changed_at}
    return (
        select(noted.campaign_id, noted.reply_id, noted.version, *state.values())
        .select_from(mark_changes.join(replies, same_reply(noted, replies.c)))
        .where(*_in_batch(batch))
    )


def _state_before(batch: Batch, undoing: Batch, by: str) -> Select[Any]:
    """The marks as they were before a batch: key, new version, state."""
    noted, made = mark_changes.c, mark_changes.alias("made").c
    state: dict[str, ColumnElement[Any]] = {name: made[f"was_{name}"] for name in STATE}
    # Where there was no mark before, an empty one stays, because versions must never start again.
    state["marked_by"] = case((made.was_marked_at.is_(None), literal(by)), else_=made.was_marked_by)
    state["marked_at"] = func.coalesce(made.was_marked_at, noted.changed_at)
    return (
        select(noted.campaign_id, noted.reply_id, noted.version, *state.values())
        .select_from(mark_changes.join(made.reply_id.table, same_reply(noted, made)))
        .where(*_in_batch(undoing), made.batch_id == batch.batch_id)
    )


def _write(connection: Connection, batch: Batch, state: Select[Any]) -> None:
    names = ["campaign_id", "reply_id", "version", *STATE]
    upserting_marks = upserting(connection, reply_marks).from_select(names, state)
    upserting_marks = upserting_marks.on_conflict_do_update(
        index_elements=["campaign_id", "reply_id"],
        set_={name: upserting_marks.excluded[name] for name in names[2:]},
        where=reply_marks.c.version == upserting_marks.excluded.version - 1,
    )
    # Counted by what comes back: a distributed INSERT … SELECT reports another row count.
    written = len(connection.execute(upserting_marks.returning(reply_marks.c.version)).all())
    if written != batch.changed:
        raise ConflictError("Not saved: an import brought marks of the same replies just now. Try again.")


def _update_derived(connection: Connection, batch: Batch, change: Change) -> None:
    """Update the inbox from the batch's marks and, where sentiments or meetings changed, the events and the rollups."""
    own = select(mark_changes.c.campaign_id, mark_changes.c.reply_id).where(*_in_batch(batch))
    by_campaign: dict[str, list[str]] = defaultdict(list)
    for campaign_id, reply_id in connection.execute(own):
        by_campaign[campaign_id].append(reply_id)
    for campaign_id, reply_ids in sorted(by_campaign.items()):
        inbox_table.apply_states(connection, campaign_id, reply_ids)
        if is_about_sentiment(change):
            events.update_machine_flags(connection, campaign_id, reply_ids)
        if is_about_meeting(change):
            events.update_meetings(connection, campaign_id, reply_ids)


# --- messages ------------------------------------------------------------------------------------------------------


def _current_counts(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Seen:
    query = (
        select(
            func.count(),
            func.coalesce(func.sum(mark_version), 0),
            func.max(reply_marks.c.marked_at),
            func.max(replies.c.received_at),
        )
        .select_from(inbox_replies)
        .where(*conditions)
    )
    return Seen(*connection.execute(query).one())


def _conflict_of_one(connection: Connection, campaign_id: str, reply_id: str, seen_version: int) -> str:
    change = mark_changes.c
    later = connection.execute(
        select(change.changed_by, change.action, change.changed_at)
        .where(change.campaign_id == campaign_id, change.reply_id == reply_id, change.version > seen_version)
        .order_by(change.version)
    ).all()
    zone = zone_of(connection)
    changes = "; ".join(f"{by} {PAST_TENSE[action]} on {moment(at, zone)}" for by, action, at in later[-3:])
    return f"Not saved: {changes or 'someone updated this first'}. Review and retry."


def _conflict_of_many(connection: Connection, conditions: Sequence[ColumnElement[bool]], seen: Seen, now: Seen) -> str:
    sentences = []
    if now.marked_at is not None and (seen.marked_at is None or now.marked_at > seen.marked_at):
        latest = select(reply_marks.c.marked_by).select_from(inbox_replies).where(*conditions)
        by = connection.execute(latest.where(reply_marks.c.marked_at == now.marked_at).limit(1)).scalar()
        sentences.append(f"{by or 'Someone'} updated one of them on {moment(now.marked_at, zone_of(connection))}.")
    if now.replies != seen.replies:
        sentences.append(f"The list now has {now.replies:,}, not {seen.replies:,}.")
    reason = " ".join(sentences) or "The replies are no longer the same."
    return f"Not saved. {reason} Review and retry."
