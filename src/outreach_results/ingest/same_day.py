"""Two exports of a campaign that show the same moment: which of the two counts, where they differ.

Contacts that only one of them has are no difference: the pages of an export, and rows that were corrected after they
had been rejected, add to what is there. A difference is a contact of which they say different things, or that the one
has a row a contact and the other a row an email, which would count people twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from outreach_results.errors import SourceError
from outreach_results.ingest.mapping import Question
from outreach_results.ingest.records import ContactRecord
from outreach_results.ingest.report import LoadReport, counted
from outreach_results.models import person_key
from outreach_results.models.dates import day
from outreach_results.store import schema
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store, zone_of

_CONTACTS = schema.contacts
_SAID = [column for column in _CONTACTS.c if column.name not in ("campaign_id", "as_of", "contact_id", "load_no")]
_LOOKED_AT = 200
_AT_ONCE = 5_000


class SameDay(StrEnum):
    """What becomes of a snapshot where another one of the same moment is there."""

    ASK = "ask"
    KEEP = "keep"
    REPLACE = "replace"


OPTIONS = {SameDay.KEEP: "Keep what is there", SameDay.REPLACE: "Replace it with this file"}


class SameDayError(SourceError):
    """Another export of the same campaign and day is there and differs; ``question`` asks which of them counts."""

    def __init__(self, source: str, campaign: str, on: str) -> None:
        self.question = Question(
            "same_day",
            f"{source} differs from what is stored of {campaign} for the same day, {on}. Do you want to keep what is "
            "there, or replace it with this file?",
            {choice.value: label for choice, label in OPTIONS.items()},
        )
        super().__init__(f"{self.question.text} Nothing was imported.")


def waiting_place(as_of: datetime) -> datetime:
    """The moment under which contacts wait in their table until it is known what becomes of them.

    It is one that no snapshot has, and they leave it before the transaction ends. After 4,000 years the leap years
    are the same.
    """
    return as_of.replace(year=as_of.year + 4_000)


def is_row_a_contact(contact_id: str, address: str | None) -> bool:
    """Whether a row is one of a contact, known by its address, and not of an email."""
    return address is not None and contact_id == person_key(address)


def settle(
    connection: Connection,
    campaign_id: str,
    as_of: datetime,
    choice: SameDay | None,
    report: LoadReport,
    *,
    is_row_a_contact: bool,
) -> None:
    """Decide what becomes of the contacts that wait, and clear the place where they do.

    Raises:
        SameDayError: they differ from those that are there, and ``choice`` leaves it open.
    """
    there, waiting = _contacts_of_day(campaign_id, as_of), _contacts_of_day(campaign_id, waiting_place(as_of))
    differ = _differ(connection, campaign_id, as_of) or _is_by_contact(connection, there) != is_row_a_contact
    if differ and choice is SameDay.ASK:
        raise SameDayError(report.source, *_named(connection, campaign_id, as_of))
    if differ and choice is SameDay.KEEP:
        left_out = counted(connection.execute(delete(_CONTACTS).where(waiting)).rowcount, "contacts")
        became = f"stayed, and {report.source} was left out ({left_out})."
        report.add_note(_note(connection, campaign_id, as_of, became))
        return
    if differ:
        removed = counted(connection.execute(delete(_CONTACTS).where(there)).rowcount, "contacts")
        became = f"was replaced ({removed}). To undo that, import the earlier file again."
        report.add_note(_note(connection, campaign_id, as_of, became))
    else:
        known = select(_CONTACTS.c.contact_id).where(there)
        again = connection.execute(delete(_CONTACTS).where(waiting, _CONTACTS.c.contact_id.in_(known))).rowcount
        report.duplicate["contacts"] += again
    moved = connection.execute(update(_CONTACTS).where(waiting).values(as_of=as_of)).rowcount
    report.inserted["contacts"] += moved


def open_question(store: Store, source: str, contacts: Iterable[ContactRecord], *, is_all: bool) -> Question | None:
    """The question that the first contacts of a file raise, before anything is written; None where they raise none.

    Args:
        is_all: whether the file has no more than these; otherwise a snapshot of that day raises a question.
    """
    by_snapshot: dict[tuple[str, datetime], dict[str, ContactRecord]] = {}
    for record in contacts:
        by_snapshot.setdefault((record.campaign_id, record.as_of), {})[record.contact_id] = record
    with store.read() as connection:
        for (campaign_id, as_of), records in sorted(by_snapshot.items()):
            there = _contacts_of_day(campaign_id, as_of)
            if connection.execute(select(_CONTACTS.c.contact_id).where(there).limit(1)).first() is None:
                continue
            by_contact = any(is_row_a_contact(record.contact_id, record.address) for record in records.values())
            if (
                not is_all
                or by_contact != _is_by_contact(connection, there)
                or _differs_from_stored(connection, there, records)
            ):
                return SameDayError(source, *_named(connection, campaign_id, as_of)).question
    return None


def _contacts_of_day(campaign_id: str, as_of: datetime) -> ColumnElement[bool]:
    return and_(_CONTACTS.c.campaign_id == campaign_id, _CONTACTS.c.as_of == as_of)


def _differ(connection: Connection, campaign_id: str, as_of: datetime) -> bool:
    """Whether any contact that is there and waits too is described differently."""
    there, waiting = _CONTACTS.alias("there"), _CONTACTS.alias("waiting")
    query = (
        select(there.c.contact_id)
        .join(
            waiting,
            and_(waiting.c.campaign_id == there.c.campaign_id, waiting.c.contact_id == there.c.contact_id),
        )
        .where(
            there.c.campaign_id == campaign_id,
            there.c.as_of == as_of,
            waiting.c.campaign_id == campaign_id,
            waiting.c.as_of == waiting_place(as_of),
            or_(*(waiting.c[column.name].is_distinct_from(there.c[column.name]) for column in _SAID)),
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _differs_from_stored(connection: Connection, there: ColumnElement[bool], records: dict[str, ContactRecord]) -> bool:
    """Whether any of these contacts is stored and described differently."""
    columns = [_CONTACTS.c[name] for name in ContactRecord._fields]
    ids = list(records)
    for start in range(0, len(ids), _AT_ONCE):
        these = id_in(connection, _CONTACTS.c.contact_id, ids[start : start + _AT_ONCE])
        for row in connection.execute(select(*columns).where(there, these)):
            stored = ContactRecord(*row)
            if stored != records[stored.contact_id]:
                return True
    return False


def _is_by_contact(connection: Connection, there: ColumnElement[bool]) -> bool:
    rows = connection.execute(select(_CONTACTS.c.contact_id, _CONTACTS.c.address).where(there).limit(_LOOKED_AT))
    return any(is_row_a_contact(row.contact_id, row.address) for row in rows)


def _named(connection: Connection, campaign_id: str, as_of: datetime) -> tuple[str, str]:
    """The name of a campaign, and a day as a sentence has it."""
    table = schema.campaigns.c
    name = connection.execute(select(func.max(table.name)).where(table.campaign_id == campaign_id)).scalar_one()
    return name or campaign_id, day(as_of.astimezone(zone_of(connection)))


def _note(connection: Connection, campaign_id: str, as_of: datetime, became: str) -> str:
    campaign, on = _named(connection, campaign_id, as_of)
    return f"{campaign}: what was stored for {on} {became}"
