"""A digest has the numbers of the page, is sent once, and says what it cannot know."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from outreach_results import results
from outreach_results.delivery.log import ABANDONED, Status
from outreach_results.delivery.sending import PAUSES, Post
from outreach_results.digests import kept
from outreach_results.digests.kept import LOG, Digest, Every, add_digest
from outreach_results.digests.message import EMPTY, INCOMPLETE, message
from outreach_results.digests.sending import GRACE, send_due, send_test
from outreach_results.export.report import ReportOptions, report_content
from outreach_results.models import Filters
from outreach_results.store import labeling, schema
from outreach_results.store.engine import Store, open_store, set_meta
from outreach_results.store.sync_runs import keep_start_failure
from support.mail_server import Hook, MailServer
from support.optional import present

MONDAY = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: moment


def weekly(store: Store, *to: str, **options: object) -> Digest:
    """A digest of the week, set up before the week was over."""
    added = add_digest(store, "Team", Every.WEEKLY, to=to, **options)  # type: ignore[arg-type]
    return backdated(store, added)


def backdated(store: Store, digest: Digest) -> Digest:
    """The same, set up a year before the sample's last week."""
    old = digest.model_copy(update={"created_at": datetime(2025, 3, 1, tzinfo=UTC)})
    with store.write(is_data=False) as connection:
        set_meta(connection, "digests", kept._LISTED.dump_json([old]).decode())
    return old


def statuses(store: Store) -> list[Status]:
    return [one.status for one in LOG.newest_first(store)]


def test_received_digest_has_the_numbers_of_the_page(store: Store, post: Post, inbox: MailServer) -> None:
    weekly(store, "anna@example.com")
    send_due(store, post, at(MONDAY))
    (mail,) = inbox.received()
    period = present(results.chosen_period(store, Filters(), "last_week", today=MONDAY.date()))
    report = report_content(store, period)
    text, html = (present(mail.get_body((kind,))).get_content() for kind in ("plain", "html"))
    for outcome in report.outcomes:
        assert f"{outcome.label}: {outcome.value}" in text
        assert outcome.value in html
    for sentence in report.changes:
        assert sentence in text
    assert mail["Subject"] == "Weekly campaign digest: Mar 16 – 22, 2026"
    assert "Mar 16 – 22, 2026, time zone UTC." in text
    assert "https://results.example.com/?period=custom&days=2026-03-16..2026-03-22" in text
    assert (mail["To"], mail["From"]) == ("anna@example.com", "results@example.com")
    assert "<style" not in html


def test_digest_of_a_client_is_of_nobody_else(store: Store, post: Post, inbox: MailServer) -> None:
    acme = labeling.add_client(store, "Acme & Söhne")
    digest = weekly(store, "anna@example.com", clients=(acme,))
    labeling.choose_client(store, ["camp_0e649d"], acme)  # after the digest was set up
    of_client = results.narrowed(store, Filters(), clients=[acme])
    send_due(store, post, at(MONDAY))
    (mail,) = inbox.received()
    first = present(mail.get_body(("plain",))).get_content()
    period = present(results.chosen_period(store, of_client, "last_week", today=MONDAY.date()))
    for outcome in report_content(store, period).outcomes:
        assert f"{outcome.label}: {outcome.value}" in first
    assert "Acme & Söhne · Mar 16 – 22, 2026" in first
    assert "?period=custom&days=2026-03-16..2026-03-22&client=acme-s~C3~B6hne" in first
    labeling.choose_client(store, ["camp_0e649d"], None)
    about, said = written(store, digest)
    assert (about, "Nothing was sent and nothing happened in Mar 16 – 22, 2026." in said) == (EMPTY, True)
    labeling.remove_client(store, acme)
    about, said = written(store, digest)
    assert (about, f"There is no client {acme!r}." in said) == (INCOMPLETE, True)


def written(store: Store, digest: Digest) -> tuple[str, str]:
    """What the digest of `MONDAY` is about, and its text."""
    made = present(message(store, digest, ReportOptions(), None, now=MONDAY, day=MONDAY.date()))
    return made.about, made.words.text


def test_digest_is_sent_once(store: Store, post: Post, inbox: MailServer) -> None:
    weekly(store, "anna@example.com", "ben@example.com")
    for hours in (0, 1, 5, 48):
        send_due(store, post, at(MONDAY + timedelta(hours=hours)))
    assert sorted(mail["To"] for mail in inbox.received()) == ["anna@example.com", "ben@example.com"]
    assert statuses(store) == [Status.SENT, Status.SENT]


