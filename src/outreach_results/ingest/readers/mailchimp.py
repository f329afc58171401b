"""Mailchimp: the report on campaigns."""

from __future__ import annotations

from outreach_results.ingest.content import Content
from outreach_results.ingest.readers.newsletters import Columns, reader
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat

_COLUMNS = Columns(
    campaign_id="Unique Id",
    names=("Title", "Subject"),
    sent_at="Send Date",
    sent="Total Recipients",
    delivered="Successful Deliveries",
    all_bounced="Total Bounces",
    bounced=("Soft Bounces", "Hard Bounces"),
    opened="Unique Opens",
    clicked="Unique Clicks",
    unsubscribed="Unsubscribes",
)


def _recognizes(content: Content) -> bool:
    return content.has("Title", "Send Date", "Total Recipients", "Unique Opens")


FORMATS = (
    ToolFormat(
        key="mailchimp_campaigns",
        name="Mailchimp campaign report",
        recognizes=_recognizes,
        read=reader(_COLUMNS),
        fields=(
            Field("Unique Id", "the campaign"),
            Field("Title", "its name; without it the Subject"),
            Field("Send Date", "when it was sent, in the time zone that you say, else the reporting time zone"),
            Field("Total Recipients", "sent, on the day of Send Date; a campaign without both was not sent"),
            Field("Successful Deliveries", "delivered; without it what did not bounce"),
            Field("Total Bounces", "bounced; without it Soft Bounces and Hard Bounces together"),
            Field("Unique Opens", "opened, without dates"),
            Field("Unique Clicks", "clicked, without dates"),
            Field("Unsubscribes", "unsubscribed, without dates"),
            Field("Abuse Complaints", "left out: people who complain may be among those who unsubscribed"),
            Field("Total Opens, Total Clicks", "left out: repeats are among them"),
            Field("Open Rate, Click Rate", "left out: rates are calculated again"),
            Field("List, Send Weekday, Folder, Times Forwarded, Forwarded Opens, Total Orders, Total Revenue", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("as_of",),
        example="mailchimp_campaigns.csv",
    ),
)
