"""Who is the same person, and what is counted of people."""

from __future__ import annotations

from outreach_results.models.metric_definitions import POSITIVE_REPLIES


def person_key(address: str) -> str:
    """What identifies a person: an address, whatever its case."""
    return address.strip().casefold()


LONGEST_DOMAIN = 253


def domain_of(key: str) -> str | None:
    """The domain of the address that `person_key` gave; None of a text that is no address."""
    domain = key.rpartition("@")[2]
    return domain if key.find("@") > 0 and 0 < len(domain) <= LONGEST_DOMAIN else None


PERSON = (
    "Recipients instead of emails. Each address counts once, whatever its case and however many emails it got. People "
    "count by send date: of those contacted in a period, how many opened, replied or booked since. Rates are shares of "
    "the people contacted."
)
"""What counting people means, as pages explain it."""

PEOPLE: dict[str, str] = {
    "emails_sent": "Contacted",
    "delivered": "Reached",
    "bounced": "Bounced",
    "opened": "Opened",
    "clicked": "Clicked",
    "replied": "Replied",
    POSITIVE_REPLIES.name: "Positive",
    "meetings_booked": "Booked a meeting",
    "unsubscribed": "Unsubscribed",
}
"""What is counted of people, by the metric of emails or replies that it is made from: its label on pages."""