def test_half_of_the_recipients_are_refused(store: Store, post: Post, inbox: MailServer) -> None:
    weekly(store, "refused@example.com", "anna@example.com", "later@example.com")
    now = MONDAY
    for wait in (timedelta(0), *PAUSES, timedelta(hours=5)):
        now += wait
        send_due(store, post, at(now))
    assert [mail["To"] for mail in inbox.received()] == ["anna@example.com"]
    found = {one.place: one for one in LOG.newest_first(store)}
    assert found["anna@example.com"].status == Status.SENT
    assert (found["refused@example.com"].status, found["refused@example.com"].attempts) == (Status.FAILED, 1)
    assert found["refused@example.com"].problem == "refused@example.com was refused: 550 No such user"
    assert (found["later@example.com"].status, found["later@example.com"].attempts) == (
        Status.FAILED,
        len(PAUSES) + 1,
    )


def test_server_that_hangs_is_not_asked_again(store: Store, post: Post, inbox: MailServer) -> None:
    """It has the message, and did not say whether it keeps it: a second one could be a second email."""
    weekly(store, "hang@example.com")
    for hours in (0, 2, 24):
        send_due(store, post, at(MONDAY + timedelta(hours=hours)))
    assert len(inbox.received()) == 1
    assert statuses(store) == [Status.UNKNOWN]
    assert LOG.newest_first(store)[0].problem == "The mail server did not answer in time; the email may have been sent."


