"""Apollo's contacts, from the columns of its export."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.records import ContactRecord, Rejected
from outreach_results.models import Basis, Filters
from support.sources import CONTEXT, EXAMPLES, content_of, entry_of, import_file, records_of, write_rows

APOLLO = entry_of("apollo_contacts")
CONTACT = {
    "First Name": "Ana",
    "Last Name": "Silva",
    "Company": "Clay",
    "Email": "ana@clay.example",
    "Stage": "Interested",
    "Last Contacted": "2026-01-09T10:00:00+00:00",
    "Email Sent": "TRUE",
    "Email Open": "TRUE",
    "Email Bounced": "FALSE",
    "Replied": "FALSE",
    "Demoed": "FALSE",
    "Apollo Contact Id": "65f0",
}


@pytest.fixture
def read(tmp_path):
    def of(*rows, **context):
        return records_of(APOLLO, write_rows(tmp_path / "c.csv", list(rows)), replace(CONTEXT, **context))

    return of


def contacts(records):
    return [record for record in records if isinstance(record, ContactRecord)]


def test_the_contacts_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / APOLLO.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.bounced, stats.delivered) == (6, 1, 5)
    assert (stats.opened, stats.replied, stats.meetings_booked) == (3, 2, 1)
    assert (stats.clicked, stats.unsubscribed) == (None, None)
    # No column says when anything was sent, so that there are no days.
    assert results.daily_stats(store, Filters(basis=Basis.SEND)).empty


def test_contacts_never_written_to_are_left_out(read):
    assert read(CONTACT | {"Email Sent": "FALSE"}, CONTACT | {"Email Sent": "", "Email": ""}) == []


@pytest.mark.parametrize(
    ("cell", "value"), [("TRUE", 1), ("true", 1), ("1", 1), ("yes", 1), ("FALSE", 0), ("0", 0), ("", None)]
)
def test_flags_are_read_however_they_are_written(read, cell, value):
    [contact] = contacts(read(CONTACT | {"Replied": cell}))
    assert contact.replied == value


def test_a_flag_that_is_none_is_named(read):
    [problem] = [record for record in read(CONTACT | {"Email Open": "perhaps"}) if isinstance(record, Rejected)]
    assert problem[1:4] == (2, "Email Open", "'perhaps' is neither yes nor no")


def test_the_day_of_the_export_is_the_last_contact(read):
    [contact] = contacts(read(CONTACT, as_of=None))
    assert contact.as_of == datetime(2026, 1, 9, 10, tzinfo=UTC)
    assert contact.sent_at is None  # the last contact may be a call, and is not the first email


def test_without_any_date_the_day_is_a_question(read):
    [problem] = read(CONTACT | {"Last Contacted": ""}, as_of=None)
    assert isinstance(problem, Rejected)
    assert problem.column == "as_of"


def test_stages_are_kept_and_meetings_if_chosen(read):
    [contact] = contacts(read(CONTACT, meetings=frozenset({"interested"})))
    assert (contact.category, contact.meetings) == ("Interested", 1)


def test_other_columns_and_names_of_the_company_fit(tmp_path):
    row = {name: cell for name, cell in CONTACT.items() if name not in ("Company", "Apollo Contact Id", "Demoed")}
    path = write_rows(tmp_path / "c.csv", [row | {"Company Name for Emails": "Clay", "# Employees": "12"}])
    with content_of(path) as content:
        assert APOLLO.recognizes(content)
    [contact] = contacts(records_of(APOLLO, path))
    assert (contact.company, contact.meetings) == ("Clay", None)
