"""The services whose deliveries are received, one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from outreach_results.api.webhooks.amazon import AmazonSns
from outreach_results.api.webhooks.signatures import Delivery, Mailgun, Mandrill, SendGrid
from outreach_results.config import Settings
from outreach_results.ingest.registry import TOOL_FORMATS
from outreach_results.ingest.tool_formats import ToolFormat

FORMAT_KEYS = {
    "brevo": "brevo_events",
    "mailgun": "mailgun_events",
    "mandrill": "mandrill_events",
    "postmark": "postmark_events",
    "sendgrid": "sendgrid_events",
    "ses": "ses_events",
}
"""The name of a source in the address → the key of what reads its events."""
NAMES = tuple(FORMAT_KEYS)


class Signer(Protocol):
    """How a service signs what it delivers."""

    def can_verify(self, settings: Settings) -> bool:
        """Whether its signature alone can let a delivery in."""
        ...

    def verify(self, delivery: Delivery, settings: Settings) -> bool:
        """Whether a delivery is signed; raises a `SignatureError` where the signature is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """A service that delivers events.

    Attributes:
        name: in the address.
        entry: what reads the events.
        signer: how it signs; None where it does not, and a key is always needed.
        form_field: of the form that holds the JSON, where it sends a form.
    """

    name: str
    entry: ToolFormat
    signer: Signer | None = None
    form_field: str | None = None


def webhook_sources(amazon: AmazonSns) -> Mapping[str, WebhookSource]:
    """The services by name."""
    entries = {entry.key: entry for entry in TOOL_FORMATS}
    signers: dict[str, Signer] = {"sendgrid": SendGrid(), "mailgun": Mailgun(), "mandrill": Mandrill(), "ses": amazon}
    return {
        name: WebhookSource(
            name, entries[key], signers.get(name), form_field="mandrill_events" if name == "mandrill" else None
        )
        for name, key in FORMAT_KEYS.items()
    }
