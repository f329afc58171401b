"""Everything that happened between us and the prospect who replied."""

from __future__ import annotations

from importlib import import_module

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.models import EventType, Sentiment
from outreach_results.results.timeline import SentEmail
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Action
from support.optional import present
from support.records import CAMPAIGN, at, campaign, email, event, reply

module = import_module("outreach_results.results.timeline")  # the package exports its function under this name


def timeline_of(store, reply_id="r1"):
    """Type, email and count of each entry."""
    result = results.timeline(store, CAMPAIGN, reply_id).events
    return [(str(one.type), one.email, one.count) for one in result]


def test_timeline_spans_all_emails(store):
    load(
        store,
        "campaign",
        [
            campaign(),
            email("e1", at(5)),
            email("e2", at(9)),
            email("other", at(5), recipient="grace@prospect.example"),
            event("delivered", at(5, 13)),
            event("bounced", at(5, 13), email_id="other"),
            event("opened", at(6)),
            event("delivered", at(9, 13), email_id="e2"),
            event("clicked", at(10), email_id="e2", url="https://example.com/a"),
            event("meeting_booked", at(12), email_id="e2"),
            event("unsubscribed", at(13), email_id="e2"),
            reply("r1", at(7)),
            reply("r2", at(11), email_id="e2"),
            reply("r3", at(11), email_id="other"),
        ],
    )
    assert timeline_of(store) == [
        ("sent", 1, 1),
        ("delivered", 1, 1),
        ("opened", 1, 1),
        ("replied", 1, 1),
        ("sent", 2, 1),
        ("delivered", 2, 1),
        ("clicked", 2, 1),
        ("replied", 2, 1),
        ("meeting_booked", 2, 1),
        ("unsubscribed", 2, 1),
    ]
    assert timeline_of(store, "r2") == timeline_of(store)
    assert results.timeline(store, CAMPAIGN, "r1").emails == 2


def test_marked_meeting_is_listed_with_who_marked_it(store):
    load(store, "campaign", [campaign(), email(), reply("r1", at(7))])
    state_changes.change_reply(store, CAMPAIGN, "r1", Action.MEETING_BOOKED, by="Ana", seen_version=0)
    found = results.timeline(store, CAMPAIGN, "r1")
    assert [(str(one.type), one.marked_by) for one in found.events[1:]] == [
        ("replied", None),
        ("meeting_booked", "Ana"),
    ]
    assert not found.has_source_meeting
    load(store, "events", [event("meeting_booked", at(8))])
    found = results.timeline(store, CAMPAIGN, "r1")
    assert [one.marked_by for one in found.events if one.type == EventType.MEETING_BOOKED] == [None, "Ana"]
    assert found.has_source_meeting


def test_answered_email_comes_with_its_text(store):
    sent = email("e1", at(5))._replace(subject="Hello", text="Dear Ada", mailbox="claire@team.example", step="2")
    load(store, "campaign", [campaign(), sent, reply("r1", at(7)), reply("r2", at(8), email_id=None)])
    answered = results.timeline(store, CAMPAIGN, "r1").answered
    assert answered == SentEmail(at(5), "2", None, "claire@team.example", "Hello", "Dear Ada")
    assert results.timeline(store, CAMPAIGN, "r2").answered is None


def test_equal_events_are_one_entry_machines_apart(store):
    opened = [event("opened", at(6, hour)) for hour in (9, 15, 12)]
    machine = [event("opened", at(5, 13), is_machine=True), event("opened", at(8), is_machine=True)]
    load(store, "campaign", [campaign(), email(), *opened, *machine, reply("r1", at(7))])
    result = results.timeline(store, CAMPAIGN, "r1").events
    opens = [(one.count, one.is_machine, one.at, one.last_at) for one in result if one.type == EventType.OPENED]
    assert opens == [(2, True, at(5, 13), at(8)), (3, False, at(6, 9), at(6, 15))]


def test_clicks_on_different_links_are_distinct(store):
    links = [("https://example.com/a", 8), ("https://example.com/b", 9), ("https://example.com/a", 10)]
    clicks = [event("clicked", at(6, hour), url=url) for url, hour in links]
    load(store, "campaign", [campaign(), email(), *clicks, reply("r1", at(7))])
    result = [one for one in results.timeline(store, CAMPAIGN, "r1").events if one.type == EventType.CLICKED]
    assert [(one.url, one.count) for one in result] == [("https://example.com/a", 2), ("https://example.com/b", 1)]


