"""Tells of what was raised: together in one message, outside of quiet hours, once.

A message is kept in the transaction that marks its alerts as told, and stays until it arrived everywhere or cannot. So
a process that ends at any point loses none, and another one goes on with what was under way.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from outreach_results.alerts.checking import check_rules
from outreach_results.alerts.kept import (
    LOG,
    AlertDelivery,
    AlertMessage,
    keep_messages,
    messages_in,
    recipients,
    recipients_in,
)
from outreach_results.alerts.message import subject_of, words
from outreach_results.delivery.log import Status
from outreach_results.delivery.sending import Clock, Post, send_each, send_tests, utc_now
from outreach_results.errors import OutreachError, QueryError
from outreach_results.results import chosen_campaigns
from outreach_results.store.alert_state import AlertCause, RaisedAlert, keep_state, state_in
from outreach_results.store.engine import Store, zone_of

MOST_OFTEN = timedelta(minutes=15)
"""So long after a message what is raised is collected for the next: replies often come one after the other."""

_log = logging.getLogger(__name__)


def check(store: Store, post: Post, clock: Clock = utc_now) -> list[AlertDelivery]:
    """Look at all rules, then tell of what was raised; the deliveries that were attempted."""
    check_rules(store, clock())
    return send_raised(store, post, clock)


def send_raised(store: Store, post: Post, clock: Clock = utc_now) -> list[AlertDelivery]:
    """Tell of what was raised and not told, and try again what did not arrive; the deliveries that were attempted."""
    with store.read() as connection:
        is_quiet = recipients_in(connection).is_quiet(clock(), zone_of(connection))
    if is_quiet:  # another attempt is held back too
        return []
    if _has_news(store):
        _begin_message(store, clock())
    with store.read() as connection:
        under_way = messages_in(connection)
    attempted = []
    for message in under_way:
        try:
            attempted += _send(store, post, message, clock)
        except OutreachError as error:  # it concerns this message; the others are sent all the same
            _log.warning("An alert could not be sent: %s", error)
    return attempted


def send_test(store: Store, post: Post, clock: Clock = utc_now, *, client: str | None = None) -> dict[str, str]:
    """Send what is raised now, marked as a test; by place, what went wrong, '' where nothing did.

    Args:
        client: to the recipients of this client; None is those of everything.

    Raises:
        OutreachError: nobody gets alerts.
    """
    to, now = recipients(store).of(client), clock()
    if not to.places:
        raise OutreachError("No one gets alerts yet. Add an email address or a webhook first.")
    with store.read() as connection:
        state = state_in(connection)
    own = _campaigns(store, client)
    alerts = [alert for alert in ([] if state is None else state.open_alerts) if _concerns(alert.cause, own)]
    trial = AlertMessage(message_id=secrets.token_hex(8), at=now, places=to.places, causes=())
    built = words(store, post.settings, to, trial.message_id, alerts)
    return send_tests(store, post, LOG, to, built, _deliveries(trial, "", now))


def _has_news(store: Store) -> bool:
    """Whether there is something to tell: most looks end here, without the lock that a write takes."""
    with store.read() as connection:
        state = state_in(connection)
    return state is not None and any(alert.is_open and not alert.is_told for alert in state.alerts)


def _begin_message(store: Store, now: datetime) -> None:
    """Keep the messages on what was raised, unless nobody gets any or the last ones were only just sent."""
    campaigns = {client: _campaigns(store, client) for client in (None, *recipients(store).clients)}
    with store.write(exclusive=True, is_data=False) as connection:
        state, to = state_in(connection), recipients_in(connection)
        if state is None or (state.told_at is not None and now - state.told_at < MOST_OFTEN):
            return
        news = [alert.cause for alert in state.open_alerts if not alert.is_told]
        messages = [
            AlertMessage(
                message_id=secrets.token_hex(8), client=client, at=now, places=to.of(client).places, causes=concerning
            )
            for client, own in campaigns.items()
            if to.of(client).places and (concerning := tuple(cause for cause in news if _concerns(cause, own)))
        ]
        if messages:
            keep_messages(connection, [*messages_in(connection), *messages])
            keep_state(connection, state.told(now))


def _campaigns(store: Store, client: str | None) -> frozenset[str] | None:
    """The campaigns of a client, none where it is gone; None is all campaigns and the account."""
    if client is None:
        return None
    try:
        return frozenset(chosen_campaigns(store, clients=(client,)) or ())
    except QueryError:  # told of nothing, and never of the campaigns of others
        return frozenset()


def _concerns(cause: AlertCause, campaigns: frozenset[str] | None) -> bool:
    return campaigns is None or cause.campaign_id in campaigns


def _send(store: Store, post: Post, message: AlertMessage, clock: Clock) -> list[AlertDelivery]:
    attempted, to = [], recipients(store).of(message.client)
    # Whom somebody removed meanwhile gets nothing more.
    wanted = [one for one in _deliveries(message, subject_of(message.causes), clock()) if one.place in to.places]
    ready = LOG.open_ones(store, wanted)
    if ready:
        alerts = [RaisedAlert(cause=cause, since=message.at) for cause in message.causes]
        built = words(store, post.settings, to, message.message_id, alerts)
        attempted = send_each(store, post, LOG, to, built, ready, clock)
    with store.read() as connection:
        is_over = all(LOG.is_over(connection, one) for one in wanted)
    if is_over:
        with store.write(exclusive=True, is_data=False) as connection:
            others = [one for one in messages_in(connection) if one.message_id != message.message_id]
            keep_messages(connection, others)
    return attempted


def _deliveries(message: AlertMessage, about: str, now: datetime) -> list[AlertDelivery]:
    return [
        AlertDelivery(message_id=message.message_id, place=place, status=Status.SENDING, about=about, at=now)
        for place in message.places
    ]
