"""Forgetting a person: their emails, events and replies go on counting, and nothing says any more whose they were."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, update

from outreach_results.errors import QueryError
from outreach_results.models import domain_of, person_key
from outreach_results.models.numbers import counted
from outreach_results.store import audit, schema
from outreach_results.store.admin.renaming import rename_email, rename_event, rename_reply
from outreach_results.store.admin.traces import IDS, Key, Mention, ids_with, mentions, present, traces
from outreach_results.store.anonymous import NOTHING_PERSONAL, anonymize_emails, anonymize_replies, breakdown_kept
from outreach_results.store.engine import Store
from outreach_results.store.forgotten import Recognizer, forgotten_in, remember
from outreach_results.store.replies import inbox_table


@dataclass
class ForgetReport:
    """What a person was removed from, by number.

    ``mentions`` are other texts that held the address. ``is_erased``: nothing of it is left in the database file;
    False as long as somebody reads what was there before, and always on PostgreSQL, which has ``VACUUM FULL`` for it.
    """

    emails: int = 0
    replies: int = 0
    contacts: int = 0
    mentions: int = 0
    is_erased: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was held."""
        return not (self.emails or self.replies or self.contacts or self.mentions)

    def sentence(self) -> str:
        """The report in one line."""
        if self.is_empty:
            return "Nothing was held about this address. What comes in later is counted without the person."
        parts = {
            "email": self.emails,
            "reply": self.replies,
            "row of contacts": self.contacts,
            "other text": self.mentions,
        }
        named = ", ".join(counted(n, what) for what, n in parts.items() if n)
        return f"Forgotten, in {named}. All counts stay, and what comes in later is counted without the person."


def checked_address(address: str) -> str:
    """The `person_key` of an address.

    Raises:
        QueryError: it is none.
    """
    key = person_key(address)
    if domain_of(key) is None or any(letter.isspace() for letter in key):
        raise QueryError("address", f"{address!r} isn't an email address. Enter one such as ada@acme.example.")
    return key


def forget(store: Store, address: str, *, by: str | None = None) -> ForgetReport:
    """Remove a person everywhere, in one transaction, and keep what recognizes them when their data comes in again.

    Their emails, events and replies stay under a pseudonym, so that every count is as before. Run again, it also
    removes what was left out, and erases the traces of the first time.

    Raises:
        QueryError: that is no address.
        StoreError: nothing was changed, or only the traces in the file could not be erased, as it says.
    """
    key = checked_address(address)
    report = ForgetReport()
    with store.write(exclusive=True, is_erasing=True) as connection:
        pseudonym = remember(connection, key, by=by)
        _remove(connection, {key: pseudonym}, report, by=by)
    report.is_erased = store.erase_deleted()
    return report


def forget_again(store: Store, *, by: str | None = None) -> tuple[int, ForgetReport]:
    """Remove everybody who was forgotten and is here all the same: brought back by a backup, or never forgotten here.

    Only salted hashes of them are known, so it reads every text that has an address.

    Returns:
        How many people were here, and what they were removed from.

    Raises:
        StoreError: nothing was changed, or only the traces in the file could not be erased, as it says.
    """
    report = ForgetReport()
    with store.write(exclusive=True, is_erasing=True) as connection:
        here = present(connection, forgotten_in(connection))
        if here:
            _remove(connection, here, report, by=by)
    # Also where nobody is left: the last time may have been cut off before the traces were erased.
    report.is_erased = store.erase_deleted()
    return len(here), report


def _remove(connection: Connection, people: dict[str, str], report: ForgetReport, *, by: str | None) -> None:
    """Remove people, given the pseudonym of each `person_key`."""
    inbox_table.lock_reply_states(connection)
    for key, pseudonym in people.items():
        person = Recognizer({key: pseudonym}.get)
        _remove_own(connection, key, person, pseudonym, report)
        for mention in list(mentions(connection, key, person)):
            _redact(connection, mention, person)
            report.mentions += 1
        _rename(connection, key, person)
        audit.record(connection, audit.Action.FORGOTTEN, pseudonym, by=by)
    inbox_table.erase_deleted_words(connection)


def _remove_own(connection: Connection, key: str, person: Recognizer, pseudonym: str, report: ForgetReport) -> None:
    found = traces(connection, key, person)
    for campaign_id in sorted(found.emails.keys() | found.replies.keys()):
        email_ids = found.emails.get(campaign_id, [])
        answers = anonymize_emails(connection, campaign_id, dict.fromkeys(email_ids, pseudonym))
        others = set(found.replies.get(campaign_id, [])) - answers
        anonymize_replies(connection, campaign_id, dict.fromkeys(others, pseudonym))
        report.emails += len(email_ids)
        report.replies += len(answers | others)
    for contact in found.contacts:
        without = NOTHING_PERSONAL | {"address": pseudonym, "contact_id": person.redacted_id(contact["contact_id"])}
        connection.execute(update(schema.contacts).where(_is(schema.contacts, contact)).values(**without))
        report.contacts += 1


def _redact(connection: Connection, mention: Mention, person: Recognizer) -> None:
    """Take the address out of a text."""
    table, name, key = mention.table, mention.column, mention.key
    # Of a row that could not be used nothing counts, and the person's name may stand in any of its fields.
    now = None if table is schema.rejected_rows and name == "original" else person.redacted(mention.text)
    change = update(table).where(_is(table, key)).values({name: now})
    if table is schema.emails:
        with breakdown_kept(connection, key["campaign_id"], [key["email_id"]]):
            connection.execute(change)
        return
    connection.execute(change)
    if table is schema.replies:
        inbox_table.refresh(connection, key["campaign_id"], [key["reply_id"]])


def _rename(connection: Connection, key: str, person: Recognizer) -> None:
    """Take the address out of the ids that are made of it."""
    for column, rename in zip(IDS, (rename_reply, rename_email, rename_event), strict=True):
        for campaign_id, own_id in ids_with(connection, column, key, person):
            rename(connection, campaign_id, own_id, person.redacted_id(own_id))


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
