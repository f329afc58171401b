"""Deliveries as mail services make them: their events, signed with keys that are made here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:outreach"


def sendgrid_event(number: int, *, kind: str = "delivered", **more: Any) -> dict[str, Any]:
    """An event of SendGrid about one email of its own."""
    return {
        "email": f"person{number}@example.com",
        "timestamp": 1_767_776_400 + number,
        "event": kind,
        "sg_event_id": f"event-{number}",
        "sg_message_id": f"message-{number}.recvd-1",
        "category": ["Spring"],
    } | more


class SendGridSigner:
    """Signs as SendGrid does."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """What SendGrid shows as verification key."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def headers(self, body: bytes, *, at: float | None = None) -> dict[str, str]:
        """The headers of a signed delivery."""
        timestamp = str(int(time.time() if at is None else at))
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }


def mailgun_body(key: str, event: Mapping[str, Any], *, at: float | None = None, nonce: str = "t" * 50) -> bytes:
    """A signed delivery of Mailgun."""
    timestamp = str(int(time.time() if at is None else at))
    signature = hmac.new(key.encode(), (timestamp + nonce).encode(), hashlib.sha256).hexdigest()
    return json.dumps(
        {"signature": {"timestamp": timestamp, "token": nonce, "signature": signature}, "event-data": dict(event)}
    ).encode()


def mandrill_delivery(key: str, url: str, events: list[dict[str, Any]]) -> tuple[bytes, dict[str, str]]:
    """The form of a delivery of Mandrill, and its headers."""
    fields = {"mandrill_events": json.dumps(events)}
    signed = url + "".join(name + value for name, value in sorted(fields.items()))
    signature = base64.b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"X-Mandrill-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return urlencode(fields).encode(), headers


class SnsSigner:
    """Signs as Amazon SNS does, with a certificate of its own."""

    def __init__(self, *, valid_for: timedelta = timedelta(days=1)) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        end = datetime.now(UTC) + valid_for
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(end - timedelta(days=30))
            .not_valid_after(end)
            .sign(self._key, SHA256())
        )
        self.certificate = certificate.public_bytes(Encoding.PEM)

    def message(self, kind: str, text: str, *, version: str = "1", **more: str) -> dict[str, str]:
        """A signed message."""
        fields = {
            "Type": kind,
            "MessageId": "0f2d",
            "TopicArn": TOPIC,
            "Message": text,
            "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        } | more
        signed = "".join(f"{name}\n{fields[name]}\n" for name in sorted(fields)).encode()
        hashed = SHA1() if version == "1" else SHA256()  # noqa: S303 - what Amazon uses in version 1
        signature = self._key.sign(signed, PKCS1v15(), hashed)
        return fields | {
            "SignatureVersion": version,
            "Signature": base64.b64encode(signature).decode(),
            "SigningCertURL": CERTIFICATE_URL,
        }

    def notification(self, *, version: str = "1", **more: str) -> dict[str, str]:
        """A signed event of SES."""
        event = {
            "eventType": "Delivery",
            "mail": {
                "timestamp": "2026-01-07T09:00:00.000Z",
                "messageId": "0100-1",
                "destination": ["ines@example.com"],
                "tags": {"campaign": ["Spring"]},
            },
            "delivery": {"timestamp": "2026-01-07T09:00:05.000Z", "recipients": ["ines@example.com"]},
        }
        return self.message("Notification", json.dumps(event), version=version, **more)

    def confirmation(self, url: str) -> dict[str, str]:
        """A signed request to confirm a subscription."""
        return self.message("SubscriptionConfirmation", "Confirm.", SubscribeURL=url, Token="a1")  # noqa: S106
