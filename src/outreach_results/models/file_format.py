"""What this product's own files look like, for those who write them and those who read them.

Here, below both, so that who reads a file need not load all that is needed to write one.
"""

from __future__ import annotations

import re

from outreach_results.models.metric_definitions import COST_COLUMNS

FORMAT = "outreach-results/1"
"""The name of the JSON format."""

CSV_COLUMNS: dict[str, str] = {
    "campaign_id": "Id of the campaign.",
    "campaign_name": "Its title.",
    "mcp": "The kind of outreach it is compared with.",
    "campaign_created_at": "When it was created (UTC).",
    "email_id": "Id of the email; blank on a row that only describes the campaign.",
    "recipient": "The prospect's address.",
    "name": "The prospect's name.",
    "company": "The prospect's company.",
    "type": "sent, delivered, bounced, opened, clicked, replied, unsubscribed or meeting_booked; blank while unsent.",
    "occurred_at": "When it happened (UTC).",
    "event_id": "Id of the event, for a reply that of the reply; blank for sent.",
    "is_machine": "true where a privacy proxy, a link scanner or an autoresponder did it.",
    "url": "The link that was clicked.",
    **{
        f"{name}_usd": f"What {name.removeprefix('cost_').replace('_', ' ')} cost, in dollars." for name in COST_COLUMNS
    },
    "reply_address": "Who replied.",
    "reply_name": "The name given in the reply.",
    "reply_company": "The company given in the reply.",
    "sentiment": "positive, neutral, negative, automatic or unclassified, as the source says.",
    "preview": "The beginning of the reply.",
    "body": "The whole reply.",
    "corrected_sentiment": "What a person corrected the sentiment to.",
    "handled_at": "When the reply was marked as done (UTC).",
    "marked_by": "Who changed the reply last.",
    "marked_at": "When (UTC).",
    "corrected_by": "Who corrected the sentiment.",
    "corrected_at": "When (UTC).",
    "handled_by": "Who marked it as done.",
    "mark_version": "How often the reply was changed by people.",
    "tracks": "What the campaign tracks by its source, such as opens=no; on the row that only describes the campaign.",
    "tracks_choice": "What a person chose instead.",
    "entered_name": "The name that a person entered in place of the source's; on the same row.",
    "entered_mcp": "The campaign type that a person entered.",
    "entered_cost_usd": "The cost that a person entered, in dollars.",
    "entered_cost_per": "What that cost is for: email, campaign or month.",
    "step": "Which email of the sequence it is.",
    "variant": "Which version of the text it has.",
    "mailbox": "From which address it was sent.",
    "subject": "Its subject.",
    "text": "Its text as it was sent.",
    "kind": "Of a bounce: hard, soft or blocked; complaint where it was reported as spam.",
    "reason": "What the other server or the source says of the event.",
    "source_type": "The source's own word for the event.",
    "meeting_marked_at": "When someone marked that the reply led to a meeting (UTC).",
    "meeting_marked_by": "Who did.",
    "text_removed": "Why the reply has no text any more: forgotten, or how long texts were kept, such as 18m.",
    "assignee": "Who is to answer the reply: an address or a name.",
    "assigned_by": "Who said so.",
    "assigned_at": "When (UTC).",
    "snoozed_until": "The local date, as 2026-01-31, until which the reply does not count as to do.",
    "snoozed_by": "Who said so.",
    "snoozed_at": "When (UTC).",
    "client_id": "Id of the client that the campaign belongs to; on the row that only describes the campaign.",
    "client_name": "What the client is called.",
    "tags": "The campaign's tags, with commas between them.",
    "labels_chosen": "What of these people chose, instead of rules or the source: client, tags or both.",
}
"""The columns of a campaign's CSV, one row an event."""

_RISKY = re.compile(r"'*[=+\-@\t\r\n]")


def escape_formula(value: str | None) -> str | None:
    """A text that no spreadsheet runs as a formula; `unescape_formula` gives the original back."""
    return "'" + value if value and _RISKY.match(value) else value


def unescape_formula(value: str) -> str:
    """The original of a text from `escape_formula`."""
    return value[1:] if value[:1] == "'" and _RISKY.match(value) else value
