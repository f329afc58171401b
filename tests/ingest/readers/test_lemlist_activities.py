"""lemlist's activities, from the fields that its API documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outreach_results import results
from outreach_results.ingest.records import EmailRecord, EventRecord, Rejected, ReplyRecord
from outreach_results.models import Filters
from support.sources import CONTEXT, EXAMPLES, entry_of, import_file, records_of, write_rows

ACTIVITIES = entry_of("lemlist_activities")
SENT = {
    "_id": "a1",
    "type": "emailsSent",
    "createdAt": "2026-01-05T08:00:00.000Z",
    "leadEmail": "ada@lab.example",
    "leadFirstName": "Ada",
    "leadLastName": "Park",
    "campaignId": "cam_1",
    "campaignName": "Labs",
    "sequenceStep": 0,
    "isFirst": True,
    "extra": {"leadCompanyName": "Lab"},
}
OPENED = SENT | {"_id": "a2", "type": "emailsOpened", "createdAt": "2026-01-05T09:00:00.000Z"}
REPLIED = SENT | {"_id": "a3", "type": "emailsReplied", "createdAt": "2026-01-06T09:00:00.000Z"}


@pytest.fixture
def read(tmp_path):
    def of(*rows, **context):
        return records_of(ACTIVITIES, write_rows(tmp_path / "a.json", list(rows)), replace(CONTEXT, **context))

    return of


def kept(records, kind):
    return [record for record in records if isinstance(record, kind)]


def test_the_activities_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / ACTIVITIES.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.bounced, stats.unsubscribed) == (5, 1, 1)
    assert (stats.opened, stats.clicked, stats.replied, stats.meetings_booked) == (2, 1, 2, 1)
    assert {campaign.name for campaign in results.all_campaigns(store)} == {"Labs Q1", "Workshops"}


def test_first_and_repeated_opens_are_of_one_email(read):
    result = read(SENT, OPENED, OPENED | {"_id": "a4", "isFirst": False, "createdAt": "2026-01-07T09:00:00Z"})
    events = kept(result, EventRecord)
    assert [event.event_id for event in events] == ["a2", "a4"]
    assert {event.email_id for event in events} == {email.email_id for email in kept(result, EmailRecord)}
    [sent] = [email for email in kept(result, EmailRecord) if email.sent_at]
    assert (sent.name, sent.company) == ("Ada Park", "Lab")


def test_steps_are_emails_of_their_own(read):
    result = read(SENT, SENT | {"_id": "a5", "sequenceStep": 1})
    assert len({email.email_id for email in kept(result, EmailRecord)}) == 2


def test_what_names_no_step_follows_the_last_email(read):
    second = SENT | {"_id": "a5", "sequenceStep": 1, "createdAt": "2026-01-08T08:00:00Z"}
    meeting = SENT | {
        "_id": "a6",
        "type": "meetingBooked",
        "sequenceStep": None,
        "createdAt": "2026-01-07T08:00:00Z",
    }
    result = read(meeting, second, SENT)
    [booked] = kept(result, EventRecord)
    assert booked.type == "meeting_booked"
    assert booked.email_id == next(email.email_id for email in kept(result, EmailRecord) if email.sent_at is None)
    assert [email.email_id for email in kept(result, EmailRecord) if email.sent_at][1] == booked.email_id


def test_bots_are_machines(read):
    [event] = kept(read(OPENED | {"bot": "true"}), EventRecord)
    [reply] = kept(read(REPLIED | {"bot": True}), ReplyRecord)
    assert event.is_machine
    assert reply.sentiment == "automatic"


@pytest.mark.parametrize(
    ("marks", "states", "sentiment"),
    [
        ([], (), "unclassified"),
        (["emailsInterested"], (), "positive"),
        (["emailsInterested", "emailsNotInterested"], (), "negative"),
        (["emailsNotInterested", "emailsInterested"], (), "positive"),
        (["emailsInterested"], ("something else",), "neutral"),
    ],
)
def test_the_last_mark_of_a_lead_is_the_sentiment(read, marks, states, sentiment):
    rows = [
        SENT | {"_id": f"m{n}", "type": kind, "createdAt": f"2026-01-1{n}T08:00:00Z"} for n, kind in enumerate(marks)
    ]
    [reply] = kept(read(*rows, REPLIED, positives=frozenset(states)), ReplyRecord)
    assert reply.sentiment == sentiment


def test_interest_is_a_meeting_if_chosen(read):
    interested = SENT | {"_id": "i1", "type": "emailsInterested", "createdAt": "2026-01-07T08:00:00Z"}
    assert kept(read(SENT, interested), EventRecord) == []
    [event] = kept(read(SENT, interested, meetings=frozenset({"emailsInterested"})), EventRecord)
    assert event.type == "meeting_booked"


def test_other_channels_are_left_out(read):
    assert read(SENT | {"type": "linkedinReplied"}, SENT | {"type": "paused"}) == []
    [problem] = read(SENT | {"type": "emailsTeleported"})
    assert isinstance(problem, Rejected)
    assert problem[1:4] == (1, "type", "'emailsTeleported' isn't an event that is known")


def test_missing_names_and_ids_are_no_obstacle(read):
    bare = {name: OPENED[name] for name in ("type", "createdAt", "leadEmail", "campaignId")}
    result = read(SENT, bare, bare)
    first, again = kept(result, EventRecord)
    assert first == again
    assert first.email_id == kept(result, EmailRecord)[0].email_id
