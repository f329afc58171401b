"""Smartlead: the statistics of a campaign (JSON), and the export of its leads (CSV or JSON)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.context import CampaignNames, Context, natural_id, person_key
from outreach_results.ingest.fields import MAX_BODY, FieldError
from outreach_results.ingest.readers.common import Cells, campaign_of, each_row, is_one_of, needed_moment, text_of_html
from outreach_results.ingest.records import MAX_SENT_TEXT, ContactRecord, Notice, Record, Records
from outreach_results.ingest.tool_formats import ALL_COUNTS, Field, States, ToolFormat
from outreach_results.models import Detail

_NEVER_WRITTEN_TO = frozenset({"started", "blocked", "not_contacted"})

_STATES = States(
    (
        "Interested",
        "Meeting Request",
        "Information Request",
        "Not Interested",
        "Do Not Contact",
        "Out Of Office",
        "Wrong Person",
    )
)


def is_meeting(category: str | None, context: Context) -> int | None:
    """1 or 0 where a person chose which categories are meetings; otherwise None, as no category means one by itself."""
    if not context.meetings:
        return None
    return int(is_one_of(category, context.meetings))


# --- statistics --------------------------------------------------------------------------------------------------


def _is_statistics(content: Content) -> bool:
    return content.has("stats_id", "lead_email", "sent_time")


_Reply = tuple[str, datetime]


def _statistics(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.CONTACTS)
    answered = _answered_emails(content, cells)

    def read(row: Row) -> Iterator[Record]:
        address = cells.address(row, "lead_email")
        campaign = campaign_of(names)
        as_of = needed_moment(context.as_of)
        sent_at = cells.instant(row, "sent_time")
        if sent_at is None:
            return  # planned, and not sent so far
        email_id = _email_id(cells, row, address)
        reply_at = cells.instant(row, "reply_time")
        is_answered = reply_at is not None and answered.get((person_key(address), reply_at)) == (sent_at, email_id)
        category = cells.text(row, "lead_category")
        open_at, click_at = cells.instant(row, "open_time"), cells.instant(row, "click_time")
        contact = ContactRecord(
            campaign_id=campaign,
            contact_id=email_id,
            as_of=as_of,
            address=address,
            name=cells.text(row, "lead_name"),
            category=category,
            sent=1,
            sent_at=sent_at,
            bounced=_flag(cells, row, "is_bounced"),
            opened=_count(cells.count(row, "open_count"), open_at),
            opened_at=open_at,
            clicked=_count(cells.count(row, "click_count"), click_at),
            clicked_at=click_at,
            replied=int(is_answered),
            replied_at=reply_at if is_answered else None,
            unsubscribed=_flag(cells, row, "is_unsubscribed"),
            # A category is a lead's, and stands on all of its emails: it counts on the one that was answered.
            meetings=is_meeting(category if is_answered else None, context),
            step=cells.text(row, "sequence_number"),
            variant=cells.text(row, "seq_variant_id"),
            subject=cells.cut(row, "email_subject"),
            text=_text(cells, row),
        )
        yield from names.seen(campaign, sent_at)
        yield contact

    yield from each_row(content, names, read)
    yield from _missing_pages(content)


def _missing_pages(content: Content) -> Iterator[Notice]:
    """A sentence where the API's answer is one page of several."""
    total = content.envelope.get("total_stats")
    here = sum(1 for _ in content.read())
    if total is not None and str(total).isdigit() and int(total) > here:
        yield Notice(
            f"{content.name} holds {here:,} of the campaign's {int(total):,} emails. Import the other pages with the "
            "same day of export, so that all of them count."
        )


def _answered_emails(content: Content, cells: Cells) -> dict[_Reply, tuple[datetime, str]]:
    """The email that each reply answers: the last one before it, as Smartlead writes a reply to several rows."""
    answered: dict[_Reply, tuple[datetime, str]] = {}
    for _, row in content.read():
        try:
            reply_at, sent_at = cells.instant(row, "reply_time"), cells.instant(row, "sent_time")
            if reply_at is None or sent_at is None or sent_at > reply_at:
                continue
            address = cells.address(row, "lead_email")
            email = (sent_at, _email_id(cells, row, address))
        except FieldError:
            continue  # reported when the row is read
        reply = (person_key(address), reply_at)
        answered[reply] = max(answered.get(reply, email), email)
    return answered


def _email_id(cells: Cells, row: Row, address: str) -> str:
    return cells.id(row, "stats_id") or natural_id(person_key(address), cells.text(row, "sequence_number") or "")


def _text(cells: Cells, row: Row) -> str | None:
    """The email as it was sent, which Smartlead keeps as HTML."""
    message = cells.text(row, "email_message", limit=MAX_BODY)
    return text_of_html(message)[:MAX_SENT_TEXT] or None if message else None


def _flag(cells: Cells, row: Row, name: str) -> int | None:
    value = cells.flag(row, name)
    return None if value is None else int(value)


def _count(counted: int | None, at: datetime | None) -> int | None:
    """How often; at least once where there is a time, whatever the count says."""
    return counted if at is None else max(1, counted or 0)


