"""Undoing a load: what it added is removed, and all that is derived is counted again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, select, update

from outreach_results.errors import ConflictError
from outreach_results.ingest.report import counted
from outreach_results.models import COST_COLUMNS, Detail
from outreach_results.store import audit, entries, rollup, schema, snapshots
from outreach_results.store.admin import delete_campaign
from outreach_results.store.engine import Store
from outreach_results.store.replies import inbox_table

_EMAILS, _EVENTS, _REPLIES, _CONTACTS = schema.emails, schema.events, schema.replies, schema.contacts


@dataclass
class UndoReport:
    """The result of undoing a load: rows removed by table, and the replies kept because somebody marked them."""

    source: str
    removed: dict[str, int] = field(default_factory=dict)
    kept_replies: int = 0

    def sentence(self) -> str:
        """The report in one line."""
        gone = ", ".join(counted(n, kind) for kind, n in self.removed.items() if n) or "nothing"
        kept = (
            f" {counted(self.kept_replies, 'replies')} stayed because someone worked on them."
            if self.kept_replies
            else ""
        )
        return f"Undone: {self.source}. Removed {gone}.{kept}"


def undo_load(store: Store, load_id: str, *, by: str | None = None) -> UndoReport:
    """Remove what a load added, in one transaction.

    What it brought of records that were there before stays, and so do replies that somebody marked since.

    Raises:
        ConflictError: there is no such load, it was undone already, or it is too old to know what it added.
    """
    with store.write(exclusive=True) as connection:
        table = schema.loads.c
        row = connection.execute(select(schema.loads).where(table.load_id == load_id)).mappings().one_or_none()
        if row is not None and row["problem"] is not None:
            raise ConflictError(f"Nothing of {row['source']} was imported, so there is nothing to undo.")
        if row is None or row["load_no"] is None:
            raise ConflictError("This import cannot be undone: it was made before imports kept what they added.")
        if row["undone_at"] is not None:
            raise ConflictError("This import was already undone.")
        report = UndoReport(row["source"])
        entries.restore_source_values(connection)
        for campaign_id in json.loads(row["report"])["campaigns"]:
            _undo_in_campaign(connection, campaign_id, row["load_no"], report)
        entries.apply(connection)
        connection.execute(
            update(schema.loads).where(table.load_id == load_id).values(undone_at=datetime.now(UTC), undone_by=by)
        )
        audit.record(connection, audit.Action.IMPORT_UNDONE, row["source"], by=by)
    return report


def _undo_in_campaign(connection: Connection, campaign_id: str, load_no: int, report: UndoReport) -> None:
    campaign = connection.execute(
        select(schema.campaigns).where(schema.campaigns.c.campaign_id == campaign_id)
    ).one_or_none()
    if campaign is None:
        return
    _remove_replies(connection, campaign_id, load_no, report)
    _remove(connection, _EVENTS, _is_added(_EVENTS, campaign_id, load_no), ~_EVENTS.c.is_reply, report=report)
    _remove_emails(connection, campaign_id, load_no, report)
    _remove(connection, _CONTACTS, _is_added(_CONTACTS, campaign_id, load_no), report=report)
    if campaign.detail == Detail.DAILY and campaign.load_no == load_no:
        _remove(connection, schema.daily_stats, schema.daily_stats.c.campaign_id == campaign_id)
    if campaign.detail == Detail.EVENTS:
        rollup.rebuild(connection, campaign_id)
    snapshots.rebuild(connection, campaign_id)
    if campaign.load_no == load_no and not _has_anything(connection, campaign_id):
        delete_campaign(connection, campaign_id)
        report.removed["campaigns"] = report.removed.get("campaigns", 0) + 1


def _is_added(table: Table, campaign_id: str, load_no: int) -> ColumnElement[bool]:
    return and_(table.c.campaign_id == campaign_id, table.c.load_no == load_no)


def _remove(
    connection: Connection, table: Table, *where: ColumnElement[bool], report: UndoReport | None = None
) -> None:
    removed = connection.execute(delete(table).where(*where)).rowcount
    if report is not None:
        report.removed[table.name] = report.removed.get(table.name, 0) + removed


def _remove_replies(connection: Connection, campaign_id: str, load_no: int, report: UndoReport) -> None:
    reply, mark = _REPLIES.c, schema.reply_marks.c
    is_marked = (
        exists().where(mark.campaign_id == reply.campaign_id, mark.reply_id == reply.reply_id).correlate(_REPLIES)
    )
    added = select(reply.reply_id, is_marked.label("is_marked")).where(_is_added(_REPLIES, campaign_id, load_no))
    rows = connection.execute(added).all()
    gone = [row.reply_id for row in rows if not row.is_marked]
    report.kept_replies += len(rows) - len(gone)
    if not gone:
        return
    inbox_table.remove(connection, campaign_id, gone)
    event = _EVENTS.c
    own = (event.campaign_id == campaign_id, event.is_reply)
    _remove(connection, _EVENTS, *own, rollup.id_in(connection, event.event_id, gone))
    _remove(
        connection,
        _REPLIES,
        reply.campaign_id == campaign_id,
        rollup.id_in(connection, reply.reply_id, gone),
        report=report,
    )


def _remove_emails(connection: Connection, campaign_id: str, load_no: int, report: UndoReport) -> None:
    email = _EMAILS.c
    is_referred_to = [
        exists().where(table.c.campaign_id == email.campaign_id, table.c.email_id == email.email_id).correlate(_EMAILS)
        for table in (_EVENTS, _REPLIES)
    ]
    added = _is_added(_EMAILS, campaign_id, load_no)
    _remove(connection, _EMAILS, added, *(~referred for referred in is_referred_to), report=report)
    # What other loads know to have happened to the others stays; that they were sent is known no more.
    unsent = {"sent_at": None, "sent_on": None, "sent_hour": None} | dict.fromkeys(COST_COLUMNS, 0)
    connection.execute(update(_EMAILS).where(added).values(**unsent, load_no=None))


def _has_anything(connection: Connection, campaign_id: str) -> bool:
    tables = (_EMAILS, _REPLIES, _CONTACTS, schema.daily_stats, schema.annotations)
    return any(
        connection.execute(select(table.c.campaign_id).where(table.c.campaign_id == campaign_id).limit(1)).first()
        for table in tables
    )
