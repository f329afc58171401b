"""Sends the digests that are due: counted right before, once to each place."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

from outreach_results.delivery.log import Status
from outreach_results.delivery.sending import Clock, Post, send_each, send_tests, utc_now
from outreach_results.digests.due import due_since
from outreach_results.digests.kept import LOG, Digest, DigestDelivery, digests
from outreach_results.digests.message import INCOMPLETE, Message, message
from outreach_results.errors import OutreachError
from outreach_results.export.report import ReportOptions, brand_for, brand_of
from outreach_results.store.engine import Store

GRACE = timedelta(hours=3)
"""How long a digest waits for data that is not complete, before it is sent without numbers."""
_COUNTS = 3

_log = logging.getLogger(__name__)


def send_due(store: Store, post: Post, clock: Clock = utc_now) -> list[DigestDelivery]:
    """Send every digest that is due, and what has to be tried again; the deliveries that were attempted."""
    now = clock()
    attempted = []
    for digest in digests(store):
        found = due_since(digest, now, store.zone())
        if found is None:
            continue
        try:
            attempted += _send_one(store, post, digest, *found, clock)
        except OutreachError as error:  # it concerns this digest; the others are sent all the same
            _log.warning("The digest %r could not be sent: %s", digest.name, error)
    return attempted


def _send_one(store: Store, post: Post, digest: Digest, at: datetime, day: date, clock: Clock) -> list[DigestDelivery]:
    now = clock()
    wanted = LOG.open_ones(store, _deliveries(digest, day - timedelta(days=1), now))
    if not wanted:
        return []
    built = counted(store, digest, post, now=now, day=day)
    if built is None or (built.about == INCOMPLETE and now - at < GRACE):
        return []
    wanted = [one.model_copy(update={"about": built.about}) for one in wanted]
    return send_each(store, post, LOG, digest, built.words, wanted, clock)


def _deliveries(digest: Digest, last: date, now: datetime) -> list[DigestDelivery]:
    return [
        DigestDelivery(digest=digest.name, last=last, place=place, status=Status.SENDING, about="", at=now)
        for place in digest.places
    ]


def counted(store: Store, digest: Digest, post: Post, *, now: datetime, day: date) -> Message | None:
    """The message as the data is now: counted again where an import changed it meanwhile."""
    own = post.settings
    account = brand_of(own.brand_name, own.brand_color, own.brand_logo)
    options = ReportOptions(brand_for(store, digest.clients, account))  # and no names of people
    for _ in range(_COUNTS):
        version = store.version()
        built = message(store, digest, options, own.public_url, now=now, day=day)
        if version == store.version():
            break
    return built


def send_test(store: Store, post: Post, digest: Digest, *, now: datetime | None = None) -> dict[str, str]:
    """Send the newest period's digest now, marked as a test; by place, what went wrong, '' where nothing did.

    Raises:
        OutreachError: there is no data to send.
    """
    now = now or datetime.now(UTC)
    built = counted(store, digest, post, now=now, day=now.astimezone(store.zone()).date())
    if built is None:
        raise OutreachError("There are no results yet. Import a file or sync an account first.")
    return send_tests(store, post, LOG, digest, built.words, _deliveries(digest, built.period.last, now))
