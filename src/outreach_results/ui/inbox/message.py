"""The reply in the reading pane: who wrote it, the email that it answers, what it says. Nothing of it is markup."""

from __future__ import annotations

from typing import Any

from outreach_results.models import InboxReply
from outreach_results.results import SentEmail, key_of
from outreach_results.results.own_words import own_part
from outreach_results.store.forgotten import FORGOTTEN
from outreach_results.ui import cache, parts, text
from outreach_results.ui.inbox import labels

_component = parts.component("inbox_message")


def message(reply: InboxReply, campaign: str, answered: SentEmail | None) -> None:
    """Draw the whole reply.

    Args:
        campaign: the name of its campaign.
    """
    _component(key="inbox-message", data=contents(reply, campaign, answered))


def contents(reply: InboxReply, campaign: str, answered: SentEmail | None) -> dict[str, Any]:
    """What the component shows: texts, and one link."""
    zone = cache.zone()
    body = next((words for words in (reply.body, reply.preview) if words and words.strip()), "")
    own, quoted = own_part(body)
    return {
        "id": "/".join(key_of(reply)),
        "sender": labels.sender(reply),
        "address": "" if reply.text_removed == FORGOTTEN else reply.email or "",
        "mailto": labels.mailto(reply, answered) or "",
        "company": reply.company or "",
        "campaign": campaign,
        "moment": f"{text.moment(reply.received_at, zone)} ({zone.key})",
        "sent": None if answered is None else {"line": labels.sent_line(answered, zone), "text": answered.text or ""},
        "own": own,
        "quoted": quoted,
        "without_text": "" if body else labels.without_text(reply),
    }
