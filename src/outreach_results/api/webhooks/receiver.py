"""Receives a delivery: who sent it, what is in it, and the answer once it is on the disk."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request

from outreach_results.api.access import Access
from outreach_results.api.encoded import RequestHeaders
from outreach_results.api.problems import Fault, ProblemError
from outreach_results.api.webhooks.amazon import AmazonSns, is_message
from outreach_results.api.webhooks.bodies import Bodies, not_readable, objects_in
from outreach_results.api.webhooks.signatures import Delivery, SignatureError
from outreach_results.api.webhooks.sources import WebhookSource, webhook_sources
from outreach_results.api.webhooks.writer import PostWriter, WritePosts
from outreach_results.config import settings
from outreach_results.ingest.content import content_of
from outreach_results.ingest.posts import Post
from outreach_results.models import Ingested
from outreach_results.store.api_keys import KeyScope, ValidKeys

REASONS_TOLD = 3


class Receiver:
    """Receives deliveries of all services."""

    def __init__(self, access: Access, write: WritePosts, amazon: AmazonSns | None = None) -> None:
        self._access = access
        self._amazon = amazon or AmazonSns()
        self._sources = webhook_sources(self._amazon)
        self._bodies = Bodies()
        self._writer = PostWriter(write)

    async def receive(
        self, request: Request, headers: RequestHeaders, keys: ValidKeys, source_name: str, campaign: str | None
    ) -> Ingested:
        """Receive one delivery.

        Raises:
            ProblemError: it is refused, and nothing of it was kept.
        """
        source = self._sources[source_name]
        has_key = self._has_key(request, headers, keys, source)
        async with self._bodies.body_of(request) as body:
            delivery = Delivery(request.headers, body, _target(request, source.name))
            try:
                is_signed = await run_sync(self._is_signed, source, delivery)
                if not is_signed and not has_key:
                    raise self._access.failed(request.scope, _unsigned(source))
                objects = objects_in(body, source.form_field)
                if source.signer is self._amazon:
                    objects = await run_sync(self._without_confirmations, objects)
            except SignatureError as error:
                raise self._access.failed(request.scope, _wrong_signature(error)) from None
            if objects and not source.entry.recognizes(content_of(objects, source.name)):
                raise not_readable(f"The body is none of {source.entry.name}.")
            if not objects:  # a test of the service, or a confirmation
                return Ingested(source=source.name, received=0, rejected=0, reasons=[])
            receipt = await self._writer.add(Post(source.entry, objects, campaign, len(body)))
        reasons = [f"{item.column}: {item.reason}" if item.column else item.reason for item in receipt.rejected]
        return Ingested(
            source=source.name,
            received=receipt.received,
            rejected=len(reasons),
            reasons=list(dict.fromkeys(reasons))[:REASONS_TOLD],
        )

    def _has_key(self, request: Request, headers: RequestHeaders, keys: ValidKeys, source: WebhookSource) -> bool:
        """Whether the request has a valid key; without any, a signature may take its place.

        Raises:
            ProblemError: the key is wrong, or there is none and no signature could replace it.
        """
        refusal = self._access.refusal(request.scope, headers, keys, KeyScope.INGEST)
        if refusal is None:
            return True
        can_be_signed = source.signer is not None and source.signer.can_verify(settings())
        if headers.authorization is None and can_be_signed:
            return False
        raise refusal

    def _is_signed(self, source: WebhookSource, delivery: Delivery) -> bool:
        return source.signer is not None and source.signer.verify(delivery, settings())

    def _without_confirmations(self, objects: list[Any]) -> list[Any]:
        """What remains once requests to confirm a subscription are confirmed at Amazon."""
        for message in objects:
            if is_message(message) and message["Type"] == "SubscriptionConfirmation":
                self._amazon.confirm(message)
        return [item for item in objects if not is_message(item) or item["Type"] == "Notification"]


def _target(request: Request, source: str) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"/ingest/{source}?{query}" if query else f"/ingest/{source}"


def _unsigned(source: WebhookSource) -> ProblemError:
    fault = Fault(
        detail=f"This needs an API key of the scope ingest, or the signature of {source.entry.name}.",
        parameter="Authorization",
        allowed="Authorization: Bearer KEY, or Basic with the key as password",
    )
    return ProblemError(401, fault, headers={"WWW-Authenticate": 'Bearer realm="Outreach Results"'})


def _wrong_signature(error: SignatureError) -> ProblemError:
    fault = Fault(detail=f"{error} Nothing was kept.", allowed="the signature of the service, by the key that is set")
    return ProblemError(401, fault, headers={"WWW-Authenticate": 'Bearer realm="Outreach Results"'})
