"""The signatures of the services that sign what they deliver, as each of them documents it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from starlette.datastructures import Headers

from outreach_results.api.webhooks.bodies import form_fields, objects_in
from outreach_results.config import Settings

OLDEST_S = 25 * 3600
"""Services try again for up to a day; what is signed longer ago is refused."""
NEWEST_S = 300
_TOKENS_KEPT = 50_000


class SignatureError(Exception):
    """A delivery is signed, and not by whom it should be; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as its signature sees it.

    Attributes:
        target: the path below the API with its query, as it was sent.
    """

    headers: Headers
    body: bytes
    target: str


def check_age(signed_at: float) -> None:
    """Refuse what was signed too long ago, or in the future: it may be an old delivery that somebody sends again.

    Raises:
        SignatureError: it is.
    """
    if not -NEWEST_S <= time.time() - signed_at <= OLDEST_S:
        raise SignatureError("The signature is older than 25 hours, or dated in the future.")


def _seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise SignatureError("The time of the signature isn't a number of seconds since 1970.")
    return float(text)


class SendGrid:
    """ECDSA with SHA-256 over the timestamp and the body."""

    SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
    TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

    def can_verify(self, settings: Settings) -> bool:
        """Whether the public key is known."""
        return settings.sendgrid_webhook_key is not None

    def verify(self, delivery: Delivery, settings: Settings) -> bool:
        """True if it is signed by SendGrid, False if it is not signed.

        Raises:
            SignatureError: the signature is wrong.
        """
        signature, timestamp = (delivery.headers.get(name) for name in (self.SIGNATURE, self.TIMESTAMP))
        if signature is None or timestamp is None or settings.sendgrid_webhook_key is None:
            return False
        key = load_der_public_key(base64.b64decode(settings.sendgrid_webhook_key))
        assert isinstance(key, ec.EllipticCurvePublicKey)  # the settings accept no other
        try:
            key.verify(
                base64.b64decode(signature, validate=True), timestamp.encode() + delivery.body, ec.ECDSA(SHA256())
            )
        except (InvalidSignature, binascii.Error, ValueError):
            raise SignatureError("The signature is not SendGrid's for this body.") from None
        check_age(_seconds(timestamp))
        return True


class Mailgun:
    """HMAC with SHA-256 over a timestamp and a token, both in the body.

    The body itself is not signed, so a token opens only the body that it first came with.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, bytes] = OrderedDict()

    def can_verify(self, settings: Settings) -> bool:
        """Whether the signing key is known."""
        return settings.mailgun_webhook_key is not None

    def verify(self, delivery: Delivery, settings: Settings) -> bool:
        """True if it is signed by Mailgun, False if it is not signed.

        Raises:
            SignatureError: the signature is wrong.
        """
        objects = objects_in(delivery.body)
        signature = objects[0].get("signature") if len(objects) == 1 else None
        if settings.mailgun_webhook_key is None or not isinstance(signature, dict):
            return False
        timestamp, token, given = (str(signature.get(name, "")) for name in ("timestamp", "token", "signature"))
        key = settings.mailgun_webhook_key.get_secret_value().encode()
        right = hmac.new(key, (timestamp + token).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass")):
            raise SignatureError("The signature is not Mailgun's for this timestamp and token.")
        check_age(_seconds(timestamp))
        digest = hashlib.sha256(delivery.body).digest()
        if self._seen.setdefault(token, digest) != digest:
            raise SignatureError("The token of the signature came with another body before.")
        if len(self._seen) > _TOKENS_KEPT:
            self._seen.popitem(last=False)
        return True


class Mandrill:
    """HMAC with SHA-1 over the address of the webhook and the fields of the form. It has no timestamp."""

    SIGNATURE = "X-Mandrill-Signature"

    def can_verify(self, settings: Settings) -> bool:
        """Whether the key and the address at which Mandrill reaches this server are known."""
        return settings.mandrill_webhook_key is not None and settings.webhook_url is not None

    def verify(self, delivery: Delivery, settings: Settings) -> bool:
        """True if it is signed by Mandrill, False if it is not signed.

        Raises:
            SignatureError: the signature is wrong.
        """
        given = delivery.headers.get(self.SIGNATURE)
        if given is None or settings.mandrill_webhook_key is None or settings.webhook_url is None:
            return False
        try:
            fields = form_fields(delivery.body)
        except ValueError:
            raise SignatureError("The signature is of a form, and the body is none.") from None
        signed = settings.webhook_url.rstrip("/") + delivery.target
        signed += "".join(name + value for name, value in sorted(fields.items()))
        key = settings.mandrill_webhook_key.get_secret_value().encode()
        right = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha1).digest())
        if not hmac.compare_digest(right, given.encode()):
            raise SignatureError("The signature is not Mandrill's for this address and body. See OUTREACH_WEBHOOK_URL.")
        return True
