"""Smartlead's statistics and leads, from the fields that it documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.records import ContactRecord, Notice, Rejected
from outreach_results.models import Basis, Filters
from support.sources import CONTEXT, EXAMPLES, content_of, entry_of, import_file, records_of, write_rows

LEADS, STATISTICS = entry_of("smartlead_leads"), entry_of("smartlead_statistics")

LEAD = {
    "id": "1",
    "campaign_lead_map_id": "2",
    "status": "INPROGRESS",
    "email": "ada@acme.example",
    "last_email_sequence_sent": "2",
    "open_count": "0",
    "click_count": "0",
    "reply_count": "0",
    "is_unsubscribed": "false",
}
SENT = {
    "stats_id": "s1",
    "lead_email": "ada@acme.example",
    "lead_name": None,
    "sequence_number": 1,
    "sent_time": "2026-01-05T09:00:00.000Z",
    "open_time": None,
    "click_time": None,
    "reply_time": None,
    "open_count": 0,
    "click_count": 0,
    "is_unsubscribed": False,
    "is_bounced": False,
}


def contacts(entry, path, rows, context=CONTEXT):
    result = records_of(entry, write_rows(path, rows), context)
    assert [record for record in result if isinstance(record, Rejected)] == []
    return [record for record in result if isinstance(record, ContactRecord)]


@pytest.fixture
def leads(tmp_path):
    return lambda *rows, **context: contacts(LEADS, tmp_path / "leads.csv", list(rows), replace(CONTEXT, **context))


@pytest.fixture
def statistics(tmp_path):
    return lambda *rows, **context: contacts(
        STATISTICS, tmp_path / "stats.json", list(rows), replace(CONTEXT, **context)
    )


# --- leads -------------------------------------------------------------------------------------------------------


def test_the_leads_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / LEADS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.opened, stats.clicked, stats.replied, stats.unsubscribed) == (7, 4, 2, 4, 1)
    assert (stats.delivered, stats.bounced, stats.meetings_booked) == (None, None, None)


def test_both_variants_of_the_header_are_leads(tmp_path):
    newer = LEAD | {"category": "Interested", "unsubscribed_client_id_map": ""}
    for name, row in (("older.csv", LEAD), ("newer.csv", newer)):
        with content_of(write_rows(tmp_path / name, [row | {"column of mine": "x"}])) as content:
            assert LEADS.recognizes(content)


def test_leads_that_were_never_written_to_are_left_out(leads):
    waiting = LEAD | {"status": "STARTED", "last_email_sequence_sent": ""}
    assert leads(LEAD, waiting, waiting | {"last_email_sequence_sent": "0"}) == leads(LEAD)


def test_a_blocked_lead_is_not_taken_for_a_bounce(leads):
    [contact] = leads(LEAD | {"status": "BLOCKED", "category": "9"})
    assert (contact.bounced, contact.category) == (None, "9")


@pytest.mark.parametrize("fields", ['{"a": 1}', "", "not json"])
def test_custom_fields_may_be_anything(leads, fields):
    assert leads(LEAD | {"custom_fields": fields}) == leads(LEAD)


def test_counts_may_be_texts_or_missing(leads):
    [contact] = leads(LEAD | {"open_count": "3.0", "click_count": ""})
    assert (contact.opened, contact.clicked, contact.name) == (3, None, None)


def test_leads_as_objects_are_read_too(tmp_path):
    """The list of leads, in which a lead stands inside a row, and all of it may be null."""
    person = {"id": 5, "first_name": "Ada", "last_name": None, "email": "ada@acme.example", "custom_fields": {"a": "b"}}
    rows = [
        {"campaign_lead_map_id": "1", "status": "COMPLETED", "lead": person},
        {"campaign_lead_map_id": "2", "status": "STARTED", "lead": person | {"id": 6, "email": "b@b.example"}},
        {"campaign_lead_map_id": "3", "status": None, "lead": dict.fromkeys(person)},
        {"campaign_lead_map_id": None, "status": None, "lead": None},
    ]
    [contact] = contacts(LEADS, tmp_path / "leads.json", rows)
    assert (contact.name, contact.sent, contact.opened) == ("Ada", 1, None)


def test_a_person_defines_what_a_meeting_is(leads):
    request = LEAD | {"category": "Meeting Request"}
    assert leads(request)[0].meetings is None
    chosen = leads(request, LEAD | {"email": "b@b.example"}, meetings=frozenset({"meeting request"}))
    assert [contact.meetings for contact in chosen] == [1, 0]


# --- statistics --------------------------------------------------------------------------------------------------


def test_the_statistics_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / STATISTICS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (10, 9, 1)
    assert (stats.opened, stats.clicked, stats.replied, stats.unsubscribed) == (4, 2, 3, 1)
    days = results.daily_stats(store, Filters(basis=Basis.ACTIVITY))
    assert days["replied"].sum() == 3
    assert days["bounced"].isna().all()  # no date of a bounce is in the file, and none is made up


def test_a_reply_on_several_rows_counts_once(statistics):
    reply = {"reply_time": "2026-01-09T09:00:00Z"}
    second = SENT | reply | {"stats_id": "s2", "sequence_number": 2, "sent_time": "2026-01-08T09:00:00Z"}
    third = SENT | reply | {"stats_id": "s3", "sequence_number": 3, "sent_time": "2026-01-12T09:00:00Z"}
    result = statistics(third, SENT | reply, second)
    assert {contact.contact_id: contact.replied for contact in result} == {"s1": 0, "s2": 1, "s3": 0}


def test_a_category_without_a_reply_is_no_reply(statistics):
    [contact] = statistics(SENT | {"lead_category": "Interested"})
    assert (contact.replied, contact.category) == (0, "Interested")


def test_first_opens_have_times_and_repeats_a_count(statistics):
    [once, often] = statistics(
        SENT | {"open_time": "2026-01-05T10:00:00Z"},
        SENT | {"stats_id": "s2", "open_time": "2026-01-05T10:00:00", "open_count": "7"},
    )
    assert (once.opened, often.opened) == (1, 7)
    assert once.opened_at == often.opened_at == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_a_bounce_has_no_date(statistics):
    [contact] = statistics(SENT | {"is_bounced": "true"})
    assert (contact.bounced, contact.bounced_at) == (1, None)


def test_rows_without_an_id_have_a_natural_key(statistics):
    row = SENT | {"stats_id": None}
    first, again, second = statistics(
        row, row | {"lead_email": "ADA@acme.example"}, row | {"sequence_number": "2", "stats_id": ""}
    )
    assert first.contact_id == again.contact_id != second.contact_id


def test_a_missing_page_is_noted(tmp_path):
    path = tmp_path / "page.json"
    for total, number in (("1", 0), ("2400", 1)):
        path.write_text(json.dumps({"total_stats": total, "data": [SENT], "offset": 0, "limit": 1}))
        notes = [record for record in records_of(STATISTICS, path) if isinstance(record, Notice)]
        assert len(notes) == number
    assert "holds 1 of the campaign's 2,400 emails" in notes[0].sentence


def test_pages_of_one_day_count_together(make_store, tmp_path):
    store = make_store()
    for n in (1, 2):
        row = SENT | {"stats_id": f"s{n}", "sent_time": f"2026-01-0{n}T09:00:00Z"}
        import_file(store, write_rows(tmp_path / f"page{n}.json", [row]))
    assert results.totals(store, Filters()).stats.emails_sent == 2
