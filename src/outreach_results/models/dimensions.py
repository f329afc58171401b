"""What emails can be broken down by."""

from __future__ import annotations

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


OF_BOUNCES = (Dimension.BOUNCE_KIND, Dimension.BOUNCE_REASON)
"""Those that group bounces; the others group emails."""

OF_EMAILS = tuple(one for one in Dimension if one not in OF_BOUNCES)
"""Those that group emails, by what is known of them before anything happens to them."""
