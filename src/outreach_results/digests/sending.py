"""Sends what is due: one process, once to each place, and with a few attempts where it did not arrive.

A delivery is claimed in the log before it is sent, in a transaction that waits for all others. So of several processes
one sends, and one that is killed while it sends leaves a claim behind: whether that message arrived is not known, and
it is not sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from outreach_results.config import Settings
from outreach_results.digests import smtp, webhook
from outreach_results.digests.due import due_since
from outreach_results.digests.kept import (
    WEBHOOK,
    Delivery,
    Digest,
    Status,
    digests,
    log_in,
    webhook_of,
    write_log,
)
from outreach_results.digests.message import INCOMPLETE, Message, message
from outreach_results.digests.smtp import NotSentError, UnknownOutcomeError
from outreach_results.errors import OutreachError
from outreach_results.export.report import ReportOptions, brand_of
from outreach_results.store.engine import Store, get_meta

TEST = "test"
GRACE = timedelta(hours=3)
"""How long a digest waits for data that is not complete, before it is sent without numbers."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long until each further attempt; then it has failed."""
ABANDONED = timedelta(minutes=10)
"""A claim that is older is that of a process that ended."""
_COUNTS = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """How messages leave: what the settings say, and the limits of waiting, which tests shorten."""

    settings: Settings
    mail_timeout_s: float = smtp.TIMEOUT_S
    hook_timeout_s: float = webhook.TIMEOUT_S

    def options(self) -> ReportOptions:
        """The brand of the settings; names of people are not sent around."""
        own = self.settings
        return ReportOptions(brand_of(own.brand_name, own.brand_color, own.brand_logo))

    def send(self, store: Store, digest: Digest, place: str, built: Message, *, test: bool = False) -> None:
        """Send one message to one place.

        Raises:
            NotSentError, UnknownOutcomeError: see `smtp.send`.
            OutreachError: the settings do not allow it.
        """
        own = self.settings
        if place == WEBHOOK:
            address = webhook_of(store, digest, own.secret_key)
            assert address is not None
            text = f"[Test] {built.webhook_text}" if test else built.webhook_text
            webhook.post(address, text, timeout_s=self.hook_timeout_s)
            return
        server = smtp.mail_server(own.smtp_url, own.smtp_from, timeout_s=self.mail_timeout_s)
        smtp.send(server, built.email(digest, server.sender, place, test=test), place)


def places(digest: Digest) -> tuple[str, ...]:
    """Where a digest is sent."""
    return (*digest.to, *((WEBHOOK,) if digest.webhook_encrypted else ()))


def _utc_now() -> datetime:
    return datetime.now(UTC)


def send_due(store: Store, post: Post, clock: Callable[[], datetime] = _utc_now) -> list[Delivery]:
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


def _send_one(
    store: Store, post: Post, digest: Digest, at: datetime, day: date, clock: Callable[[], datetime]
) -> list[Delivery]:
    last, now = day - timedelta(days=1), clock()
    with store.read() as connection:
        known = log_in(connection)
    open_places = [place for place in places(digest) if _is_open(_entry(known, digest.name, last, place), now)]
    if not open_places:
        return []
    built = counted(store, digest, post, now=now, day=day)
    if built is None or (built.about == INCOMPLETE and now - at < GRACE):
        return []
    attempted = []
    for place in open_places:
        # The time of each claim, because all of them together may take long.
        claimed = _claimed(store, digest.name, last, place, built.about, clock())
        if claimed is not None:
            attempted.append(_attempt(store, post, digest, built, claimed))
    return attempted


def counted(store: Store, digest: Digest, post: Post, *, now: datetime, day: date) -> Message | None:
    """The message as the data is now: counted again where an import changed it meanwhile."""
    for _ in range(_COUNTS):
        version = _version(store)
        built = message(store, digest, post.options(), post.settings.public_url, now=now, day=day)
        if version == _version(store):
            break
    return built


def _version(store: Store) -> str | None:
    with store.read() as connection:
        return get_meta(connection, "data_version")