def test_timeline_has_corrected_sentiment_once(store):
    load(store, "campaign", [campaign(), email(), reply("r1", at(7)), event("replied", at(8), event_id="r9")])
    state_changes.change_reply(store, CAMPAIGN, "r1", Sentiment.AUTOMATIC, by="Ana", seen_version=0)
    replied = [one for one in results.timeline(store, CAMPAIGN, "r1").events if one.type == EventType.REPLIED]
    assert [(one.reply_id, one.sentiment, one.is_machine) for one in replied] == [
        ("r1", Sentiment.AUTOMATIC, True),
        (None, None, False),
    ]


def test_reply_without_email_uses_its_sender(store):
    load(store, "campaign", [campaign(), email("e1"), reply("r1", at(7), email_id=None)])
    assert timeline_of(store) == [("sent", 1, 1), ("replied", None, 1)]


def test_reply_from_another_address_is_included(store):
    load(store, "campaign", [campaign(), email("e1"), reply("r1", at(7), address="assistant@prospect.example")])
    assert timeline_of(store) == [("sent", 1, 1), ("replied", 1, 1)]


def test_one_person_in_two_spellings_is_one(store):
    records: list[Record] = [
        campaign(),
        email("e1", at(5), recipient="Ada@Acme.example"),
        email("e2", at(9), recipient=" ada@acme.example"),
        email("e3", at(10), recipient="ÄDA@acme.example"),
        reply("r1", at(9, 13), email_id="e2"),
        reply("r2", at(11), email_id=None, address="äda@ACME.example"),
    ]
    load(store, "campaign", records)
    assert timeline_of(store) == [("sent", 1, 1), ("sent", 2, 1), ("replied", 2, 1)]
    assert timeline_of(store, "r2") == [("sent", 1, 1), ("replied", None, 1)]


def test_other_campaigns_are_not_mixed_in(store):
    load(store, "campaigns", [campaign(), campaign("other"), email("e1"), email("e1", of="other"), reply("r1", at(7))])
    assert timeline_of(store) == [("sent", 1, 1), ("replied", 1, 1)]


def test_an_unknown_sender_has_only_the_reply(store):
    load(store, "campaign", [campaign(), reply("r1", at(7), email_id=None, address=None)])
    assert timeline_of(store) == [("replied", None, 1)]


def test_an_unknown_reply_has_no_timeline(sample_store):
    result = results.timeline(sample_store, "camp_abc123", "no such reply")
    assert (result.events, result.emails, result.is_cut) == ([], 0, False)


def test_a_long_timeline_is_cut_and_says_so(store, monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 3)
    days = [event("clicked", at(day), url=f"https://example.com/{day}") for day in (6, 7, 8, 9)]
    load(store, "campaign", [campaign(), email(), *days, reply("r1", at(10))])
    result = results.timeline(store, CAMPAIGN, "r1")
    assert result.is_cut
    assert [str(one.type) for one in result.events] == ["sent", "clicked", "clicked"]


def work_of(store):
    """How many hundreds of steps SQLite takes for the timeline of r1."""
    steps = 0

    def count():
        nonlocal steps
        steps += 1
        return 0

    with store.read() as connection:
        connection.connection.driver_connection.set_progress_handler(count, 100)
        answered = present(module._answered(connection, CAMPAIGN, "r1"))
        assert len(module._emails(connection, CAMPAIGN, answered)) == 1
        assert len(module._events(connection, CAMPAIGN, {"e1": 1})) == 1
        assert len(module._replies(connection, CAMPAIGN, "r1", {"e1": 1})) == 1
        connection.connection.driver_connection.set_progress_handler(None, 0)
    return steps


def test_the_work_does_not_grow_with_the_campaign(make_sqlite):
    def with_others(count):
        store = make_sqlite()
        records: list[Record] = [campaign(), email(), event("opened", at(6)), reply("r1", at(7))]
        for n in range(count):
            others = f"x{n}"
            records += [email(others, recipient=f"p{n}@prospect.example"), event("opened", at(6), email_id=others)]
            records.append(reply(others, at(7), email_id=others))
        load(store, "campaign", records)
        return work_of(store)

    assert with_others(3_000) <= with_others(3) + 2
