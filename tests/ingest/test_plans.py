"""A file is planned, completed by answers, previewed and loaded: the same way for the page and the command."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach_results import results
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.load import load
from outreach_results.ingest.mapping import Level
from outreach_results.ingest.plans import Answers, plan_import
from outreach_results.ingest.preview import preview
from outreach_results.ingest.records import CampaignRecord
from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.models.metric_definitions import TRACKED
from support.databases import contents
from support.records import campaign, contact, email
from support.server import ROOT

UTC_ZONE = ZoneInfo("UTC")
SHEET = "Date,Email,Opened,Replied\n31/01/2026,ada@acme.example,yes,no\n31/01/2026,ben@bolt.example,no,\n"
LOG = (
    "Time,Event,Address,Campaign\n"
    "2026-01-05T09:00:00Z,Sent,ada@acme.example,Q1\n"
    "2026-01-05T10:00:00Z,Open,Ada@Acme.example,Q1\n"
    "2026-01-05T10:00:00Z,Open,ada@acme.example,Q1\n"
    "2026-01-06T08:00:00Z,Reply,ada@acme.example,Q1\n"
    "2026-01-05T09:00:00Z,Sent,ben@bolt.example,Q1\n"
)


def planned(path, **answers):
    with plan_import(path, path.name, zone=UTC_ZONE, known={}, answers=Answers(**answers)) as [plan]:
        return plan, [] if plan.questions else list(plan.records())


def put(folder, text, name="mine.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_hand_made_sheet_lacks_only_its_campaign(tmp_path):
    plan, _ = planned(put(tmp_path, SHEET))
    assert [question.about for question in plan.questions] == ["campaign"]
    assert plan.mapping.level == Level.CONTACTS
    assert plan.mapping.columns == {"email": "Email", "opened": "Opened", "replied": "Replied", "sent": "Date"}


def test_a_tool_that_names_campaigns_needs_no_question(tmp_path):
    event = {"email": "ada@acme.example", "event": "open", "timestamp": 1767776400, "sg_event_id": "e1"}
    for category, about in (("Spring", []), (None, ["campaign"])):
        plan, _ = planned(put(tmp_path, json.dumps([event | {"category": category}]), "events.json"))
        assert [question.about for question in plan.questions] == about


def test_ambiguous_dates_are_a_question_with_example(tmp_path):
    plan, _ = planned(put(tmp_path, "Date,Email,Opened\n12/01/2026,a@x.example,1\n"), campaign="Q1")
    [question] = plan.questions
    assert question.about == "date:sent"
    assert list(question.options.values()) == ["day first: January 12, 2026", "month first: December 1, 2026"]


def test_times_without_a_zone_are_a_question(tmp_path):
    plan, _ = planned(put(tmp_path, LOG.replace("Z,", ",")))
    assert [question.about for question in plan.questions] == ["zone"]


def test_a_preview_counts_without_writing(tmp_path):
    _, records = planned(put(tmp_path, SHEET), campaign="Q1")
    shown = preview(records)
    assert shown.kinds == {"contacts": 2, "campaigns": 1}
    assert (shown.types["sent"], shown.types["opened"], shown.types["replied"]) == (2, 1, 0)
    assert (shown.first, shown.last) == (date(2026, 1, 31), date(2026, 1, 31))


def test_contacts_count_in_totals_and_by_send_date(tmp_path, make_store):
    store = make_store()
    _, records = planned(put(tmp_path, SHEET), campaign="Q1")
    load(store, "mine.csv", records)
    total = results.totals(store, Filters()).stats
    assert (total.emails_sent, total.opened, total.replied, total.clicked) == (2, 1, 0, None)
    by_day = results.daily_stats(store, Filters(basis=Basis.ACTIVITY))
    assert by_day["emails_sent"].tolist() == [2]
    assert by_day["opened"].isna().all()  # no date of any open is in the file, and none is made up
    sent = results.daily_stats(store, Filters(basis=Basis.SEND))
    assert sent["opened"].tolist() == [1]


DAYS = "Date,Emails sent,Replies\n2026-01-05,100,0\n2026-01-06,80,3\n"


@pytest.mark.parametrize(
    ("text", "tracked"),
    [
        (SHEET, {"opens", "replies"}),
        (SHEET.replace("Opened", "Bounced"), {"bounces", "deliveries", "replies"}),
        (SHEET.replace("Opened", "Cost"), {"costs", "replies"}),
        (DAYS, {"replies"}),
        (LOG, {"opens", "replies"}),
    ],
)
def test_a_table_tracks_what_it_has_columns_for(tmp_path, text, tracked):
    text = text.replace("yes", "1").replace("no\n", "0\n")
    _, records = planned(put(tmp_path, text), campaign="Q1")
    declared = [dict(record.tracks) for record in records if isinstance(record, CampaignRecord)]
    assert declared
    assert all({kind for kind, is_tracked in pairs.items() if is_tracked} == tracked for pairs in declared)
    assert all(pairs.keys() == TRACKED.keys() for pairs in declared)


@pytest.mark.parametrize("text", [SHEET, DAYS, LOG])
def test_what_a_table_has_no_column_for_is_unknown(tmp_path, make_store, text):
    store = make_store()
    _, records = planned(put(tmp_path, text), campaign="Q1")
    load(store, "mine.csv", records)
    result = results.totals(store, Filters())
    assert (result.stats.clicked, result.stats.unsubscribed, result.stats.meetings_booked) == (None, None, None)
    assert result.costs.total_byok_usd is None
    assert result.stats.replied is not None


def test_events_have_natural_keys(tmp_path, make_store):
    store = make_store()
    lines = LOG.splitlines(keepends=True)
    for seed in range(3):
        rows = lines[1:] * 2
        random.Random(seed).shuffle(rows)
        _, records = planned(put(tmp_path, lines[0] + "".join(rows)), campaign=None)
        load(store, "log.csv", records)
    total = results.totals(store, Filters()).stats
    assert (total.emails_sent, total.opened, total.replied) == (2, 1, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_older_snapshot_never_replaces_a_newer(tmp_path, make_store, order):
    store = make_store()
    weeks = [("2026-02-01", "no"), ("2026-02-08", "yes")]
    for place in order:
        day, opened = weeks[place]
        as_of = datetime.fromisoformat(day).replace(tzinfo=UTC)
        _, records = planned(
            put(tmp_path, f"Email,Opened\nada@acme.example,{opened}\n", f"{day}.csv"), campaign="Q1", as_of=as_of
        )
        load(store, day, records)
    assert results.totals(store, Filters()).stats.opened == 1


def test_rows_that_cannot_be_used_are_named(tmp_path):
    text = "Email,Opened\nada@acme.example,1\nTotal,1\nnobody,0\nben@bolt.example,perhaps\n"
    _, records = planned(put(tmp_path, text), campaign="Q1", as_of=datetime(2026, 1, 1, tzinfo=UTC))
    shown = preview(records)
    assert [(problem.row, problem.column, problem.reason) for problem in shown.problems] == [
        (3, "Email", "a row of totals, which is left out"),
        (4, "Email", "'nobody' isn't an email address"),
        (5, "Opened", "'perhaps' is neither yes nor no"),
    ]


def test_a_mapping_is_saved_as_plain_values(tmp_path):
    plan, _ = planned(put(tmp_path, SHEET), campaign="Q1")
    assert type(plan.mapping).from_json(plan.mapping.to_json()) == plan.mapping


def test_a_contact_listed_twice_is_merged(tmp_path, store):
    text = "Email,Opened\nada@acme.example,1\nAda@acme.example,3\n"
    _, records = planned(put(tmp_path, text), campaign="Q1", as_of=datetime(2026, 1, 1, tzinfo=UTC))
    assert load(store, "mine.csv", records).inserted["contacts"] == 1
    assert results.totals(store, Filters()).stats.opened == 1


def test_events_follow_a_list_that_knows_no_sendings(store):
    day = datetime(2026, 1, 5, tzinfo=UTC)
    listed = contact("c1", sent=None, sent_at=day, delivered=1)
    load(store, "list", [campaign(detail="contacts"), listed])
    load(store, "events", [campaign(detail="contacts"), email()])
    assert results.totals(store, Filters()).stats.delivered == 1


def test_packed_exports_of_ours_are_read_as_such(tmp_path, make_sqlite):
    plain, packed = make_sqlite(), make_sqlite()
    exports = [ROOT / "sample_data" / f"{name}.json" for name in ("camp_abc123", "camp_0e649d")]
    archive, gz = tmp_path / "exports.zip", tmp_path / "one.json.gz"
    with zipfile.ZipFile(archive, "w") as file:
        for path in exports:
            file.write(path, f"folder/{path.name}")
    gz.write_bytes(gzip.compress(exports[0].read_bytes()))
    for path in exports:
        import_file(plain, path)
    reports = [*import_file(packed, archive), *import_file(packed, gz)]
    assert [report.source for report in reports] == [
        *(f"exports.zip/folder/{path.name}" for path in exports),
        "one.json",
    ]
    assert reports[-1].inserted.total() == 0
    assert contents(packed) == contents(plain)


def test_replies_of_programs_are_recognized(tmp_path, sqlite_store):
    rows = [
        "2026-01-05T10:00:00Z,ada@x.example,replied,I am away,,Automatic reply: Hi",
        "2026-01-06T10:00:00Z,ben@x.example,replied,Back on Monday,auto-replied,Re: Hi",
        "2026-01-07T10:00:00Z,cy@x.example,replied,Tell me more,no,Re: Hi",
        "2026-01-08T10:00:00Z,di@x.example,replied,,auto-replied,",
    ]
    header = "Date,Email,Event,Reply text,Auto-Submitted,Subject\n"
    path = put(tmp_path, header + "\n".join(rows) + "\n")
    [report] = import_file(sqlite_store, path, answers=Answers(campaign="Q1"))
    assert not report.rejected
    counts = results.inbox(sqlite_store, Filters()).counts
    assert {kind: n for kind, n in counts.items() if n} == {Sentiment.AUTOMATIC: 2, Sentiment.UNCLASSIFIED: 1}
    totals = results.totals(sqlite_store, Filters())
    assert (totals.stats.replied, results.totals(sqlite_store, Filters(humans_only=True)).stats.replied) == (4, 1)
