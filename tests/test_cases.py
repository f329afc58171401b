"""Small inputs that once failed, each for its whole kind, brought in as a person does it.

The inputs are the files of ``tests/cases/``; every one of them is read here.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from outreach_results import export, results
from outreach_results.errors import SourceError
from outreach_results.ingest.importing import OpenQuestionsError, import_file
from outreach_results.ingest.plans import Answers
from outreach_results.metrics import Every
from outreach_results.models import Basis, Filters
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from support.dashboard import components, run_page
from support.databases import contents, sqlite_url
from support.workbooks import records_of

CASES = Path(__file__).with_name("cases")


def bring(store, *names, **answers):
    """Import these files one after the other, each with what a person answers."""
    reports = []
    for name in names:
        reports += import_file(store, CASES / name, answers=Answers(**answers))
    return reports


def refusal(store, name, **answers):
    """Why a file is refused, after which nothing of it may be there."""
    with pytest.raises(SourceError) as error:
        bring(store, name, **answers)
    assert not any(contents(store).values())
    return str(error.value)


def questions_of(store, name, **answers):
    """The questions about a file before anything of it is imported."""
    with pytest.raises(OpenQuestionsError) as error:
        bring(store, name, **answers)
    return [question.about for question in error.value.questions]


def test_every_input_is_tried():
    tried = Path(__file__).read_text(encoding="utf-8")
    untried = [path.name for path in CASES.iterdir() if f'"{path.name}"' not in tried]
    assert untried == []


# --- what disagrees ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [1, 2])
def test_event_and_reply_of_one_id_both_count(store, again):
    bring(store, *["event-and-reply-share-an-id.json"] * again)
    total = results.totals(store, Filters()).stats
    assert (total.emails_sent, total.opened, total.replied) == (1, 1, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_the_mark_of_the_later_backup_stays(store, order):
    reports = bring(store, *["backup-monday.json", "backup-friday.json"][::order])
    with store.read() as connection:
        mark = connection.execute(select(schema.reply_marks)).mappings().one()
    assert (mark["version"], mark["sentiment"], mark["marked_by"]) == (2, "automatic", "Bob")
    [note] = reports[1].notes
    assert "'r1'" in note
    assert "version 2" in note
    assert "version 1" in note


# --- what cannot be kept -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("huge-exponent.json", "holds a number with an exponent that no number has. Nothing was imported; correct"),
        ("control-character-in-id.json", "'a\\nb' isn't an id: it holds a control character or a line break"),
        ("dots-as-id.json", "'..' isn't an id: in an address it names a folder"),
        ("header-only.csv", "header-only.csv has a header and no rows."),
        ("duplicate-header.csv", "has the column 'recipient' more than once. Nothing was imported: delete or rename"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(store, name, sentence):
    message = refusal(store, name)
    assert name in message
    assert sentence in message


def test_one_person_in_two_spellings_has_one_history(store):
    bring(store, "one-person-two-spellings.json")
    assert results.timeline(store, "c1", "r1").emails == 2


# --- what is shown and written -----------------------------------------------------------------------------------


def test_a_reply_without_words_says_so(tmp_path, use_database):
    """One has no text at all; of the other what it quotes is shown."""
    url = sqlite_url(tmp_path / "inbox.db")
    use_database(url)
    store = open_store(url)
    bring(store, "reply-without-words.json")
    [without, quoting] = (
        components(run_page("inbox", status="all", reply=f"c1/{reply_id}"), "outreach_inbox_message")[0]
        for reply_id in ("r1", "r2")
    )
    store.close()
    assert (without["own"], without["without_text"]) == ("", "No text in this reply")
    assert "> quoted only" in quoting["own"] + quoting["quoted"]


def test_cents_add_up_everywhere(store):
    bring(store, "cents-that-do-not-add-up.json")
    assert results.totals(store, Filters()).costs.total_byok_usd == 0.3
    assert results.campaign_stats(store, "c1", Filters()).costs.total_byok_usd == 0.3
    assert results.campaign_table(store, Filters())["cost_usd"].tolist() == [0.3]
    table = results.daily_costs(store, Filters(), every=Every.MONTH)
    for fmt in export.FORMATS:
        content = export.table_download(store, "costs", table[["cost_usd"]], fmt, Filters()).content()
        assert b"0.30000000000000004" not in content
    assert table["cost_usd"].tolist() == [0.3]


IDS = ["1009513310189256287", "1009513310189256288"]


def test_ids_beyond_2_to_the_53_stay_whole(store):
    bring(store, "ids-beyond-2-53.json")
    as_json = json.loads(export.campaign_download(store, "c1", "json").content())
    assert [email["id"] for email in as_json["emails"]] == IDS
    as_csv = export.campaign_download(store, "c1", "csv").content().decode("utf-8-sig")
    assert [row["email_id"] for row in csv.DictReader(io.StringIO(as_csv))] == IDS
    as_xlsx = export.campaign_download(store, "c1", "xlsx").content()
    assert [row["email_id"] for row in records_of(as_xlsx, "emails")] == IDS
    with store.read() as connection:
        assert sorted(connection.execute(select(schema.emails.c.email_id)).scalars()) == IDS


# --- answers of the Results API ----------------------------------------------------------------------------------


def test_daily_answer_is_read(store):
    bring(store, "contract-daily.json")
    [day] = results.campaign_daily(store, "camp_abc123").daily
    assert (day.emails_sent, day.opened, day.replied, day.cost_usd) == (97, 21, 4, 1.73)


def test_benchmarks_answer_is_read(store):
    bring(store, "contract-benchmarks.json")
    read = results.benchmarks(store, "sales-outreach")
    assert read is not None
    assert (read.sample_size, read.benchmarks["open_rate"].p50) == (1247, 0.225)


# --- tables and files of other tools -----------------------------------------------------------------------------


def test_semicolons_and_dates_of_excel_are_read(store):
    assert questions_of(store, "semicolons-from-excel.csv") == ["zone"]
    bring(store, "semicolons-from-excel.csv", zone=ZoneInfo("Europe/Zurich"))
    with store.read() as connection:
        [email] = connection.execute(select(schema.emails)).mappings()
    assert (email["campaign_id"], email["email_id"], email["name"], email["company"]) == ("camp_1", "e1", "Ada", "Acme")
    assert email["sent_at"] == datetime(2026, 1, 30, 8, 10, tzinfo=UTC)


def test_hand_made_sheet_is_completed_and_read(store):
    assert questions_of(store, "hand-made-sheet.csv") == ["campaign"]
    bring(store, "hand-made-sheet.csv", campaign="Q1")
    total = results.totals(store, Filters()).stats
    assert (total.emails_sent, total.opened, total.replied, total.clicked) == (2, 1, 0, None)
    assert [f"{day:%Y-%m-%d}" for day in results.daily_stats(store, Filters(basis=Basis.SEND))["date"]] == [
        "2026-01-31"
    ]


def test_smartlead_leads_need_their_day_and_are_read(store):
    assert questions_of(store, "smartlead-leads.csv") == ["campaign", "as_of"]
    bring(store, "smartlead-leads.csv", campaign="Q1", as_of=datetime(2026, 2, 1, tzinfo=UTC))
    total = results.totals(store, Filters()).stats
    assert (total.emails_sent, total.opened, total.replied, total.bounced) == (2, 1, 1, None)


def test_events_of_sendgrid_are_read(store):
    assert questions_of(store, "sendgrid.ndjson") == ["campaign"]
    bring(store, "sendgrid.ndjson", campaign="Q1")
    total = results.totals(store, Filters()).stats
    assert (total.delivered, total.opened, total.replied) == (1, 1, None)
    assert results.totals(store, Filters(humans_only=True)).stats.opened == 0


def test_a_day_beyond_twelve_decides_the_column(store):
    """31/12 is there, so 12/01 in the same column is the twelfth of January."""
    bring(store, "which-month-is-it.csv", campaign="Q1")
    with store.read() as connection:
        sent = sorted(connection.execute(select(schema.contacts.c.sent_at)).scalars())
    assert [f"{at:%Y-%m-%d}" for at in sent] == ["2026-01-12", "2026-12-31"]


def test_an_ambiguous_date_is_a_question(store, tmp_path):
    kept = (CASES / "which-month-is-it.csv").read_text(encoding="utf-8").splitlines()[:2]
    path = tmp_path / "one-date.csv"
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(OpenQuestionsError, match="12/01/2026"):
        import_file(store, path, answers=Answers(campaign="Q1"))