def _attempt(store: Store, post: Post, digest: Digest, built: Message, claimed: Delivery) -> Delivery:
    settled = _outcome(lambda: post.send(store, digest, claimed.place, built), claimed)
    with store.write(exclusive=True, is_data=False) as connection:
        known = [one for one in log_in(connection) if not _is_same(one, claimed)]
        write_log(connection, [*known, settled])
    if settled.problem:
        _log.warning("Digest %r to %s: %s", digest.name, _shown(settled.place), settled.problem)
    return settled


def _outcome(send: Callable[[], None], claimed: Delivery) -> Delivery:
    try:
        send()
    except UnknownOutcomeError as error:
        return claimed.model_copy(update={"status": Status.UNKNOWN, "problem": str(error)})
    except (NotSentError, OutreachError) as error:
        is_final = isinstance(error, NotSentError) and error.is_final
        if is_final or claimed.attempts > len(PAUSES):
            return claimed.model_copy(update={"status": Status.FAILED, "problem": str(error)})
        next_at = claimed.at + PAUSES[claimed.attempts - 1]
        return claimed.model_copy(update={"status": Status.RETRY, "problem": str(error), "next_at": next_at})
    return claimed.model_copy(update={"status": Status.SENT, "problem": "", "next_at": None})


def send_test(store: Store, post: Post, digest: Digest, *, now: datetime | None = None) -> dict[str, str]:
    """Send the newest period's digest now, marked as a test; by place, what went wrong, '' where nothing did.

    Raises:
        OutreachError: there is no data to send.
    """
    now = now or datetime.now(UTC)
    day = now.astimezone(store.zone()).date()
    built = counted(store, digest, post, now=now, day=day)
    if built is None:
        raise OutreachError("There are no results yet. Import a file or sync an account first.")
    results = {}
    deliveries = []
    for place in places(digest):
        trial = Delivery(
            digest=digest.name, last=built.period.last, place=place, status=Status.SENDING, about=TEST, at=now
        )
        ended = _outcome(partial(post.send, store, digest, place, built, test=True), trial)
        status = Status.FAILED if ended.status == Status.RETRY else ended.status  # a test is not tried again
        deliveries.append(ended.model_copy(update={"status": status, "next_at": None}))
        results[place] = ended.problem
    with store.write(exclusive=True, is_data=False) as connection:
        write_log(connection, [*log_in(connection), *deliveries])
    return results


def _entry(known: list[Delivery], digest: str, last: date, place: str) -> Delivery | None:
    mine = (one for one in known if one.about != TEST)
    return next((one for one in mine if (one.digest, one.last, one.place) == (digest, last, place)), None)


def _is_same(one: Delivery, other: Delivery) -> bool:
    return one.about != TEST and (one.digest, one.last, one.place) == (other.digest, other.last, other.place)


def _is_open(entry: Delivery | None, now: datetime) -> bool:
    if entry is None:
        return True
    if entry.status == Status.SENDING:
        return now - entry.at > ABANDONED  # to be settled, not to be sent
    return entry.status == Status.RETRY and entry.next_at is not None and entry.next_at <= now


def _claimed(store: Store, digest: str, last: date, place: str, about: str, now: datetime) -> Delivery | None:
    """Claim a delivery; None where another process has it, or nobody may send it any more."""
    with store.write(exclusive=True, is_data=False) as connection:
        known = log_in(connection)
        entry = _entry(known, digest, last, place)
        if not _is_open(entry, now):
            return None
        others = [one for one in known if one is not entry]
        if entry is not None and entry.status == Status.SENDING:
            lost = "Its process ended while it was sending; it may have arrived, and is not sent again."
            write_log(connection, [*others, entry.model_copy(update={"status": Status.UNKNOWN, "problem": lost})])
            return None
        attempts = 1 if entry is None else entry.attempts + 1
        claim = Delivery(
            digest=digest, last=last, place=place, status=Status.SENDING, about=about, attempts=attempts, at=now
        )
        write_log(connection, [*others, claim])
        return claim


def _shown(place: str) -> str:
    return "the webhook" if place == WEBHOOK else place
