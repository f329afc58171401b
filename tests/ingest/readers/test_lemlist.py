"""lemlist's leads and contacts, from the columns of its exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.records import CampaignRecord, ContactRecord, Rejected
from outreach_results.models import Basis, Filters
from support.sources import (
    AS_OF,
    CONTEXT,
    EXAMPLES,
    content_of,
    entry_of,
    import_file,
    records_of,
    write_rows,
)

LEADS, CONTACTS = entry_of("lemlist_leads"), entry_of("lemlist_contacts")
LEAD = {"email": "ada@lab.example", "firstname": "Ada", "lastname": "", "companyname": "Lab", "laststate": "emailsSent"}
CONTACT = {
    "email": "ada@lab.example",
    "companyName": "Lab",
    "campaigns": "Q1",
    "leadStatus": "Email sent",
    "firstContactedDate": "2026-01-05T08:00:00.000Z",
    "lastContactedDate": "2026-01-09T08:00:00.000Z",
    "lastRepliedDate": "",
    "lastLeadMarkedAsInterestedDate": "",
}


@pytest.fixture
def read(tmp_path):
    def of(entry, *rows, **context):
        return records_of(entry, write_rows(tmp_path / "file.csv", list(rows)), replace(CONTEXT, **context))

    return of


def contacts(records):
    return [record for record in records if isinstance(record, ContactRecord)]


def problems(records):
    return [record[1:4] for record in records if isinstance(record, Rejected)]


# --- leads of a campaign -----------------------------------------------------------------------------------------


def test_the_leads_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / LEADS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.bounced, stats.delivered, stats.replied) == (8, 1, 7, 1)
    assert (stats.unsubscribed, stats.meetings_booked) == (1, 1)
    assert (stats.opened, stats.clicked) == (None, None)


def test_headers_may_be_in_any_case(tmp_path):
    for n, style in enumerate((str.upper, str.title, str.lower)):
        path = write_rows(tmp_path / f"{n}.csv", [{style(name): cell for name, cell in LEAD.items()} | {"mine": "x"}])
        with content_of(path) as content:
            assert LEADS.recognizes(content)
        [contact] = contacts(records_of(LEADS, path))
        assert (contact.name, contact.company, contact.category) == ("Ada", "Lab", "emailsSent")


@pytest.mark.parametrize(
    ("state", "known"),
    [
        ("emailsOpened", (0, 0, 0, 0)),
        ("emailsReplied", (1, 0, 0, 0)),
        ("emailsBounced", (0, 1, 0, 0)),
        ("emailsUnsubscribed", (0, 0, 1, 0)),
        ("meetingBooked", (None, 0, 0, 1)),
        ("emailsInterested", (None, 0, 0, 0)),
    ],
)
def test_a_last_state_says_only_what_it_says(read, state, known):
    [contact] = contacts(read(LEADS, LEAD | {"laststate": state}))
    assert (contact.replied, contact.bounced, contact.unsubscribed, contact.meetings) == known
    assert (contact.sent, contact.opened, contact.clicked) == (1, None, None)


def test_leads_without_an_email_are_left_out(read):
    assert read(LEADS, LEAD | {"laststate": "scanned"}, LEAD | {"laststate": ""}) == []


def test_states_of_other_channels_are_named(read):
    result = read(LEADS, LEAD | {"laststate": "linkedinReplied"})
    assert problems(result) == [(2, "laststate", "'linkedinReplied' does not say whether an email was sent")]


def test_which_states_are_meetings_can_be_chosen(read):
    rows = [LEAD | {"laststate": "emailsInterested"}, LEAD | {"email": "b@b.example", "laststate": "meetingBooked"}]
    result = contacts(read(LEADS, *rows, meetings=frozenset({"emailsinterested"})))
    assert [contact.meetings for contact in result] == [1, 0]


# --- contacts ----------------------------------------------------------------------------------------------------


def test_the_contacts_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / CONTACTS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.bounced, stats.delivered) == (7, 1, 6)
    assert (stats.replied, stats.unsubscribed, stats.opened, stats.meetings_booked) == (2, 1, None, None)
    assert {campaign.name for campaign in results.all_campaigns(store)} == {"Labs Q1", "Workshops", "Example"}
    days = results.daily_stats(store, Filters(basis=Basis.ACTIVITY))
    assert (days["emails_sent"].sum(), days["replied"].sum()) == (7, 2)


def test_the_latest_date_is_the_day_of_the_export(read):
    other = CONTACT | {"email": "b@b.example", "lastRepliedDate": "2026-01-20T09:00:00Z"}
    result = contacts(read(CONTACTS, CONTACT, other, as_of=None))
    assert {contact.as_of for contact in result} == {datetime(2026, 1, 20, 9, tzinfo=UTC)}
    assert {contact.as_of for contact in contacts(read(CONTACTS, CONTACT, other))} == {AS_OF}


def test_a_contact_in_several_campaigns_is_a_question(read):
    row = CONTACT | {"campaigns": "Q1, Q2"}
    [(number, column, reason)] = problems(read(CONTACTS, row, campaign=None))
    assert (number, column) == (2, "campaigns")
    assert reason.startswith("the contact is in 2 campaigns")
    [campaign] = [record for record in read(CONTACTS, row) if isinstance(record, CampaignRecord)]
    assert campaign.name == "Example"


def test_contacts_never_written_to_are_left_out(read):
    assert read(CONTACTS, CONTACT | {"firstContactedDate": "", "lastContactedDate": ""}) == []
