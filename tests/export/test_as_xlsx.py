# ruff: noqa: DTZ001 -- a workbook knows no time zones
"""Excel workbooks: the same numbers as the other formats, with dates as dates and every text as a text."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from outreach_results import export, results
from outreach_results.export import as_xlsx
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record, ReportedRecord
from outreach_results.models import Filters
from outreach_results.store.entries import CostPer, Entries, enter
from support.records import at, campaign, email, event, mark, reply
from support.workbooks import records_of, sheets_of

CAMPAIGN = "camp_abc123"


def workbook(store, campaign_id, **options):
    return export.campaign_download(store, campaign_id, "xlsx", **options).content()


def table(store, frame):
    return export.table_download(store, "numbers", frame, "xlsx", Filters()).content()


def instant(text):
    """An instant as a cell has it: UTC, to the millisecond."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def close(one, other):
    return abs((one - other).total_seconds()) < 0.001


# --- a campaign --------------------------------------------------------------------------------------------------


def test_workbook_has_the_data_of_the_json(sample_store):
    content = workbook(sample_store, CAMPAIGN)
    document = json.loads(export.campaign_download(sample_store, CAMPAIGN, "json").content())
    assert list(sheets_of(content)) == ["campaign", "emails", "events", "replies", "about"]
    for row, expected in zip(records_of(content, "emails"), document["emails"], strict=True):
        assert [row["email_id"], row["recipient"], row["name"]] == [
            expected["id"],
            expected["recipient"],
            expected["name"],
        ]
        assert close(row["sent_at"], instant(expected["sent_at"]))
        for part, cost in expected["costs_usd"].items():
            assert row[f"cost_{part}_usd"] == cost
    for row, expected in zip(records_of(content, "events"), document["events"], strict=True):
        assert [row["event_id"], row["type"], row["is_machine"]] == [
            expected["id"],
            expected["type"],
            expected["is_machine"],
        ]
        assert close(row["occurred_at"], instant(expected["occurred_at"]))
    for row, expected in zip(records_of(content, "replies"), document["replies"], strict=True):
        assert [row["reply_id"], row["address"], row["source_sentiment"]] == [
            expected["id"],
            expected["email"],
            expected["sentiment"],
        ]
        assert row["body"] == expected["body"]


def test_workbook_states_filters_and_zone(sample_store):
    about = dict(sheets_of(workbook(sample_store, CAMPAIGN, humans_only=True))["about"])
    assert about["time_zone"] == "UTC"
    assert about["filters: campaigns"] == CAMPAIGN
    assert about["filters: humans_only"] == "True"
    assert about["definitions: open_rate"] == "opened / delivered"


def test_humans_only_workbook_has_no_machines(sample_store):
    events = records_of(workbook(sample_store, CAMPAIGN, humans_only=True), "events")
    assert events
    assert not any(row["is_machine"] for row in events)


def test_daily_campaign_has_its_days_and_totals(sqlite_store):
    days: list[Record] = [
        DailyRecord("camp_1", date(2026, 1, 5), emails_sent=10, opened=4, replied=0, cost=900),
        DailyRecord("camp_1", date(2026, 1, 6), emails_sent=20, opened=None, cost=None),
        ReportedRecord("camp_1", at(5), None, 30, 27, 3, 8, 2, None, 1, 0, 100, 200, None, 1_700, at(9)),
    ]
    load(sqlite_store, "sync", [campaign(detail="daily"), *days])
    content = workbook(sqlite_store, "camp_1")
    first, second = records_of(content, "daily")
    assert (first["date"], first["emails_sent"], first["cost_usd"]) == (datetime(2026, 1, 5), 10, 0.0009)
    assert (second["opened"], second["cost_usd"]) == (None, None)
    (reported,) = records_of(content, "reported")
    assert (reported["emails_sent"], reported["cost_usd"]) == (30, 0.0017)


def test_equal_data_gives_an_equal_workbook(sample_store):
    assert workbook(sample_store, CAMPAIGN) == workbook(sample_store, CAMPAIGN)


def test_workbook_of_odd_texts_runs_nothing(sqlite_store):
    texts = ["=1+1", "+41 44", "-2", "@SUM(A1)", "https://a.example", "0012", "9007199254740993", "_x0041_", "日本 🙂"]
    sent = [email(f"id-{n}", recipient=f"{n}@a.example", name=text) for n, text in enumerate(texts)]
    load(
        sqlite_store,
        "f",
        [campaign("9007199254740993"), *(one._replace(campaign_id="9007199254740993") for one in sent)],
    )
    content = workbook(sqlite_store, "9007199254740993")
    assert [row["name"] for row in records_of(content, "emails")] == texts
    assert records_of(content, "campaign")[0]["campaign_id"] == "9007199254740993"


def test_entered_values_stand_beside_the_source(sqlite_store):
    load(sqlite_store, "f", [campaign()])
    enter(sqlite_store, "camp_1", Entries("Ours", "partner", 2_500_000, CostPer.MONTH))
    (row,) = records_of(workbook(sqlite_store, "camp_1"), "campaign")
    assert row["name"] == campaign().name
    assert [row[f"entered_{name}"] for name in ("name", "mcp", "cost_usd", "cost_per")] == [
        "Ours",
        "partner",
        2.5,
        "month",
    ]


