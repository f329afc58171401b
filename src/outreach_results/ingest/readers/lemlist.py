"""lemlist: the leads of a campaign, and the contacts of all (CSV)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.context import CampaignNames, Context, person_key
from outreach_results.ingest.fields import FieldError, quoted
from outreach_results.ingest.mapping.targets import plain
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

# --- leads of a campaign -----------------------------------------------------------------------------------------

_SENT_STATES = frozenset(
    {
        "emailssent",
        "emailsopened",
        "emailsclicked",
        "emailsreplied",
        "emailsbounced",
        "emailsunsubscribed",
        "emailsinterested",
        "emailsnotinterested",
    }
)
_WAITING_STATES = frozenset(
    {
        "",
        "imported",
        "scanned",
        "review",
        "reviewed",
        "readytosend",
        "notcontacted",
        "skipped",
        "emailsfailed",
        "emailssendfailed",
    }
)
_MEETING_STATE = "meetingbooked"
_UNDECIDED_STATES = frozenset({"emailsinterested", "emailsnotinterested", _MEETING_STATE})


def _is_leads(content: Content) -> bool:
    return Cells(content).has("email", "laststate")


def _leads(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.CONTACTS)

    def read(row: Row) -> Iterator[Record]:
        address = cells.address(row, "email")
        campaign = campaign_of(names)
        as_of = needed_moment(context.as_of)
        word = cells.text(row, "laststate") or ""
        state = plain(word)
        if state in _WAITING_STATES:
            return
        if state not in _SENT_STATES | {_MEETING_STATE}:
            raise FieldError("laststate", f"{quoted(word)} does not say whether an email was sent")
        contact = ContactRecord(
            campaign_id=campaign,
            contact_id=person_key(address),
            as_of=as_of,
            address=address,
            name=cells.person(row, "firstname", "lastname"),
            company=cells.text(row, "companyname"),
            category=word,
            sent=1,
            bounced=int(state == "emailsbounced"),
            replied=None if state in _UNDECIDED_STATES else int(state == "emailsreplied"),
            unsubscribed=int(state == "emailsunsubscribed"),
            meetings=int(is_one_of(word, context.meetings or frozenset({_MEETING_STATE}))),
        )
        yield from names.seen(campaign, as_of)
        yield contact

    yield from each_row(content, names, read)


# --- contacts ----------------------------------------------------------------------------------------------------

_DATES = ("firstContactedDate", "lastContactedDate", "lastRepliedDate", "lastLeadMarkedAsInterestedDate")


def _is_contacts(content: Content) -> bool:
    return Cells(content).has("email", "leadStatus", "firstContactedDate")


def _contacts(content: Content, context: Context) -> Records:
    cells = Cells(content, context.zone)
    names = CampaignNames(context, Detail.CONTACTS)
    moment = snapshot_moment(content, cells, context, *_DATES)

    def read(row: Row) -> Iterator[Record]:
        address = cells.address(row, "email")
        sent_at = cells.instant(row, "firstContactedDate", "lastContactedDate")
        if sent_at is None:
            return
        campaign = _campaign(cells, row, names, context)
        status = cells.text(row, "leadStatus")
        replied_at = cells.instant(row, "lastRepliedDate")
        contact = ContactRecord(
            campaign_id=campaign,
            contact_id=person_key(address),
            as_of=needed_moment(moment),
            address=address,
            name=cells.person(row, "firstName", "lastName", "fullName"),
            company=cells.text(row, "companyName"),
            category=status,
            sent=1,
            sent_at=sent_at,
            bounced=int("bounced" in (status or "").casefold()),
            replied=int(replied_at is not None),
            replied_at=replied_at,
            unsubscribed=int("unsubscribed" in (status or "").casefold()),
            meetings=int(is_one_of(status, context.meetings)) if context.meetings else None,
        )
        yield from names.seen(campaign, sent_at)
        yield contact

    yield from each_row(content, names, read)


def _campaign(cells: Cells, row: Row, names: CampaignNames, context: Context) -> str:
    """The campaign of a contact: the export does not say which of several ones its dates are of."""
    listed = cells.text(row, "campaigns")
    several = [part for part in re.split(r"[,;|\n]", listed or "") if part.strip()]
    if len(several) > 1:
        if context.campaign is None:
            raise FieldError(
                "campaigns",
                f"the contact is in {len(several)} campaigns, and the export does not say which of them its dates "
                "are of; choose the campaign for such rows",
            )
        return campaign_of(names)
    return campaign_of(names, None, listed)


FORMATS = (
    ToolFormat(
        key="lemlist_leads",
        name="lemlist campaign leads",
        recognizes=_is_leads,
        read=_leads,
        fields=(
            Field("email", "the contact"),
            Field("firstname, lastname", "the name"),
            Field("companyname", "the company"),
            Field(
                "laststate",
                "all that is known of what became of the contact, and its category: emailsSent, emailsOpened, "
                "emailsClicked (sent), emailsReplied, emailsBounced, emailsUnsubscribed, meetingBooked. What happened "
                "before the last state is unknown, opens and clicks at all; whether someone marked as interested "
                "replied is unknown too. Leads that were never written to are left out",
            ),
            Field("status, jobtitle", ""),
        ),
        tracks=frozenset({"emails_sent", "delivered", "bounced", "replied", "unsubscribed", "meetings_booked"}),
        needs=("campaign", "as_of"),
        example="lemlist_leads.csv",
        states=States(
            ("emailsInterested", "emailsNotInterested", "emailsReplied", "meetingBooked"), ("meetingBooked",)
        ),
    ),
    ToolFormat(
        key="lemlist_contacts",
        name="lemlist contacts",
        recognizes=_is_contacts,
        read=_contacts,
        fields=(
            Field("email", "the contact"),
            Field("firstName, lastName, fullName", "the name"),
            Field("companyName", "the company"),
            Field(
                "campaigns",
                "the campaign; for a contact in several ones you have to choose, as the dates are of all of them",
            ),
            Field("firstContactedDate", "sent, on that day; a contact without it was never written to and is left out"),
            Field("lastRepliedDate", "replied, on that day"),
            Field("leadStatus", "the category; bounced and unsubscribed where it says so"),
            Field("lastContactedDate, lastLeadMarkedAsInterestedDate", "only the day that the export shows"),
            Field("emailDeliverability", ""),
        ),
        tracks=frozenset({"emails_sent", "delivered", "bounced", "replied", "unsubscribed"}),
        example="lemlist_contacts.csv",
        states=States(("Interested", "Not interested", "Replied to email", "Meeting booked")),
    ),
)
