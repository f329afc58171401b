"""Apollo: the export of contacts (CSV)."""

from __future__ import annotations

from collections.abc import Iterator

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.context import CampaignNames, Context, person_key
from outreach_results.ingest.readers.common import (
    Cells,
    campaign_of,
    each_row,
    is_one_of,
    needed_moment,
    snapshot_moment,
)
from outreach_results.ingest.records import ContactRecord, Record, Records
from outreach_results.ingest.tool_formats import Field, States, ToolFormat
from outreach_results.models import Detail


def _is_contacts(content: Content) -> bool:
    return Cells(content).has("Email", "Email Sent", "Email Open", "Email Bounced", "Replied")


def _contacts(content: Content, context: Context) -> Records:
    cells = Cells(content, context.zone)
    names = CampaignNames(context, Detail.CONTACTS)
    moment = snapshot_moment(content, cells, context, "Last Contacted")

    def flag(row: Row, name: str) -> int | None:
        value = cells.flag(row, name)
        return None if value is None else int(value)

    def read(row: Row) -> Iterator[Record]:
        if not flag(row, "Email Sent"):
            return
        address = cells.address(row, "Email")
        campaign = campaign_of(names)
        as_of = needed_moment(moment)
        stage = cells.text(row, "Stage")
        contact = ContactRecord(
            campaign_id=campaign,
            contact_id=person_key(address),
            as_of=as_of,
            address=address,
            name=cells.person(row, "First Name", "Last Name", "Name"),
            company=cells.text(row, "Company", "Company Name", "Company Name for Emails"),
            category=stage,
            sent=1,
            bounced=flag(row, "Email Bounced"),
            opened=flag(row, "Email Open"),
            replied=flag(row, "Replied"),
            meetings=int(is_one_of(stage, context.meetings)) if context.meetings else flag(row, "Demoed"),
        )
        yield from names.seen(campaign, as_of)
        yield contact

    yield from each_row(content, names, read)


FORMATS = (
    ToolFormat(
        key="apollo_contacts",
        name="Apollo contacts",
        recognizes=_is_contacts,
        read=_contacts,
        fields=(
            Field("Email", "the contact"),
            Field("First Name, Last Name", "the name"),
            Field("Company, Company Name, Company Name for Emails", "the company"),
            Field("Email Sent", "sent, without a date; a contact without it was never written to and is left out"),
            Field("Email Bounced", "bounced, without a date; what did not bounce was delivered"),
            Field("Email Open", "opened, without a date"),
            Field("Replied", "replied, without a date"),
            Field("Demoed", "a meeting, without a date, unless you say which stages are meetings"),
            Field("Stage", "the category; a meeting if you say that it is one"),
            Field("Last Contacted", "the day that the export shows; it may be a call, and isn't a date of sending"),
            Field("Lists, Apollo Contact Id", ""),
        ),
        tracks=frozenset({"emails_sent", "delivered", "bounced", "opened", "replied", "meetings_booked"}),
        needs=("campaign",),
        example="apollo_contacts.csv",
        states=States(("Approaching", "Replied", "Interested", "Not Interested", "Unresponsive", "Do Not Contact")),
    ),
)