def test_reply_and_its_mark_are_in_one_row(sqlite_store):
    load(sqlite_store, "f", [campaign(), email(), event("opened"), reply(), mark()])
    (row,) = records_of(workbook(sqlite_store, "camp_1"), "replies")
    document = json.loads(export.campaign_download(sqlite_store, "camp_1", "json").content())
    (expected,) = document["replies"]
    assert row["corrected_sentiment"] == expected["mark"]["sentiment"]
    assert close(row["marked_at"], instant(expected["mark"]["at"]))


def test_failed_workbook_leaves_nothing_behind(sqlite_store, monkeypatch, tmp_path):
    def break_off(*_):
        yield as_xlsx.Sheet("emails", ["email_id"], [[["e1"], [{}]]])

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(as_xlsx, "_campaign_sheets", lambda *_, **__: break_off())
    load(sqlite_store, "f", [campaign()])
    with pytest.raises(TypeError):
        workbook(sqlite_store, "camp_1")
    assert list(folder.iterdir()) == []
    assert sqlite_store.engine.pool.checkedout() == 0


# --- tables ------------------------------------------------------------------------------------------------------


def test_table_cells_keep_their_types(sqlite_store):
    frame = pd.DataFrame(
        {
            "campaign_id": ["0012", "=x"],
            "date": pd.to_datetime(["2026-01-05", ""]),
            "finished_at": pd.to_datetime(["2026-01-05T10:20:30+01:00", ""], utc=True),
            "sent": pd.array([12, None], dtype="Int64"),
            "open_rate": [0.25, None],
            "cost_usd": np.array([0.3, np.nan]),
            "is_partial": [True, False],
            "beyond": [2**53 + 1, 1],
        }
    )
    first, second = records_of(table(sqlite_store, frame), "data")
    assert first == {
        "campaign_id": "0012",
        "date": datetime(2026, 1, 5),
        "finished_at": datetime(2026, 1, 5, 9, 20, 30),
        "sent": 12,
        "open_rate": 0.25,
        "cost_usd": 0.3,
        "is_partial": True,
        "beyond": "9007199254740993",
    }
    assert second == dict.fromkeys(first) | {"campaign_id": "=x", "is_partial": False, "beyond": 1}


def test_workbook_table_has_the_numbers_of_the_csv(sample_store):
    frame = results.campaign_totals(sample_store, Filters())
    rows = records_of(table(sample_store, frame), "data")
    for name in frame.columns:
        expected = frame[name].astype(object).where(frame[name].notna(), None).tolist()
        is_measure = name.endswith(("_rate", "_usd"))  # Excel keeps 16 digits
        assert [row[name] for row in rows] == (pytest.approx(expected, rel=1e-15) if is_measure else expected)


def test_replies_of_the_inbox_are_a_workbook(sample_store):
    content = export.replies_download(sample_store, Filters(), results.EVERYTHING, "xlsx").content()
    rows = records_of(content, "data")
    assert list(rows[0]) == list(export.REPLY_COLUMNS)
    assert isinstance(rows[0]["received_at"], datetime)
    assert len(rows) == results.inbox(sample_store, Filters(), results.EVERYTHING).pagination.total


def test_rows_beyond_a_sheet_go_on_to_the_next(sqlite_store, monkeypatch):
    monkeypatch.setattr(as_xlsx, "ROWS_A_SHEET", 3)
    sheets = sheets_of(table(sqlite_store, pd.DataFrame({"n": range(5)})))
    assert [sheets[name] for name in ("data", "data 2", "data 3")] == [
        [("n",), (0,), (1,)],
        [("n",), (2,), (3,)],
        [("n",), (4,)],
    ]


@pytest.mark.parametrize("text", ["x" * 32_767, "🙂" * 16_383])
def test_text_that_fits_is_whole(text):
    assert as_xlsx.fitting(text) is text


def test_longer_text_is_cut_and_says_so(sqlite_store):
    text = "🙂" * 40_000
    (row,) = records_of(table(sqlite_store, pd.DataFrame({"body": [text]})), "data")
    assert row["body"].endswith(" … [cut: 40,000 characters; CSV and JSON have them all]")
    assert text.startswith(row["body"].partition(" … ")[0])
    assert len(row["body"].encode("utf-16-le")) <= 2 * as_xlsx.LONGEST_TEXT


def test_control_characters_survive(sqlite_store):
    text = "a\x01b\tc\nd\r\ne\x0b"
    (row,) = records_of(table(sqlite_store, pd.DataFrame({"body": [text]})), "data")
    assert row["body"].replace("\r\n", "\n") == text.replace("\r\n", "\n")


def test_day_before_excel_is_a_text(sqlite_store):
    frame = pd.DataFrame({"date": [date(1899, 12, 31), date(1900, 3, 1)]})
    assert [row["date"] for row in records_of(table(sqlite_store, frame), "data")] == [
        "1899-12-31",
        datetime(1900, 3, 1),
    ]
