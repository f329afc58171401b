"""The words of a message on alerts: grouped by kind, in HTML, plain text and the text of a webhook."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from outreach_results.alerts.kept import AlertRecipients
from outreach_results.alerts.rules import RULES
from outreach_results.config import Settings
from outreach_results.delivery.wording import Words, written
from outreach_results.export.report.content import LONGEST_QUOTE
from outreach_results.models import OpenAlert
from outreach_results.results.alerts import announced_replies, grouped_alerts
from outreach_results.results.insights import POSITIVE_REPLY
from outreach_results.results.own_words import own_part
from outreach_results.store.alert_state import AlertCause, RaisedAlert
from outreach_results.store.engine import Store

MOST_LISTED = 10
"""So many of a kind are listed; the others are counted."""
MOST_QUOTED = 5


def subject_of(causes: Sequence[AlertCause]) -> str:
    """What a message is about in one line, without the name of anything: "Sync failed, bounce rate above 2%"."""
    titles = list(dict.fromkeys(cause.title for cause in _in_order(causes)))
    return ", ".join([titles[0], *(title[0].lower() + title[1:] for title in titles[1:])]) if titles else "No alerts"


def words(store: Store, settings: Settings, to: AlertRecipients, own: str, alerts: Sequence[RaisedAlert]) -> Words:
    """The message that tells of these alerts; without any it says so, as a test does where nothing is raised."""
    causes = [alert.cause for alert in alerts]
    order = {kind: place for place, kind in enumerate(RULES)}
    listed = sorted(grouped_alerts(alerts), key=lambda alert: (order.get(alert.kind, len(order)), alert.title))
    data = {
        "title": settings.brand_name or "Outreach Results",
        "color": settings.brand_color,
        "zone": store.zone().key,
        "groups": [_group(title, list(group)) for title, group in groupby(listed, key=lambda alert: alert.title)],
        "quotes": _quotes(store, causes) if to.with_replies else [],
        "link": settings.public_url.rstrip("/") if settings.public_url else "",
        "inbox": _inbox_link(settings.public_url) if any(one.kind == POSITIVE_REPLY for one in causes) else "",
    }
    subject = f"{data['title']}: {subject_of(causes)}"
    return written(Path(__file__).parent, "alert", own, subject, data)


def _in_order(causes: Sequence[AlertCause]) -> list[AlertCause]:
    order = {kind: place for place, kind in enumerate(RULES)}
    return sorted(causes, key=lambda cause: order.get(cause.kind, len(order)))


def _group(title: str, alerts: Sequence[OpenAlert]) -> dict[str, Any]:
    return {
        "title": title,
        "alerts": [{"name": alert.name or "", "what": alert.what} for alert in alerts[:MOST_LISTED]],
        "more": max(0, len(alerts) - MOST_LISTED),
        "next_step": alerts[0].next_step,
    }


def _quotes(store: Store, causes: Sequence[AlertCause]) -> list[dict[str, str]]:
    """The newest positive replies in their own words, read now: what was removed since is not quoted."""
    quotes = []
    for found in announced_replies(store, causes, MOST_QUOTED):
        if found.text_removed is not None:
            continue
        own = " ".join((own_part(found.body)[0] if found.body else found.preview).split())
        text = own if len(own) <= LONGEST_QUOTE else f"{own[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
        quotes.append({"who": ", ".join(filter(None, [found.name or found.email, found.company])), "text": text})
    return quotes


def _inbox_link(public_url: str | None) -> str:
    return f"{public_url.rstrip('/')}/inbox?{urlencode({'sentiment': 'positive'})}" if public_url else ""
