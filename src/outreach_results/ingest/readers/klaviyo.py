"""Klaviyo: the report on campaigns, as it is exported now and as it was before."""

from __future__ import annotations

from outreach_results.ingest.content import Content
from outreach_results.ingest.readers.newsletters import Columns, reader
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat

_NEWER = Columns(
    names=("Name", "Subject"),
    sent_at="Sent On",
    sent_at_utc="Sent On (UTC)",
    sent="Sent",
    delivered="Delivered",
    all_bounced="Bounces",
    opened="Unique Opens",
    clicked="Unique Clicks",
    unsubscribed="Opt Outs",
)
_OLDER = Columns(
    campaign_id="Campaign ID",
    names=("Campaign Name", "Subject"),
    sent_at="Send Time",
    sent="Total Recipients",
    delivered="Successful Deliveries",
    all_bounced="Bounces",
    opened="Unique Opens",
    clicked="Unique Clicks",
    unsubscribed="Unsubscribes",
    channel="Campaign Channel",
)


def _is_newer(content: Content) -> bool:
    return content.has("Name", "Sent On", "Sent", "Unique Opens")


def _is_older(content: Content) -> bool:
    return content.has("Campaign Name", "Send Time", "Total Recipients", "Unique Opens")


FORMATS = (
    ToolFormat(
        key="klaviyo_campaigns",
        name="Klaviyo campaign report",
        recognizes=_is_newer,
        read=reader(_NEWER),
        fields=(
            Field("Name", "the campaign; without it the Subject. Several sendings of one name are one campaign"),
            Field("Sent On (UTC)", "when it was sent"),
            Field("Sent On", "likewise, where the other is missing, in the time zone that you say, else the reporting"),
            Field("Sent", "sent, on that day; a campaign without both was not sent"),
            Field("Delivered", "delivered; without it what did not bounce"),
            Field("Bounces", "bounced"),
            Field("Unique Opens", "opened, without dates"),
            Field("Unique Clicks", "clicked, without dates"),
            Field("Opt Outs", "unsubscribed, without dates"),
            Field("Spam Complaints", "left out: people who complain may be among those who opted out"),
            Field("Total Opens, Total Clicks", "left out: repeats are among them"),
            Field("Delivery Rate, Open Rate, CTR, Click-To-Open Rate", "left out: rates are calculated again"),
            Field("Opt-Out Rate, SPAM Complaint Rate", "likewise"),
            Field("Preview Text, Sent To, Suppressed From, Tags", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("as_of",),
        example="klaviyo_campaigns.csv",
    ),
    ToolFormat(
        key="klaviyo_campaigns_older",
        name="Klaviyo campaign report (older)",
        recognizes=_is_older,
        read=reader(_OLDER),
        fields=(
            Field("Campaign ID", "the campaign"),
            Field("Campaign Name", "its name; without it the Subject"),
            Field("Campaign Channel", "left out if it is anything but Email"),
            Field("Send Time", "when it was sent, in the time zone that you say, else the reporting time zone"),
            Field("Total Recipients", "sent, on that day; a campaign without both was not sent"),
            Field("Successful Deliveries", "delivered; without it what did not bounce"),
            Field("Bounces", "bounced"),
            Field("Unique Opens", "opened, without dates"),
            Field("Unique Clicks", "clicked, without dates"),
            Field("Unsubscribes", "unsubscribed, without dates"),
            Field("Spam Complaints", "left out: people who complain may be among those who unsubscribed"),
            Field("Total Opens, Total Clicks", "left out: repeats are among them"),
            Field("Open Rate, Click Rate, Bounce Rate, Spam Complaints Rate", "left out: rates are calculated again"),
            Field("Tags, List, Send Weekday, Unique Placed Order, Placed Order Rate, Revenue", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("as_of",),
        example="klaviyo_campaigns_older.csv",
    ),
)