# --- leads -------------------------------------------------------------------------------------------------------


def _is_leads(content: Content) -> bool:
    return content.has("campaign_lead_map_id") and (
        content.has("email", "last_email_sequence_sent") or content.has("lead", "status")
    )


def _leads(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.CONTACTS)

    def read(row: Row) -> Iterator[Record]:
        if _is_without_lead(cells, row):
            return
        address = cells.address(row, "email", "lead.email")
        campaign = campaign_of(names)
        as_of = needed_moment(context.as_of)
        sent = _emails_sent(cells, row)
        if not sent:
            return
        category = cells.text(row, "category", "lead_category_id")
        contact = ContactRecord(
            campaign_id=campaign,
            contact_id=person_key(address),
            as_of=as_of,
            address=address,
            name=cells.person(row, "first_name", "last_name") or cells.person(row, "lead.first_name", "lead.last_name"),
            company=cells.text(row, "company_name", "lead.company_name"),
            category=category,
            sent=sent,
            opened=cells.count(row, "open_count"),
            clicked=cells.count(row, "click_count"),
            replied=cells.count(row, "reply_count"),
            unsubscribed=_unsubscribed(cells, row),
            meetings=is_meeting(category, context),
        )
        yield from names.seen(campaign, as_of)
        yield contact

    yield from each_row(content, names, read)


def _is_without_lead(cells: Cells, row: Row) -> bool:
    """Whether a row has nobody in it: Smartlead keeps the places of deleted leads, all of them null."""
    return cells.raw(row, "id", "lead.id", "email", "lead.email") is None


def _emails_sent(cells: Cells, row: Row) -> int:
    """The last step that was sent; without it the status says whether anything was."""
    step = cells.count(row, "last_email_sequence_sent")
    if step is not None:
        return step
    status = cells.text(row, "status")
    return int(status is not None and status.casefold() not in _NEVER_WRITTEN_TO)


def _unsubscribed(cells: Cells, row: Row) -> int | None:
    value = cells.flag(row, "is_unsubscribed", "lead.is_unsubscribed")
    return None if value is None else int(value)


FORMATS = (
    ToolFormat(
        key="smartlead_statistics",
        name="Smartlead campaign statistics",
        recognizes=_is_statistics,
        read=_statistics,
        fields=(
            Field("stats_id", "the email; without it the lead and the step"),
            Field("lead_email", "the recipient"),
            Field("lead_name", "the recipient's name"),
            Field(
                "lead_category",
                "the category, as Smartlead writes it; a meeting only if you say that it is one, "
                "and then on the email that was answered",
            ),
            Field("sent_time", "sent; a row without it was not sent so far and is left out"),
            Field("open_time, open_count", "opened, and how often"),
            Field("click_time, click_count", "clicked, and how often"),
            Field(
                "reply_time",
                "replied: once for each reply, on the last email before it; automatic replies are among them",
            ),
            Field("is_bounced", "bounced, without a date; what did not bounce was delivered"),
            Field("is_unsubscribed", "unsubscribed, without a date"),
            Field("sequence_number", "the step; part of the key where stats_id is missing"),
            Field("seq_variant_id", "the variant"),
            Field("email_subject, email_message", "the subject and the text of the email"),
            Field("email_campaign_seq_id", ""),
            Field("total_stats", "a note, where other pages are missing"),
            Field("offset, limit", ""),
        ),
        tracks=ALL_COUNTS - {"meetings_booked"},
        needs=("campaign", "as_of"),
        example="smartlead_statistics.json",
        states=_STATES,
    ),
    ToolFormat(
        key="smartlead_leads",
        name="Smartlead leads",
        recognizes=_is_leads,
        read=_leads,
        fields=(
            Field("email", "the contact; a row without a person is a deleted lead and is left out"),
            Field("first_name, last_name", "the name"),
            Field("company_name", "the company"),
            Field("last_email_sequence_sent", "sent: how many steps; a lead that was never written to is left out"),
            Field(
                "status",
                "sent, where last_email_sequence_sent is missing: leads that are STARTED (waiting) or BLOCKED "
                "(on a block list, or bounced: the file does not say which) are left out",
            ),
            Field("open_count", "opened, and how often, without dates"),
            Field("click_count", "clicked, and how often, without dates"),
            Field("reply_count", "replied, and how often, without dates; automatic replies are among them"),
            Field("is_unsubscribed", "unsubscribed, without a date"),
            Field(
                "category", "the category, as Smartlead writes it, name or number; a meeting only if you say that it is"
            ),
            Field("is_interested", ""),
            Field("id, campaign_lead_map_id, created_at, unsubscribed_client_id_map", ""),
            Field("phone_number, website, location, linkedin_profile, company_url, custom_fields", ""),
        ),
        tracks=frozenset({"emails_sent", "opened", "clicked", "replied", "unsubscribed"}),
        needs=("campaign", "as_of"),
        example="smartlead_leads.csv",
        states=_STATES,
    ),
)
