"""What emails and their bounces can be broken down by: one entry each, from which store, pages and API derive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Dimension(StrEnum):
    """What an email, or its bounce, is grouped by; the values are those of the API."""

    STEP = "step"
    VARIANT = "variant"
    MAILBOX = "mailbox"
    DOMAIN = "domain"
    SUBJECT = "subject"
    BOUNCE_KIND = "bounce_kind"
    BOUNCE_REASON = "bounce_reason"


class RowKind(StrEnum):
    """What the emails, or bounces, of a row of a breakdown have in common; the values are those of the API."""

    VALUE = "value"
    OTHER = "other"
    """One of the many values that have no row of their own."""
    UNKNOWN = "unknown"
    """That their source does not say it."""


@dataclass(frozen=True, slots=True)
class DimensionEntry:
    """One dimension.

    Attributes:
        label: as pages call it.
        table: ``emails`` where it is known of an email before anything happens to it; ``events`` of its bounce.
        column: of that table, with the value that is grouped by.
    """

    label: str
    table: str
    column: str


DIMENSIONS: dict[Dimension, DimensionEntry] = {
    Dimension.STEP: DimensionEntry("Step", "emails", "step"),
    Dimension.VARIANT: DimensionEntry("Variant", "emails", "variant"),
    Dimension.MAILBOX: DimensionEntry("Mailbox", "emails", "mailbox"),
    Dimension.DOMAIN: DimensionEntry("Recipient domain", "emails", "recipient_domain"),
    Dimension.SUBJECT: DimensionEntry("Subject", "emails", "subject"),
    Dimension.BOUNCE_KIND: DimensionEntry("Bounce kind", "events", "kind"),
    Dimension.BOUNCE_REASON: DimensionEntry("Bounce reason", "events", "reason"),
}

UNKNOWN_GROUP = ""
"""The group of the emails of which the source does not tell the value."""

OF_BOUNCES = tuple(one for one, entry in DIMENSIONS.items() if entry.table == "events")
"""Those that group bounces; the others group emails."""

OF_EMAILS = tuple(one for one in Dimension if one not in OF_BOUNCES)
"""Those that group emails, by what is known of them before anything happens to them."""
