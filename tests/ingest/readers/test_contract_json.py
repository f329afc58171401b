"""Answers of the Results API that were saved as files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from outreach_results import results
from outreach_results.errors import SourceError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import (
    BenchmarkRecord,
    CampaignRecord,
    DailyRecord,
    Notice,
    PlanRecord,
    Rejected,
    ReplyRecord,
)
from outreach_results.ingest.registry import read_records
from support.files import json_document, write

BEGUN = datetime(2026, 1, 30, 12, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    """The records of an answer, whatever kind it is of."""
    return lambda content: list(read_records(write(tmp_path / "answer.json", content)))


def test_daily_answer_becomes_days(read, golden):
    assert read(golden("daily")) == [
        CampaignRecord("camp_abc123", "camp_abc123", None, BEGUN, "daily"),
        DailyRecord("camp_abc123", date(2026, 1, 30), emails_sent=97, opened=21, replied=4, cost=1_730_000),
        DailyRecord("camp_abc123", date(2026, 1, 31), emails_sent=102, opened=24, replied=5, cost=1_820_000),
    ]


def test_order_of_keys_does_not_matter(read, golden):
    for name in ("daily", "replies", "usage", "benchmarks"):
        answer = golden(name)
        assert read(dict(reversed(answer.items()))) == read(answer)


def test_replies_answer_becomes_replies(read, golden):
    answer = golden("replies")
    campaign, first, *_ = records = read(answer)
    assert (campaign.detail, campaign.created_at) == ("daily", min(row.received_at for row in records[1:-1]))
    saved = answer["replies"][0]
    assert first == ReplyRecord(
        *("camp_abc123", saved["id"], None, saved["email"], saved["name"], saved["company"], saved["sentiment"]),
        *(saved["preview"], None, datetime.fromisoformat(saved["received_at"])),
    )


def test_page_of_replies_says_that_more_exist(read, golden):
    answer = golden("replies")
    answer["pagination"] |= {"total": len(answer["replies"]) + 3}
    count = len(answer["replies"])
    assert read(answer)[-1] == Notice(
        f"answer.json has {count} of {count + 3} replies. The others are on other pages: import those answers too."
    )


def test_benchmarks_answer_becomes_benchmarks(read, golden):
    records = read(golden("benchmarks"))
    assert records[0] == BenchmarkRecord(
        *("sales-outreach", "delivery_rate", 0.942, 0.912, 0.945, 0.968, 1247), datetime(2026, 1, 30, tzinfo=UTC)
    )


def test_usage_answer_gives_its_plan(read, golden):
    plan, notice = read(golden("usage"))
    assert plan == PlanRecord("Pro", 10_000, 20_000_000, datetime(2026, 1, 1, tzinfo=UTC))
    assert notice.sentence.startswith("The usage of 2026-01 in answer.json was left out")
    assert len(read(golden("usage") | {"plan": None})) == 1


def test_a_bad_row_stops_no_other(read, golden):
    answer = golden("daily")
    answer["daily"].insert(1, {"date": "31.1.2026"})
    answer["daily"].append(7)
    bad = [row for row in read(answer) if isinstance(row, Rejected)]
    assert [(row.row, row.column) for row in bad] == [(2, "daily.date"), (4, "daily.daily")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"campaign_id": "c", "daily": []}, 'answer.json has no rows in "daily". Nothing was imported.'),
        ({"campaign_id": "..", "daily": [{}]}, "answer.json cannot be used: campaign_id: '..' isn't an id"),
        ('{"campaign_id": "c", "daily": [{"date": "2026-01-30"}', "answer.json is not valid JSON, or ends too early."),
        ('{"campaign_id": "c", "daily": [{"opened": 1e99999999999999999999}]}', "answer.json cannot be read: it holds"),
        ({"period": "now", "usage": {}}, "answer.json cannot be used: usage.campaigns_created"),
        ({"benchmarks": {"open_rate": 3}}, "answer.json cannot be used: benchmarks.open_rate"),
        ({"campaign_id": "c", "stats": {}}, "answer.json looks like campaign stats, an answer of the Results"),
        (
            {"campaigns": [], "pagination": {}},
            "answer.json looks like a list of campaigns, an answer of the Results API",
        ),
    ],
)
def test_answer_that_cannot_be_used_says_why(read, content, message):
    with pytest.raises(SourceError) as caught:
        read(content)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("order", [1, -1])
def test_export_beside_a_daily_answer_describes_it(sqlite_store, tmp_path, golden, order):
    export = json_document(campaign={"id": "camp_abc123", "name": "Aim", "created_at": "2026-02-01T12:00:00Z"})
    for number, content in enumerate([golden("daily"), export][::order]):
        load(sqlite_store, "f", read_records(write(tmp_path / f"{number}.json", json.dumps(content))))
    result = results.campaign(sqlite_store, "camp_abc123")
    assert (result.name, result.created_at, result.detail) == ("Aim", datetime(2026, 2, 1, 12, tzinfo=UTC), "events")
