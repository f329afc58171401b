"""Sends one message to each place: claimed before it is sent, and tried again a few times where it did not arrive.

A process that is killed while it sends leaves its claim behind: whether that message arrived is not known, and it is
not sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from outreach_results.config import Settings
from outreach_results.delivery import smtp, webhook
from outreach_results.delivery.log import TEST, D, Log, Status
from outreach_results.delivery.recipients import WEBHOOK, Recipients
from outreach_results.delivery.smtp import NotSentError, UnknownOutcomeError
from outreach_results.delivery.wording import Words
from outreach_results.errors import OutreachError
from outreach_results.store.engine import Store

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long until each further attempt; then it has failed."""

Clock = Callable[[], datetime]

_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The clock of whatever is not a test."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Post:
    """How messages leave: what the settings say, and the limits of waiting, which tests shorten."""

    settings: Settings
    mail_timeout_s: float = smtp.TIMEOUT_S
    hook_timeout_s: float = webhook.TIMEOUT_S

    def send(self, store: Store, to: Recipients, place: str, words: Words, *, is_test: bool = False) -> None:
        """Send one message to one place.

        Raises:
            NotSentError, UnknownOutcomeError: see `smtp.send`.
            OutreachError: the settings do not allow it.
        """
        own = self.settings
        if place == WEBHOOK:
            address = to.webhook(store, own.secret_key)
            if address is None:
                raise NotSentError("The webhook was removed.", is_final=True)
            text = f"[Test] {words.webhook_text}" if is_test else words.webhook_text
            webhook.post(address, text, timeout_s=self.hook_timeout_s)
            return
        server = smtp.mail_server(own.smtp_url, own.smtp_from, timeout_s=self.mail_timeout_s)
        smtp.send(server, words.email(server.sender, place, is_test=is_test), place)


def send_each(
    store: Store, post: Post, log: Log[D], to: Recipients, words: Words, wanted: Sequence[D], clock: Clock
) -> list[D]:
    """Send one message to those of its places to which it may be sent now; what was attempted."""
    attempted = []
    for one in wanted:
        # The time of each claim, because all of them together may take long.
        claim = log.claimed(store, one.model_copy(update={"at": clock()}))
        if claim is None:
            continue
        ended = outcome(partial(post.send, store, to, claim.place, words), claim)
        log.settle(store, ended)
        if ended.problem:
            place = "the webhook" if ended.place == WEBHOOK else ended.place
            _log.warning("%r to %s: %s", ended.title, place, ended.problem)
        attempted.append(ended)
    return attempted


def send_tests(
    store: Store, post: Post, log: Log[D], to: Recipients, words: Words, wanted: Sequence[D]
) -> dict[str, str]:
    """Send a message to all its places, marked as a test; by place, what went wrong, '' where nothing did."""
    ended = []
    for one in wanted:
        trial = outcome(
            partial(post.send, store, to, one.place, words, is_test=True), one.model_copy(update={"about": TEST})
        )
        status = Status.FAILED if trial.status == Status.RETRY else trial.status  # a test is not tried again
        ended.append(trial.model_copy(update={"status": status, "next_at": None}))
    log.add(store, ended)
    return {one.place: one.problem for one in ended}


def outcome(send: Callable[[], None], claimed: D) -> D:
    """What becomes of a claim when it is sent."""
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
