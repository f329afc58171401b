"""Events of emails that were never seen as sent: how many, which, and where they all can be had."""

from __future__ import annotations

import csv
import io
import json

import pytest

from outreach_results import export, results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record
from outreach_results.models import Basis, Filters
from outreach_results.results import UNSENT_COLUMNS, UNSENT_SHOWN
from outreach_results.store.admin.deletion import delete
from support.records import CAMPAIGN, at, campaign, contact, email, event, reply

OTHER = "camp_2"
RECORDS: list[Record] = [
    campaign(),
    email("e1"),
    event("delivered"),
    event("opened", at(7), email_id="e2"),
    event("opened", at(8), email_id="e2"),
    event("clicked", at(9), email_id="e2", is_machine=True),
    email("e3", None, recipient="ben@bolt.example"),
    reply("r1", at(10), email_id="e3"),
    email("e4", None),
    campaign(OTHER, "=Autumn"),
    event("bounced", email_id="x1", of=OTHER),
]


def test_outcomes_and_events_without_a_sending(store):
    load(store, "all", RECORDS)
    found = results.unsent_events(store)
    assert found.outcomes == {CAMPAIGN: 3, OTHER: 1}
    events = found.events[["campaign_id", "email_id", "recipient", "type"]].fillna("").values.tolist()
    assert events == [
        [CAMPAIGN, "e2", "", "opened"],
        [CAMPAIGN, "e2", "", "opened"],
        [CAMPAIGN, "e2", "", "clicked"],
        [CAMPAIGN, "e3", "ben@bolt.example", "replied"],
        [OTHER, "x1", "", "bounced"],
    ]
    assert found.events["occurred_at"].iloc[0] == at(7)


def test_they_count_by_event_date_and_not_by_sending(store):
    load(store, "all", RECORDS)
    activity, sending = (results.totals(store, Filters(basis=basis)).stats for basis in Basis)
    found = results.unsent_events(store)
    assert sum(activity.model_dump().values()) - sum(sending.model_dump().values()) == sum(found.outcomes.values())


def test_a_sending_that_comes_later_takes_them_off(store):
    load(store, "all", RECORDS)
    load(store, "sent", [email("e2", at(6)), email("e3", at(6)), email("x1", of=OTHER)])
    found = results.unsent_events(store)
    assert (found.outcomes, len(found.events)) == ({}, 0)


def test_totals_and_contacts_need_no_sending(store):
    days: list[Record] = [campaign("days", detail="daily"), DailyRecord("days", at(5).date(), emails_sent=9, replied=1)]
    exported: list[Record] = [campaign("exported", detail="contacts"), contact(of="exported", replied=1)]
    load(store, "all", [*days, reply("r1", email_id="e1", of="days"), *exported])
    assert results.unsent_events(store).outcomes == {}


def test_those_of_a_deleted_campaign_are_gone(store):
    load(store, "all", RECORDS)
    delete(store, CAMPAIGN)
    assert set(results.unsent_events(store).outcomes) == {OTHER}
    assert set(results.unsent_events(store).events["campaign_id"]) == {OTHER}


def test_the_file_has_all_and_the_list_the_first(store):
    many = UNSENT_SHOWN + 20
    load(store, "all", [*RECORDS, *(event("opened", email_id=f"y{n:03}", of=OTHER) for n in range(many))])
    found = results.unsent_events(store)
    assert (found.outcomes, len(found.events)) == ({OTHER: many + 1, CAMPAIGN: 3}, UNSENT_SHOWN)
    rows = list(csv.DictReader(io.StringIO(export.unsent_download(store, "csv").content().decode("utf-8-sig"))))
    assert list(rows[0]) == list(UNSENT_COLUMNS)
    assert len(rows) == many + 5
    assert rows[0]["campaign_name"] == "'=Autumn"  # no formula for a spreadsheet
    assert json.loads(export.unsent_download(store, "json").content())["rows"][-1]["type"] == "replied"


@pytest.mark.parametrize("fmt", export.FORMATS)
def test_every_format_holds_them(store, fmt):
    load(store, "all", RECORDS)
    download = export.unsent_download(store, fmt)
    assert len(download.content()) > 100
    assert download.file_name.startswith("without-a-sent-record")
