"""What becomes of records before they are written: those of forgotten people come in without them.

Whatever a load brings passes here, a file, a sync and a webhook alike. So nothing of somebody who was forgotten gets
into the database again, and it still counts. The texts of replies that are older than they are kept stay out too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from outreach_results.ingest.columns import BulkItem, one_by_one
from outreach_results.ingest.records import (
    CampaignRecord,
    ContactRecord,
    EmailRecord,
    EventRecord,
    FileItem,
    MarkRecord,
    Notice,
    Rejected,
    ReplyRecord,
)
from outreach_results.models.retention import Retention
from outreach_results.store.anonymous import NOTHING_PERSONAL, anonymize_emails
from outreach_results.store.forgotten import FORGOTTEN, forgotten_in, is_pseudonym
from outreach_results.store.schema import emails

_R = TypeVar("_R", EmailRecord, EventRecord, ReplyRecord, ContactRecord)

_NOTHING: Any = NOTHING_PERSONAL  # its names are those of the records too


class Anonymizer:
    """Takes forgotten people out of records, and old texts out of replies."""

    def __init__(self, connection: Connection, retained: Retention | None) -> None:
        """``retained``: how long the texts of replies are kept; None is for ever."""
        self._connection = connection
        self._people = forgotten_in(connection)
        self._retained = retained
        self._oldest = None if retained is None else retained.before(datetime.now(UTC))
        self._stored: dict[str, dict[str, str]] = {}  # by campaign and id of the emails of forgotten people, pseudonyms
        self._new: dict[str, dict[str, str]] = defaultdict(dict)  # those that this load brought
        self._without: dict[type, Callable[[Any], FileItem]] = {
            EmailRecord: self._email,
            EventRecord: self._event,
            ReplyRecord: self._reply,
            MarkRecord: lambda mark: mark._replace(reply_id=self._people.redacted_id(mark.reply_id)),
            ContactRecord: self._contact,
            CampaignRecord: lambda campaign: campaign._replace(name=self._people.redacted(campaign.name)),
            Rejected: self._rejected,
            Notice: lambda notice: notice._replace(sentence=self._people.redacted(notice.sentence)),
        }

    def without_the_forgotten(self, batch: list[BulkItem]) -> list[BulkItem]:
        """The records as they may be written."""
        if self._oldest is not None:
            batch = [self._without_old_text(item) if type(item) is ReplyRecord else item for item in batch]
        if not self._people:
            return batch
        records = list(one_by_one(batch))  # each of their texts is looked through
        for item in records:  # first, because what follows an email may come before it
            if type(item) is EmailRecord:
                self._learn(item)
        return [self._without[type(item)](item) if type(item) in self._without else item for item in records]

    def finish(self) -> None:
        """Anonymize what was written of an email before the load said whose it is."""
        for campaign_id, pseudonyms in sorted(self._new.items()):
            anonymize_emails(self._connection, campaign_id, pseudonyms)

    def _without_old_text(self, reply: ReplyRecord) -> ReplyRecord:
        assert self._oldest is not None
        if reply.received_at >= self._oldest or reply.text_removed or not (reply.preview or reply.body):
            return reply
        return reply._replace(preview="", body=None, text_removed=str(self._retained))

    def _learn(self, email: EmailRecord) -> None:
        pseudonym = self._people.pseudonym(email.recipient)
        email_id = self._people.redacted_id(email.email_id)
        if pseudonym is not None and self._of_email(email.campaign_id, email_id) is None:
            self._new[email.campaign_id][email_id] = pseudonym

    def _of_email(self, campaign_id: str, email_id: str | None) -> str | None:
        """Under which pseudonym an email was sent; None where its recipient was not forgotten."""
        if email_id is None:
            return None
        if campaign_id not in self._stored:
            email = emails.c
            # People without a domain come first in the index that is read.
            forgotten = (email.recipient_domain.is_(None), is_pseudonym(email.recipient_key))
            query = select(email.email_id, email.recipient_key).where(email.campaign_id == campaign_id, *forgotten)
            self._stored[campaign_id] = {row.email_id: row.recipient_key for row in self._connection.execute(query)}
        return self._stored[campaign_id].get(email_id) or self._new[campaign_id].get(email_id)

    def _email(self, email: EmailRecord) -> EmailRecord:
        email = email._replace(email_id=self._people.redacted_id(email.email_id))
        pseudonym = self._of_email(email.campaign_id, email.email_id)
        if pseudonym is not None:
            return email._replace(recipient=pseudonym, **_NOTHING)
        return self._redacted(email, "name", "company", "step", "variant", "subject", "text")

    def _event(self, event: EventRecord) -> EventRecord:
        event_id, email_id = self._people.redacted_id(event.event_id), self._people.redacted_id(event.email_id)
        event = event._replace(event_id=event_id, email_id=email_id)
        if event.url is not None and self._of_email(event.campaign_id, email_id) is not None:
            event = event._replace(url=None)
        return self._redacted(event, "url", "reason", "source_type")

    def _reply(self, reply: ReplyRecord) -> ReplyRecord:
        email_id = reply.email_id and self._people.redacted_id(reply.email_id)
        reply = reply._replace(reply_id=self._people.redacted_id(reply.reply_id), email_id=email_id)
        pseudonym = self._people.pseudonym(reply.address) or self._of_email(reply.campaign_id, email_id)
        if pseudonym is None:
            return self._redacted(reply, "name", "company", "preview", "body")
        return reply._replace(
            address=reply.address and pseudonym, name=None, company=None, preview="", body=None, text_removed=FORGOTTEN
        )

    def _contact(self, contact: ContactRecord) -> ContactRecord:
        pseudonym = self._people.pseudonym(contact.address) or self._people.pseudonym(contact.contact_id)
        if pseudonym is None:
            return self._redacted(contact, "name", "company", "category", "step", "variant", "subject", "text")
        return contact._replace(contact_id=self._people.redacted_id(contact.contact_id), address=pseudonym, **_NOTHING)

    def _rejected(self, rejected: Rejected) -> Rejected:
        rejected = rejected._replace(reason=self._people.redacted(rejected.reason))
        if rejected.original is not None and self._people.pseudonym(str(dict(rejected.original))):
            return rejected._replace(original=None)
        return rejected

    def _redacted(self, record: _R, *fields: str) -> _R:
        """A record of somebody else, whose texts may hold the address of a forgotten person."""
        changed: dict[str, Any] = {}
        for name in fields:
            text = getattr(record, name)
            if text is not None and (now := self._people.redacted(text)) != text:
                changed[name] = now
        return record._replace(**changed) if changed else record
