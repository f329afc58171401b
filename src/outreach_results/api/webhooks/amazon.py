"""Amazon SNS, which delivers the events of SES: its signatures, and the confirmation of a subscription.

Anybody with an account at Amazon can have SNS sign a message to any address. A signature alone therefore lets in only
the topics that are set; a message of another topic needs a key as well.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from outreach_results.api.problems import Fault, ProblemError
from outreach_results.api.webhooks.bodies import RETRY_AFTER_S, objects_in
from outreach_results.api.webhooks.signatures import Delivery, SignatureError, check_age
from outreach_results.config import Settings

_HOST = re.compile(r"sns\.[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\.amazonaws\.com(\.cn)?")
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z]{1,100}\.pem")
_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES = {"1": SHA1, "2": SHA256}
_TIMEOUT_S = 10.0
_MAX_ANSWER = 64 * 1024
_CERTIFICATES_KEPT = 16


class Fetch(Protocol):
    """Gets an address of Amazon's; raises `httpx.HTTPError` where that fails."""

    def __call__(self, url: str) -> bytes: ...


def fetch_from_amazon(url: str) -> bytes:
    """The body at an address, over TLS and without following redirects."""
    with (
        httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url) as answer,
    ):
        if answer.status_code != 200:
            raise httpx.HTTPError(f"status {answer.status_code}")
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _MAX_ANSWER:
                raise httpx.HTTPError("the answer is too large")
        return bytes(body)


class AmazonSns:
    """RSA over the fields of a message, by a certificate that Amazon serves."""

    def __init__(self, fetch: Fetch = fetch_from_amazon) -> None:
        self._fetch = fetch
        self._keys: OrderedDict[str, rsa.RSAPublicKey] = OrderedDict()

    def can_verify(self, settings: Settings) -> bool:
        """Whether any topic is let in by its signature alone."""
        return settings.ses_topics is not None

    def verify(self, delivery: Delivery, settings: Settings) -> bool:
        """True if it is a signed message of one of the topics that are set; False if a key is needed besides.

        Raises:
            SignatureError: the signature is wrong.
        """
        objects = objects_in(delivery.body)
        messages = [message for message in objects if is_message(message)]
        for message in messages:
            self._check(message)
        topics = {topic.strip() for topic in (settings.ses_topics or "").split(",")} - {""}
        return len(messages) == len(objects) > 0 and all(message["TopicArn"] in topics for message in messages)

    def _check(self, message: Mapping[str, Any]) -> None:
        names = _FIELDS[message["Type"]]
        fields = {name: message[name] for name in names if name in message}
        if not all(isinstance(value, str) for value in fields.values()) or set(names) - fields.keys() - {"Subject"}:
            raise SignatureError("The message of Amazon SNS lacks a field that its signature is of.")
        signed = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
        algorithm = _HASHES.get(str(message.get("SignatureVersion")))
        if algorithm is None:
            raise SignatureError("The SignatureVersion of the message is neither 1 nor 2.")
        key = self._key(str(message.get("SigningCertURL", "")))
        try:
            signature = base64.b64decode(str(message.get("Signature", "")), validate=True)
            key.verify(signature, signed.encode("utf-8", "surrogatepass"), PKCS1v15(), algorithm())
        except (InvalidSignature, binascii.Error, ValueError):
            raise SignatureError("The signature is not Amazon's for this message.") from None
        try:
            check_age(datetime.fromisoformat(fields["Timestamp"]).timestamp())
        except (ValueError, OverflowError):
            raise SignatureError("The time of the message isn't an ISO 8601 instant.") from None

    def _key(self, url: str) -> rsa.RSAPublicKey:
        known = self._keys.get(url)
        if known is not None:
            return known
        path = urlsplit(url).path if is_of_amazon(url) else ""
        if not _CERTIFICATE_PATH.fullmatch(path):
            raise SignatureError("The certificate of the message is at no host of Amazon SNS.")
        key = _public_key(self._get(url))
        self._keys[url] = key
        if len(self._keys) > _CERTIFICATES_KEPT:
            self._keys.popitem(last=False)
        return key

    def confirm(self, message: Mapping[str, Any]) -> None:
        """Confirm a subscription whose request has been verified.

        Raises:
            SignatureError: it is to be confirmed elsewhere than at Amazon.
            ProblemError: Amazon could not be reached (503).
        """
        url = str(message.get("SubscribeURL", ""))
        if not is_of_amazon(url):
            raise SignatureError("The subscription is to be confirmed at no host of Amazon SNS.")
        self._get(url)

    def _get(self, url: str) -> bytes:
        try:
            return self._fetch(url)
        except httpx.HTTPError:
            fault = Fault(detail="Amazon could not be reached to check this message. Nothing was kept. Send it again.")
            raise ProblemError(503, fault, headers={"Retry-After": str(RETRY_AFTER_S)}) from None


def is_message(message: Mapping[str, Any]) -> bool:
    """Whether it is a message of SNS, and not an event without one around it."""
    return isinstance(message.get("Type"), str) and message["Type"] in _FIELDS and "TopicArn" in message


def is_of_amazon(url: str) -> bool:
    """Whether an address is of a host of Amazon SNS, over TLS at its usual port and without a user."""
    try:
        parts = urlsplit(url)
        plain_port = parts.port in (None, 443)
    except ValueError:
        return False
    host_only = parts.netloc.removesuffix(":443")
    return parts.scheme == "https" and plain_port and _HOST.fullmatch(host_only) is not None


def _public_key(pem: bytes) -> rsa.RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise SignatureError("The certificate of the message cannot be read.") from None
    key = certificate.public_key()
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SignatureError("The certificate of the message is not valid now.")
    if not isinstance(key, rsa.RSAPublicKey):
        raise SignatureError("The certificate of the message holds no RSA key.")
    return key
