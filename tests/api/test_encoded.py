"""What the API answers: the contract's bodies, ETags, compression, HEAD."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient

from outreach_results import results
from outreach_results.api import middleware
from outreach_results.api.encoded import BodyCache, EncodedBody, accepts_gzip
from outreach_results.ingest.fields import instant
from outreach_results.ingest.load import load
from outreach_results.ingest.records import CampaignRecord, EmailRecord
from outreach_results.models import Basis, Dimension, Filters, Sentiment, Usage, UsageNumbers
from outreach_results.store.engine import Store, open_store
from support.http import eventually

STATS = "/campaigns/camp_abc123/stats"
DAILY = "/campaigns/camp_abc123/stats/daily"
BREAKDOWN = "/campaigns/camp_abc123/breakdown"
REPLIES = "/campaigns/camp_abc123/replies"


def _load_elsewhere(store: Store) -> None:
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    created = instant("created_at", "2026-03-20T08:00:00Z")
    report = load(
        other,
        "elsewhere",
        [
            CampaignRecord("camp_new", "New", None, created),
            EmailRecord("camp_new", "e1", "a@b.example", sent_at=created),
        ],
    )
    other.close()
    assert report.rejected_total == 0


# --- the contract ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "example"),
    [
        (STATS, "stats"),
        (f"{DAILY}?start=2026-01-30&end=2026-01-31", "daily"),
        ("/usage?period=2026-01", "usage"),
        ("/benchmarks?mcp=sales-outreach", "benchmarks"),
    ],
)
def test_answers_the_contracts_examples(client: TestClient, golden: Any, path: str, example: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.json() == golden(example)


def test_stats_by_send_date_add_adjusted_rates(client: TestClient, golden: Any) -> None:
    """Each rate of the example, in each of the three forms; a rate that is added later needs no value here."""
    answer = client.get("/campaigns/camp_2fa5bc/stats?basis=send&start=2026-03-20").json()
    example = golden("stats_by_send_date")
    forms = ("rates", "share_in", "adjusted_rates")
    assert answer["share_in"].keys() == answer["adjusted_rates"].keys() == answer["rates"].keys()
    assert answer | {form: {name: answer[form][name] for name in example[form]} for form in forms} == example


def test_answers_the_contracts_replies(client: TestClient, golden: Any) -> None:
    # The contract shows one of the page's twenty rows.
    answer, example = client.get(REPLIES).json(), golden("replies")
    assert answer["campaign_id"] == example["campaign_id"]
    assert answer["pagination"] == example["pagination"]
    assert len(answer["replies"]) == 20
    assert [reply for reply in answer["replies"] if reply["id"] == "reply_xyz789"] == example["replies"]


def test_daily_without_dates_is_the_whole_campaign(client: TestClient) -> None:
    days = client.get(DAILY).json()["daily"]
    assert [day["date"] for day in days][:2] == ["2026-01-30", "2026-01-31"]
    assert sum(day["emails_sent"] for day in days) == 487


def test_lists_campaigns_newest_first(client: TestClient) -> None:
    first, second = (client.get(f"/campaigns?per_page=10&page={page}").json() for page in (1, 2))
    assert first["pagination"] == {"total": 13, "page": 1, "per_page": 10}
    result = first["campaigns"] + second["campaigns"]
    assert len({campaign["id"] for campaign in result}) == 13
    assert [campaign["created_at"] for campaign in result] == sorted(
        (campaign["created_at"] for campaign in result), reverse=True
    )
    assert set(result[0]) == {"id", "name", "mcp", "created_at", "detail", "tracked", "client", "tags"}


def test_benchmarks_without_mcp_are_the_community(client: TestClient) -> None:
    assert client.get("/benchmarks").json()["mcp"] is None


def test_an_untracked_count_is_null(client: TestClient, writable_sample: Store) -> None:
    answer = client.get("/campaigns/camp_401889/stats?start=2030-01-01").json()
    assert answer["rates"]["open_rate"] is None
    assert answer["stats"]["emails_sent"] == 0


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", Filters()),
        ("start=2026-02-01", Filters(start=date(2026, 2, 1))),
        ("end=2026-02-01", Filters(end=date(2026, 2, 1))),
        ("start=2026-02-01&end=2026-02-01", Filters(start=date(2026, 2, 1), end=date(2026, 2, 1))),
        ("basis=send", Filters(basis=Basis.SEND)),
        ("basis=activity&humans_only=true", Filters(humans_only=True)),
        ("humans_only=false", Filters()),
        ("start=0001-01-01&end=9999-12-31", Filters(start=date.min, end=date.max)),
    ],
)
def test_parameters_reach_the_data_module(
    client: TestClient, writable_sample: Store, query: str, filters: Filters
) -> None:
    stats = client.get(f"/campaigns/camp_8316e8/stats?{query}")
    daily = client.get(f"/campaigns/camp_8316e8/stats/daily?{query}")
    assert stats.text == results.campaign_stats(writable_sample, "camp_8316e8", filters).model_dump_json()
    assert daily.text == results.campaign_daily(writable_sample, "camp_8316e8", filters).model_dump_json()


@pytest.mark.parametrize("dimension", Dimension)
def test_parameters_of_breakdowns_reach_it(client: TestClient, writable_sample: Store, dimension: Dimension) -> None:
    filters = Filters(start=date(2026, 2, 1), basis=Basis.SEND, humans_only=True)
    query = f"by={dimension}&start=2026-02-01&basis=send&humans_only=true"
    answer = client.get(f"/campaigns/camp_8316e8/breakdown?{query}")
    expected = results.campaign_breakdown(writable_sample, "camp_8316e8", filters, dimension)
    assert answer.text == expected.model_dump_json()
    assert expected.rows


def test_parameters_of_replies_reach_the_data_module(client: TestClient, writable_sample: Store) -> None:
    answer = client.get(f"{REPLIES}?sentiment=positive&q=thanks&start=2026-01-31&humans_only=true&per_page=2&page=2")
    expected = results.replies(
        writable_sample,
        "camp_abc123",
        Filters(start=date(2026, 1, 31), humans_only=True),
        sentiment=Sentiment.POSITIVE,
        q="thanks",
        page=2,
        per_page=2,
    )
    assert answer.text == expected.model_dump_json()


def test_ids_may_hold_slashes(client: TestClient, writable_sample: Store) -> None:
    created = instant("created_at", "2026-03-20T08:00:00Z")
    load(writable_sample, "odd", [CampaignRecord("2026/q1 é?/stats", "Odd", None, created)])
    for rest in ("stats", "stats/daily", "replies"):
        answer = client.get(f"/campaigns/2026%2Fq1%20%C3%A9%3F%2Fstats/{rest}")
        assert answer.json()["campaign_id"] == "2026/q1 é?/stats"


# --- ETag --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [STATS, DAILY, BREAKDOWN, REPLIES, "/campaigns", "/usage", "/benchmarks", "/openapi.json", "/docs"]
)
def test_an_unchanged_answer_is_not_sent_again(client: TestClient, path: str) -> None:
    etag = client.get(path).headers["ETag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
        assert "content-length" not in again.headers
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_load_elsewhere_shows_within_100_ms(client: TestClient, writable_sample: Store) -> None:
    campaigns, stats = (client.get(path).headers["ETag"] for path in ("/campaigns", STATS))
    _load_elsewhere(writable_sample)
    eventually(lambda: client.get("/campaigns", headers={"If-None-Match": campaigns}).status_code == 200, within_s=0.15)
    assert "camp_new" in client.get("/campaigns").text
    unchanged = client.get(STATS, headers={"If-None-Match": stats})
    assert unchanged.status_code == 304, "nothing of this campaign has changed"


def test_this_month_follows_the_clock(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    month = "2026-01"
    numbers = UsageNumbers(campaigns_created=0, emails_sent=0, byok_cost_usd=0)
    monkeypatch.setattr(results, "usage", lambda _store, _period: Usage(period=month, usage=numbers))
    now = 1_769_903_999.0  # a second before February
    monkeypatch.setattr(middleware.time, "time", lambda: now)
    assert client.get("/usage").json()["period"] == "2026-01"
    month, now = "2026-02", now + 1
    assert client.get("/usage").json()["period"] == "2026-02"


def test_the_same_question_is_put_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    answer = results.campaign_stats
    monkeypatch.setattr(results, "campaign_stats", lambda *args: calls.append(args) or answer(*args))
    assert len({client.get(STATS).text for _ in range(3)}) == 1
    assert len(calls) == 1
    client.get(f"{STATS}?basis=send")
    assert len(calls) == 2


def test_repeated_answers_keep_their_headers(app: Starlette, key: str) -> None:
    # Streamlit wraps its routes in this one, which writes into the headers of what passes.
    wrapped = GZipMiddleware(app, minimum_size=500)
    with TestClient(wrapped, base_url="http://testserver/api/v1", headers={"Authorization": f"Bearer {key}"}) as client:
        plain = {"Accept-Encoding": "identity"}
        seen = {client.get("/campaigns/camp_abc123/replies", headers=plain).headers["vary"] for _ in range(5)}
    assert len(seen) == 1


def test_cached_answers_are_bounded_and_dropped() -> None:
    answers = BodyCache(capacity=10_000)
    assert answers.get("v1", (0,)) is None
    for n in range(100):
        answers.put("v1", (n,), EncodedBody(b"x" * 400))
    assert answers.get("v1", (99,)) is not None
    assert answers.get("v1", (0,)) is None
    answers.put("v0", ("late",), EncodedBody(b"old"))
    assert answers.get("v1", ("late",)) is None
    assert answers.get("v2", (99,)) is None
    assert answers.get("v1", (99,)) is None


# --- encodings, HEAD, headers ------------------------------------------------------------------------------------


def test_large_answers_are_compressed_if_accepted(client: TestClient) -> None:
    plain = client.get(REPLIES, headers={"Accept-Encoding": "identity"})
    packed = client.get(REPLIES, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.content == plain.content
    assert packed.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize(
    ("encodings", "accepted"),
    [
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("br, gzip;q=1.0", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
    ],
)
def test_reads_accept_encoding(encodings: str, accepted: bool) -> None:
    assert accepts_gzip(encodings.encode()) is accepted


def test_the_compressed_body_is_the_body() -> None:
    answer = EncodedBody(b"{}" * 1_000)
    assert gzip.decompress(answer.gzipped) == answer.body


@pytest.mark.parametrize("path", [STATS, REPLIES, "/docs", "/campaigns/camp_abc123/export", "/campaigns/nope/stats"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    got = client.get(path)
    for _ in range(2):  # as it is made, and as it was kept
        head = client.head(path)
        assert head.content == b""
        assert head.status_code == got.status_code
        assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("path", [STATS, "/nope", "/usage?x=1", "/campaigns/camp_abc123/export", "/openapi.json"])
def test_answers_are_private_and_same_origin(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Vary"] == "Accept-Encoding, Authorization"
    assert not [name for name in headers if name.startswith("access-control")]
