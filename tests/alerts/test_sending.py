"""Alerts are told together, once, outside of quiet hours, and never lost."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from outreach_results.alerts import kept
from outreach_results.alerts.checking import check_rules
from outreach_results.alerts.kept import LOG, set_recipients
from outreach_results.alerts.sending import MOST_OFTEN, send_raised, send_test
from outreach_results.delivery.log import ABANDONED, Status
from outreach_results.delivery.sending import PAUSES, Post
from outreach_results.errors import OutreachError, QueryError
from outreach_results.ingest.load import load
from outreach_results.store import schema
from outreach_results.store.alert_state import AlertCause, AlertState, keep_state, state_in
from outreach_results.store.engine import Store, get_meta
from outreach_results.store.labeling import add_client, choose_client, remove_client
from support import records
from support.http import eventually
from support.mail_server import Hook, MailServer
from support.messaging import send_at_once, sending_process
from support.optional import present

NOON = datetime(2026, 3, 23, 12, 0, tzinfo=UTC)
REST = {"bounce_rate": timedelta(hours=6), "sync_failed": timedelta(hours=6), "positive_reply": timedelta(days=8)}


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: moment


def bounces(campaign_id: str, name: str) -> AlertCause:
    return AlertCause(
        kind="bounce_rate",
        campaign_id=campaign_id,
        title="Bounce rate above 2%",
        name=name,
        what="8.1% of its emails bounced.",
        next_step="Pause it.",
    )


FAILED = AlertCause(
    kind="sync_failed", item="a", title="Sync failed", name="Main", what="The key was refused.", next_step="See Data."
)
TWO = (bounces("a", "Spring"), bounces("b", "Fall"))


def plain(mail: EmailMessage) -> str:
    """The plain text of an email, with the line breaks of the template."""
    return str(present(mail.get_body(("plain",))).get_content()).replace("\r\n", "\n")


def found(store: Store, *causes: AlertCause, now: datetime = NOON) -> None:
    """Have a look at the rules find these and no others."""
    of_kind: dict[str, list[AlertCause] | None] = {kind: [] for kind in REST}
    for cause in causes:
        present(of_kind[cause.kind]).append(cause)
    with store.write(is_data=False) as connection:
        keep_state(connection, (state_in(connection) or AlertState(began_at=NOON)).after(of_kind, now, REST))


def statuses(store: Store) -> list[Status]:
    return [one.status for one in LOG.newest_first(store)]


def under_way(store: Store) -> int:
    with store.read() as connection:
        return len(kept.messages_in(connection))


def test_alerts_are_told_in_one_message_by_kind(sqlite_store: Store, post: Post, inbox: MailServer, hook: Hook) -> None:
    set_recipients(sqlite_store, to=["anna@example.com", "ben@example.com"], webhook=SecretStr(hook.url))
    found(sqlite_store, *TWO, FAILED)
    send_raised(sqlite_store, post, at(NOON))
    first, second = inbox.received()
    assert sorted([first["To"], second["To"]]) == ["anna@example.com", "ben@example.com"]
    assert first["Subject"] == "Outreach Results: Sync failed, bounce rate above 2%"
    text, html = plain(first), present(first.get_body(("html",))).get_content()
    assert "Sync failed\n- Main: The key was refused.\nSee Data.\n" in text
    assert "Bounce rate above 2%\n- Spring: 8.1% of its emails bounced.\n- Fall: 8.1%" in text
    assert html.count("<h2") == 2
    assert "Open the dashboard: https://results.example.com" in text
    assert "• Spring: 8.1% of its emails bounced." in hook.posted[0]["text"]
    assert (statuses(sqlite_store), under_way(sqlite_store)) == ([Status.SENT] * 3, 0)


def test_nothing_is_told_again_while_it_lasts(sqlite_store: Store, post: Post, inbox: MailServer) -> None:
    set_recipients(sqlite_store, to=["anna@example.com"])
    for hours in range(4):
        now = NOON + timedelta(hours=hours)
        found(sqlite_store, *TWO, now=now)
        send_raised(sqlite_store, post, at(now))
    assert len(inbox.received()) == 1


@pytest.mark.parametrize(("away", "messages"), [(timedelta(hours=1), 1), (timedelta(days=1), 2)])
def test_what_came_back_after_its_rest_is_told(
    sqlite_store: Store, post: Post, inbox: MailServer, away: timedelta, messages: int
) -> None:
    """A rate beside its limit comes and goes; that is no news every hour."""
    set_recipients(sqlite_store, to=["anna@example.com"])
    for now, causes in ((NOON, [FAILED]), (NOON + away / 2, []), (NOON + away * 0.9, []), (NOON + away, [FAILED])):
        found(sqlite_store, *causes, now=now)
        send_raised(sqlite_store, post, at(now))
    assert len(inbox.received()) == messages


def test_quiet_hours_hold_back_what_still_lasts(sqlite_store: Store, post: Post, inbox: MailServer) -> None:
    set_recipients(sqlite_store, to=["anna@example.com"], quiet=(20, 7))
    night = NOON + timedelta(hours=10)
    found(sqlite_store, FAILED, bounces("a", "Spring"), now=night)
    send_raised(sqlite_store, post, at(night))
    assert inbox.received() == []
    found(sqlite_store, bounces("a", "Spring"), now=night + timedelta(hours=3))
    send_raised(sqlite_store, post, at(NOON + timedelta(hours=18, minutes=59)))
    assert inbox.received() == []
    send_raised(sqlite_store, post, at(NOON + timedelta(hours=19)))
    (mail,) = inbox.received()
    assert mail["Subject"] == "Outreach Results: Bounce rate above 2%"


def test_one_after_the_other_makes_one_more_message(sqlite_store: Store, post: Post, inbox: MailServer) -> None:
    set_recipients(sqlite_store, to=["anna@example.com"])
    for minutes, causes in enumerate(([FAILED], [FAILED, TWO[0]], [FAILED, *TWO])):
        now = NOON + timedelta(minutes=minutes)
        found(sqlite_store, *causes, now=now)
        send_raised(sqlite_store, post, at(now))
    assert len(inbox.received()) == 1
    send_raised(sqlite_store, post, at(NOON + MOST_OFTEN))
    text = plain(inbox.received()[1])
    assert ("Spring" in text, "Fall" in text, "Sync failed" in text) == (True, True, False)


def test_two_processes_tell_of_an_alert_once(sqlite_store: Store, inbox: MailServer) -> None:
    addresses = [f"p{number}@example.com" for number in range(6)]
    set_recipients(sqlite_store, to=addresses)
    found(sqlite_store, FAILED)
    send_at_once(sqlite_store, inbox, NOON.isoformat())
    assert sorted(mail["To"] for mail in inbox.received()) == addresses


def test_killed_while_sending_sends_nothing_twice(sqlite_store: Store, post: Post, inbox: MailServer) -> None:
    """The server has the first message; the second place was not reached yet, and loses nothing."""
    set_recipients(sqlite_store, to=["hang@example.com", "anna@example.com"])
    found(sqlite_store, FAILED)
    process = sending_process(sqlite_store, inbox, NOON.isoformat())
    present(process.stdin).write(b"go\n")
    present(process.stdin).flush()
    eventually(lambda: len(inbox.received()) == 1)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    for later in (ABANDONED / 2, 2 * ABANDONED, 4 * ABANDONED):
        send_raised(sqlite_store, post, at(NOON + later))
    assert [mail["To"] for mail in inbox.received()] == ["hang@example.com", "anna@example.com"]
    assert {one.place: one.status for one in LOG.newest_first(sqlite_store)} == {
        "hang@example.com": Status.UNKNOWN,
        "anna@example.com": Status.SENT,
    }
    assert under_way(sqlite_store) == 0


def test_what_did_not_arrive_is_tried_a_few_times(
    sqlite_store: Store, post: Post, inbox: MailServer, hook: Hook
) -> None:
    hook.status = 500
    set_recipients(sqlite_store, to=["refused@example.com", "anna@example.com"], webhook=SecretStr(hook.url))
    found(sqlite_store, FAILED)
    now = NOON
    for wait in (timedelta(0), *PAUSES, timedelta(hours=3)):
        now += wait
        send_raised(sqlite_store, post, at(now))
        found(sqlite_store, now=now)  # it ended meanwhile: what is under way is told all the same
    assert len(inbox.received()) == 1
    assert len(hook.posted) == len(PAUSES) + 1
    last = {one.place: (one.status, one.problem) for one in LOG.newest_first(sqlite_store)}
    assert last["webhook"] == (Status.FAILED, "The webhook answered 500.")
    assert last["refused@example.com"][0] == Status.FAILED
    assert under_way(sqlite_store) == 0


def test_who_was_removed_gets_nothing_more(sqlite_store: Store, post: Post, hook: Hook, inbox: MailServer) -> None:
    hook.status = 500
    set_recipients(sqlite_store, webhook=SecretStr(hook.url))
    found(sqlite_store, FAILED)
    send_raised(sqlite_store, post, at(NOON))
    set_recipients(sqlite_store, to=["anna@example.com"], without_webhook=True)
    send_raised(sqlite_store, post, at(NOON + PAUSES[0]))
    assert (len(hook.posted), inbox.received(), under_way(sqlite_store)) == (1, [], 0)


def test_client_is_told_of_its_campaigns_only(sqlite_store: Store, post: Post, inbox: MailServer) -> None:
    acme = add_client(sqlite_store, "Acme")
    load(sqlite_store, "test", [records.campaign("a"), records.campaign("b")])
    choose_client(sqlite_store, ["a"], acme)
    set_recipients(sqlite_store, to=["anna@example.com"])
    set_recipients(sqlite_store, to=["acme@example.com"], client=acme)
    with pytest.raises(QueryError, match="the same for all clients"):
        set_recipients(sqlite_store, client=acme, with_replies=True)
    with pytest.raises(QueryError):
        set_recipients(sqlite_store, to=["x@example.com"], client="nobody")
    found(sqlite_store, FAILED, *TWO)
    send_raised(sqlite_store, post, at(NOON))
    told = {str(mail["To"]): plain(mail) for mail in inbox.received()}
    said = {to: [word for word in ("Sync failed", "Spring", "Fall") if word in text] for to, text in told.items()}
    assert said == {"anna@example.com": ["Sync failed", "Spring", "Fall"], "acme@example.com": ["Spring"]}
    assert under_way(sqlite_store) == 0
    remove_client(sqlite_store, acme)
    later = NOON + timedelta(days=1)
    found(sqlite_store, now=NOON + timedelta(hours=1))
    found(sqlite_store, now=NOON + timedelta(hours=9))
    found(sqlite_store, TWO[0], now=later)
    send_raised(sqlite_store, post, at(later))
    assert [mail["To"] for mail in inbox.received()].count("acme@example.com") == 1


@pytest.mark.parametrize("is_allowed", [False, True])
def test_replies_are_quoted_only_where_allowed(
    sqlite_store: Store, post: Post, inbox: MailServer, hook: Hook, *, is_allowed: bool
) -> None:
    evil = "<!channel> *Call* me at <https://evil.example|here> & <img src=x> {{ 7 * 7 }}"
    reply = records.reply("ada@prospect.example-1", NOON, sentiment="positive", body=evil, name="Ada <b>")
    load(sqlite_store, "test", [records.campaign(name="<i>First</i> @here"), records.email(), reply])
    set_recipients(sqlite_store, to=["anna@example.com"], webhook=SecretStr(hook.url), with_replies=is_allowed)
    with sqlite_store.write() as connection:
        connection.execute(update(schema.loads).values(finished_at=NOON + timedelta(hours=1)))
        keep_state(connection, AlertState(began_at=NOON - timedelta(days=1)))
    check_rules(sqlite_store, NOON + timedelta(hours=1))
    with sqlite_store.read() as connection:  # some sources make the id of the address
        assert "ada@prospect.example" not in present(get_meta(connection, "alert_state"))
    send_raised(sqlite_store, post, at(NOON))
    (mail,) = inbox.received()
    text, html = plain(mail), present(mail.get_body(("html",))).get_content()
    posted = hook.posted[0]["text"]
    assert mail["Subject"] == "Outreach Results: New positive replies"
    assert "Open the inbox: https://results.example.com/inbox?sentiment=positive" in text
    for said in (text, html, posted):
        assert ("Call" in said, "{{ 7" in said, "Ada" in said) == (is_allowed,) * 3
        assert "ada@prospect.example" not in said
    for markup in ("<!channel>", "https://evil", "<i>", "@here"):
        assert markup not in posted
    assert ("<img" in html, "<i>" in html) == (False, False)


def test_test_is_marked_and_tells_nothing_for_good(sqlite_store: Store, post: Post, inbox: MailServer) -> None:
    with pytest.raises(OutreachError, match="No one gets alerts yet"):
        send_test(sqlite_store, post, at(NOON))
    set_recipients(sqlite_store, to=["anna@example.com"])
    assert send_test(sqlite_store, post, at(NOON)) == {"anna@example.com": ""}
    found(sqlite_store, FAILED)
    send_test(sqlite_store, post, at(NOON))
    send_raised(sqlite_store, post, at(NOON))
    empty, trial, real = map(plain, inbox.received())
    assert "Nothing needs attention now." in empty
    assert trial == real
    subjects = [mail["Subject"] for mail in inbox.received()]
    assert subjects[1:] == ["[Test] Outreach Results: Sync failed", "Outreach Results: Sync failed"]
