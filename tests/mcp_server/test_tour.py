"""The five questions of docs/tour.md, asked by an assistant."""

from __future__ import annotations

from support.assistants import Ask

WEBINAR = "Webinar “Scaling outbound” – attendees"


def test_which_campaign_earns_most_meetings_per_dollar(ask: Ask) -> None:
    first = ask("compare_campaigns", order_by="meetings_per_dollar")["campaigns"][0]
    assert first["name"]["written_by_others"] == WEBINAR
    assert first["meetings_booked"] == 8
    assert round(first["cost_per_meeting"]["value_usd"], 2) == 0.58


def test_does_its_reply_rate_beat_the_community(ask: Ask) -> None:
    campaign_id = ask("compare_campaigns")["campaigns"][0]["id"]
    compared = ask("compare_with_benchmarks", campaign_ids=[campaign_id])
    reply_rate = next(one for one in compared["metrics"] if one["metric"] == "reply_rate")
    assert [round(reply_rate[name], 3) for name in ("value", "low", "high", "p50")] == [0.098, 0.064, 0.149, 0.045]
    assert reply_rate["verdict"] == "Better than the community's median."


def test_which_replies_wait(ask: Ask) -> None:
    waiting = ask("replies", status="open", kind="people", sentiment="positive")
    assert waiting["pagination"]["total"] == waiting["by_sentiment"]["positive"] > 0
    assert not any(reply["is_done"] for reply in waiting["replies"])


def test_when_does_the_quota_run_out(ask: Ask) -> None:
    answer = ask("usage")
    assert answer["answer"]["usage"]["emails_sent"] == answer["outlook"]["emails_sent"] == 2_600
    assert answer["answer"]["plan"]["email_limit"] == 10_000
    assert answer["outlook"]["as_of"] == "2026-03-27"
    assert answer["outlook"]["chance_of_running_out"] < 0.01
    assert answer["outlook"]["runs_out_first"] is None


def test_what_changed_last_week(ask: Ask) -> None:
    answer = ask("what_changed", period="7d")
    first, *_ = [sentence["written_by_others"] for sentence in answer["sentences"]]
    assert first.startswith("785 emails sent, 12% fewer than Mar 14 – 20, 2026.")
    assert "Reply rate 4.4% (was 5.4%), not statistically significant." in first
    assert answer["metrics"]["reply_rate"]["significant"] is False
    assert answer["metrics"]["emails_sent"]["now"] == 785
