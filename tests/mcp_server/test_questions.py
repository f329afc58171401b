"""What the tools answer and refuse: definitions, ranges and reasons are in the answer, and unknown is never 0."""

from __future__ import annotations

import pytest

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.models.metric_definitions import METRICS
from outreach_results.store import labeling
from outreach_results.store.engine import Store
from outreach_results.store.goals import set_goals
from outreach_results.store.tracking import choose_tracking
from support.assistants import Ask

SAMPLE = "camp_abc123"


def test_answer_says_what_its_numbers_mean(ask: Ask) -> None:
    answer = ask("campaign_stats", campaign_id=SAMPLE)
    about = answer["about"]
    assert about["definitions"]["reply_rate"] == METRICS["reply_rate"].definition
    assert about["counting"] == "by event date, with bots and automatic replies"
    assert (about["time_zone"], about["data_through"]) == ("UTC", "2026-03-27")
    reply_rate = answer["intervals"]["reply_rate"]
    assert reply_rate["low"] < answer["answer"]["rates"]["reply_rate"] < reply_rate["high"]


def test_what_is_not_tracked_is_null_with_a_reason(ask: Ask, store: Store) -> None:
    choose_tracking(store, SAMPLE, {"opens": False})
    try:
        answer, daily = (ask(tool, campaign_id=SAMPLE) for tool in ("campaign_stats", "daily_stats"))
    finally:
        choose_tracking(store, SAMPLE, {"opens": None})
    assert (answer["answer"]["stats"]["opened"], answer["answer"]["rates"]["open_rate"]) == (None, None)
    assert answer["about"]["unknown"] == {
        "opened": "Not tracked: this campaign does not track opens.",
        "open_rate": "Opened is not known.",
    }
    assert {day["opened"] for day in daily["answer"]["daily"]} == {None}
    assert daily["about"]["unknown"] == {"opened": "Not tracked: this campaign does not track opens."}


def test_rate_without_a_denominator_says_so(ask: Ask) -> None:
    answer = ask("campaign_stats", campaign_id=SAMPLE, start="2020-01-01", end="2020-01-31")
    assert answer["answer"]["rates"]["reply_rate"] is None
    assert answer["about"]["unknown"]["reply_rate"] == "Nothing to divide by: delivered is 0."


def test_account_stats_are_the_totals_of_the_page(ask: Ask, store: Store) -> None:
    answer = ask("account_stats", period="28d")
    period = results.chosen_period(store, Filters(), "28d")
    assert period is not None
    totals = results.totals(store, period.filters)
    assert answer["stats"] == totals.stats.model_dump()
    assert answer["rates"] == totals.rates.model_dump()
    assert answer["period"]["start"] == "2026-02-28"


def test_strangers_words_are_marked_at_each_place(ask: Ask) -> None:
    reply = ask("replies", kind="people", per_page=1, with_text=True)["replies"][0]
    for field in ("email", "name", "preview", "text"):
        assert list(reply[field]) == ["written_by_others"]
    assert list(ask("campaigns")["campaigns"][0]["name"]) == ["written_by_others"]
    assert list(ask("compare_campaigns")["campaigns"][0]["name"]) == ["written_by_others"]


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("campaign_stats", {"campaign_id": "nope"}, "There is no campaign 'nope' in this database."),
        ("replies", {"campaign_id": "nope"}, "There is no campaign 'nope' in this database."),
        ("campaign_stats", {}, "campaign_id: It is missing."),
        (
            "campaign_stats",
            {"campaign_id": SAMPLE, "start": "x"},
            "start: 'x' is not allowed. Use a date like 2026-01-31.",
        ),
        ("campaigns", {"page": 0}, "page: '0' is not allowed. Use a whole number from 1 to 1,000,000."),
        ("campaigns", {"color": "red"}, "There is no parameter 'color' here. Use page, per_page, client, tag."),
        ("account_stats", {"client": "nope"}, "There is no client 'nope'. There are no clients yet"),
        ("replies", {"tag": "nope"}, "There is no tag 'nope'."),
        ("nothing", {}, "There is no tool 'nothing'."),
        ("account_stats", {"period": "7d", "start": "2026-03-01"}, "Name a period or its days, not both."),
        ("account_stats", {"start": "2020-01-01", "end": "2020-01-02"}, "Nothing happened in Jan 1 – 2, 2020"),
        ("what_changed", {"period": "all"}, "There is no comparison for all time."),
        ("compare_campaigns", {"campaign_ids": [SAMPLE]}, "Only one campaign was active in"),
        ("benchmarks", {"mcp": "nope"}, "No benchmarks are known for the mcp 'nope'."),
        ("breakdown", {"campaign_id": SAMPLE, "by": "color"}, "by: 'color' is not allowed. Use step or"),
        ("glossary", {"metric": "nope"}, "There is no metric 'nope'."),
        ("usage", {"period": "2026-13"}, "period: '2026-13' is not allowed."),
    ],
)
def test_refusal_says_why_and_what_to_ask(refused: Ask, tool: str, arguments: dict[str, object], sentence: str) -> None:
    assert refused(tool, **arguments).startswith(sentence)


def test_client_narrows_what_is_asked(ask: Ask, refused: Ask, store: Store) -> None:
    acme, bolt = (labeling.add_client(store, name) for name in ("Acme", "Bolt"))
    labeling.choose_client(store, [SAMPLE], acme)
    (listed,) = ask("campaigns", client=acme)["campaigns"]
    assert (listed["id"], listed["client"]) == (SAMPLE, {"id": acme, "name": {"written_by_others": "Acme"}})
    of_client, of_campaign = (ask("account_stats", **by) for by in ({"client": acme}, {"campaign_ids": [SAMPLE]}))
    assert of_client["stats"] == of_campaign["stats"]
    assert {one["campaign_id"] for one in ask("replies", client=acme, per_page=100)["replies"]} == {SAMPLE}
    assert refused("account_stats", client=bolt).startswith("No campaign matches.")
    assert ask("replies", client=bolt)["replies"] == []


def test_goals_are_those_of_the_tile(ask: Ask, refused: Ask, store: Store) -> None:
    assert refused("goals").startswith("No goal is set.")
    set_goals(store, {"meetings_booked": 30})
    try:
        (goal,) = ask("goals")["goals"]
        (pace,) = results.paces(store)
    finally:
        set_goals(store, {"meetings_booked": None})
    assert (goal["done"], goal["goal"], goal["low"], goal["high"]) == (pace.done, 30, pace.low, pace.high)
    assert goal["sentence"] == pace.sentence()


def test_null_is_as_good_as_left_out(ask: Ask) -> None:
    assert ask("campaigns", page=None) == ask("campaigns")