def test_unreachable_server_is_tried_again(store: Store, post: Post, inbox: MailServer) -> None:
    weekly(store, "anna@example.com")
    down = Post(post.settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:9")}), mail_timeout_s=1.0)
    send_due(store, down, at(MONDAY))
    (first,) = LOG.newest_first(store)
    assert (first.status, first.next_at) == (Status.RETRY, MONDAY + PAUSES[0])
    assert first.problem.startswith("The mail server 127.0.0.1:9 cannot be reached: ")
    send_due(store, post, at(MONDAY + PAUSES[0] - timedelta(seconds=1)))
    assert inbox.received() == []
    send_due(store, post, at(MONDAY + PAUSES[0]))
    assert len(inbox.received()) == 1
    assert statuses(store) == [Status.SENT]


def test_webhook_that_answers_500_is_tried_again(store: Store, post: Post, hook: Hook) -> None:
    hook.status = 500
    digest = weekly(store, webhook=SecretStr(hook.url))
    assert hook.url not in digest.model_dump_json()
    send_due(store, post, at(MONDAY))
    assert (statuses(store), LOG.newest_first(store)[0].problem) == ([Status.RETRY], "The webhook answered 500.")
    hook.status = 200
    send_due(store, post, at(MONDAY + PAUSES[0]))
    assert statuses(store) == [Status.SENT]
    text = hook.posted[-1]["text"]
    assert "Mar 16 – 22, 2026, time zone UTC." in text
    assert "|Open this view>" in text


def test_webhook_that_refuses_is_not_tried_again(store: Store, post: Post, hook: Hook) -> None:
    hook.status = 404
    weekly(store, webhook=SecretStr(hook.url))
    for hours in (0, 1, 2):
        send_due(store, post, at(MONDAY + timedelta(hours=hours)))
    assert (len(hook.posted), statuses(store)) == (1, [Status.FAILED])


def test_quiet_week_says_so_instead_of_numbers(store: Store, post: Post, inbox: MailServer) -> None:
    quiet = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    with store.write() as connection:
        connection.execute(update(schema.loads).values(finished_at=quiet - timedelta(hours=2)))
    weekly(store, "anna@example.com")
    send_due(store, post, at(quiet))
    (mail,) = inbox.received()
    text = present(mail.get_body(("plain",))).get_content()
    assert mail["Subject"] == "Weekly campaign digest: May 25 – 31, 2026, no activity"
    assert "Nothing was sent and nothing happened in May 25 – 31, 2026. The last activity was on Mar 27, 2026." in text
    assert "Positive replies" not in text
    assert LOG.newest_first(store)[0].about == "empty"


def test_week_that_is_not_all_here_waits_then_says_so(store: Store, post: Post, inbox: MailServer) -> None:
    with store.write() as connection:
        connection.execute(update(schema.loads).values(finished_at=datetime(2026, 3, 20, 12, 0, tzinfo=UTC)))
    weekly(store, "anna@example.com")
    send_due(store, post, at(MONDAY))
    assert inbox.received() == []
    send_due(store, post, at(MONDAY + GRACE))
    (mail,) = inbox.received()
    assert mail["Subject"].endswith("not complete")
    text = present(mail.get_body(("plain",))).get_content()
    assert "Nothing was imported since Mar 20, 2026, 12:00 PM, before Mar 22, 2026 was over." in text
    assert "Positive replies" not in text


def test_failed_sync_makes_a_digest_incomplete(store: Store, post: Post, inbox: MailServer) -> None:
    keep_start_failure(store, "https://platform.example.com", "the key was refused")
    weekly(store, "anna@example.com")
    send_due(store, post, at(MONDAY + GRACE))
    (mail,) = inbox.received()
    text = present(mail.get_body(("plain",))).get_content()
    assert "The last sync of https://platform.example.com did not bring in everything." in text


def test_claim_of_a_killed_process_is_not_sent_again(store: Store, post: Post, inbox: MailServer) -> None:
    weekly(store, "anna@example.com")
    send_due(store, post, at(MONDAY))
    with store.write(is_data=False) as connection:
        (entry,) = LOG.entries(connection)
        LOG.write(connection, [entry.model_copy(update={"status": Status.SENDING})])
    send_due(store, post, at(MONDAY + ABANDONED / 2))
    assert statuses(store) == [Status.SENDING]
    send_due(store, post, at(MONDAY + 2 * ABANDONED))
    assert statuses(store) == [Status.UNKNOWN]
    assert len(inbox.received()) == 1


def test_test_is_marked_and_counts_as_nothing(store: Store, post: Post, inbox: MailServer) -> None:
    digest = weekly(store, "anna@example.com", "refused@example.com")
    problems = send_test(store, post, digest, now=MONDAY)
    assert problems["anna@example.com"] == ""
    assert problems["refused@example.com"].endswith("550 No such user")
    assert inbox.received()[0]["Subject"].startswith("[Test] ")
    send_due(store, post, at(MONDAY))
    assert len(inbox.received()) == 2


def test_words_of_strangers_stay_text(store: Store, post: Post, inbox: MailServer, hook: Hook) -> None:
    evil = "<img src=x> *b* <!channel> & {{ 7 * 7 }}"
    with store.write() as connection:
        connection.execute(update(schema.campaigns).values(name=evil))
    weekly(store, "anna@example.com", webhook=SecretStr(hook.url))
    send_due(store, post, at(MONDAY))
    html = present(inbox.received()[0].get_body(("html",))).get_content()
    assert "<img" not in html
    assert "{{ 7 * 7 }}" in html
    assert "<!channel>" not in hook.posted[0]["text"]


def test_digest_without_a_mail_server_says_what_to_set(store: Store, post: Post) -> None:
    weekly(store, "anna@example.com")
    unset = Post(post.settings.model_copy(update={"smtp_url": None}))
    send_due(store, unset, at(MONDAY))
    assert (
        LOG.newest_first(store)[0].problem
        == "Set OUTREACH_SMTP_URL and OUTREACH_SMTP_FROM, so that emails can be sent."
    )


def test_log_survives_a_restart(store: Store, post: Post, inbox: MailServer) -> None:
    weekly(store, "anna@example.com")
    send_due(store, post, at(MONDAY))
    with closing(open_store(store.engine.url.render_as_string(hide_password=False))) as again:
        send_due(again, post, at(MONDAY + timedelta(hours=1)))
        assert [one.place for one in LOG.newest_first(again)] == ["anna@example.com"]
    assert len(inbox.received()) == 1


@pytest.mark.parametrize("every", list(Every))
def test_every_kind_is_about_the_period_before(store: Store, post: Post, inbox: MailServer, every: Every) -> None:
    now = {
        Every.DAILY: datetime(2026, 3, 20, 9, tzinfo=UTC),
        Every.WEEKLY: MONDAY,
        Every.MONTHLY: datetime(2026, 3, 1, 9, tzinfo=UTC),
    }[every]
    backdated(store, add_digest(store, "Team", every, to=("anna@example.com",)))
    send_due(store, post, at(now))
    days = {Every.DAILY: "Mar 19, 2026", Every.WEEKLY: "Mar 16 – 22, 2026", Every.MONTHLY: "Feb 1 – 28, 2026"}[every]
    assert inbox.received()[0]["Subject"] == f"{every.capitalize()} campaign digest: {days}"
