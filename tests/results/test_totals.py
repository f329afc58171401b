"""The questions that pages, API and exports share: the contract's examples, and what the definitions say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import update

from outreach_results import results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord, DailyRecord, PlanRecord, Record
from outreach_results.models import COUNTS, Basis, Filters, Sentiment, Stats
from outreach_results.results.inbox_filters import InboxFilters
from outreach_results.store import schema
from support.optional import present
from support.records import at, campaign, email, emails, event, mark, reply

ABC = "camp_abc123"
DAY = date(2026, 1, 5)


def zone_is(store, zone):
    with store.write() as connection:
        connection.execute(update(schema.meta).where(schema.meta.c.key == "time_zone").values(value=zone))


# --- the contract's examples -------------------------------------------------------------------------------------


def test_stats_are_those_of_the_contract(every_sample_store, golden):
    assert results.campaign_stats(every_sample_store, ABC).model_dump(mode="json") == golden("stats")


def test_stats_of_the_days_of_the_example_are_the_same(every_sample_store, golden):
    filters = Filters(start=date(2026, 1, 30), end=date(2026, 2, 4))
    assert results.campaign_stats(every_sample_store, ABC, filters).model_dump(mode="json") == golden("stats")


def test_days_are_those_of_the_contract(every_sample_store, golden):
    result = results.campaign_daily(every_sample_store, ABC).model_dump(mode="json")
    assert result["campaign_id"] == ABC
    assert result["daily"][:2] == golden("daily")["daily"]
    assert sum(day["emails_sent"] for day in result["daily"]) == golden("stats")["stats"]["emails_sent"]


def test_replies_are_those_of_the_contract(every_sample_store, golden):
    result = results.replies(every_sample_store, ABC).model_dump(mode="json")
    assert result["pagination"] == golden("replies")["pagination"]
    every = [
        reply.model_dump(mode="json")
        for page in (1, 2)
        for reply in results.replies(every_sample_store, ABC, page=page).replies
    ]
    assert len(every) == 23
    assert golden("replies")["replies"][0] in every


def test_positive_replies_are_found_by_their_sentiment(every_sample_store, golden):
    positive = results.replies(every_sample_store, ABC, sentiment=Sentiment.POSITIVE, per_page=100)
    assert {reply.sentiment for reply in positive.replies} == {"positive"}
    assert 0 < positive.pagination.total == len(positive.replies) < 23
    assert golden("replies")["replies"][0]["id"] in {reply.id for reply in positive.replies}


def test_usage_is_that_of_the_contract(every_sample_store, golden):
    assert results.usage(every_sample_store, "2026-01").model_dump(mode="json") == golden("usage")
    in_january = datetime(2026, 1, 20, tzinfo=UTC)
    assert results.usage(every_sample_store, now=in_january).model_dump(mode="json") == golden("usage")


def test_benchmarks_are_those_of_the_contract(every_sample_store, golden):
    result = results.benchmarks(every_sample_store, "sales-outreach").model_dump(mode="json")
    assert result == golden("benchmarks")
    assert list(result["benchmarks"]) == list(golden("benchmarks")["benchmarks"])


def test_every_database_gives_the_same_answers(sample_store, sample_store_postgres):
    for filters in (Filters(), Filters(basis=Basis.SEND), Filters(humans_only=True, start=date(2026, 2, 1))):
        for question in (results.totals, results.campaign_totals, results.daily_stats, results.inbox):
            here, there = question(sample_store, filters), question(sample_store_postgres, filters)
            if isinstance(here, pd.DataFrame) and isinstance(there, pd.DataFrame):
                pd.testing.assert_frame_equal(here, there)
            else:
                assert here == there


# --- campaigns ---------------------------------------------------------------------------------------------------


def test_campaigns_come_newest_first_and_page_by_page(store):
    load(store, "f", [campaign(f"c{n}", created_at=at(1 + n // 2)) for n in range(5)])
    first, second = (results.campaigns(store, page=page, per_page=3) for page in (1, 2))
    assert [campaign.id for campaign in first.campaigns + second.campaigns] == ["c4", "c2", "c3", "c0", "c1"]
    assert first.pagination.model_dump() == {"total": 5, "page": 1, "per_page": 3}
    assert [campaign.id for campaign in results.all_campaigns(store)] == ["c4", "c2", "c3", "c0", "c1"]
    assert results.campaigns(store, page=9).campaigns == []


@pytest.mark.parametrize("unknown", ["nobody", "", "a\x00b", "half \udcff", "'; DROP TABLE campaigns; --", "x" * 5_000])
def test_an_unknown_campaign_is_named(store, unknown):
    for question in (results.campaign, results.campaign_stats, results.campaign_daily, results.replies):
        with pytest.raises(UnknownCampaignError) as caught:
            question(store, unknown)
        assert caught.value.campaign_id == unknown


@pytest.mark.parametrize(
    ("page", "per_page", "parameter"),
    [(0, 20, "page"), (-1, 20, "page"), (10**19, 20, "page"), (1, 0, "per_page"), (1, 101, "per_page")],
)
def test_a_page_that_cannot_be_is_refused_by_name(sqlite_store, page, per_page, parameter):
    load(sqlite_store, "f", [campaign()])
    for question in (results.campaigns, lambda store, **options: results.replies(store, "camp_1", **options)):
        with pytest.raises(QueryError) as caught:
            question(sqlite_store, page=page, per_page=per_page)
        assert caught.value.parameter == parameter


def test_the_range_of_days_is_that_of_all_activity(store):
    assert results.date_range(store) is None
    load(store, "f", [campaign(), email(), event("opened", at(20)), campaign("c2"), email(of="c2", sent_at=at(30))])
    assert results.date_range(store) == (DAY, date(2026, 1, 30))
    assert results.date_range(store, ["camp_1"]) == (DAY, date(2026, 1, 20))
    assert results.date_range(store, []) is None


# --- totals ------------------------------------------------------------------------------------------------------


def test_empty_campaign_has_zero_counts(store):
    load(store, "f", [campaign()])
    result = results.campaign_stats(store, "camp_1")
    assert result.period is None
    assert set(result.stats.model_dump().values()) == {0}
    assert set(result.rates.model_dump().values()) == {None}
    assert result.costs.total_byok_usd == 0
    assert results.campaign_daily(store, "camp_1").daily == []


def test_denominators_of_rates(store):
    load(
        store,
        "f",
        [
            campaign(),
            *emails(8),
            *(event("delivered", email_id=f"e{n}") for n in range(1, 7)),
            *(event("opened", email_id=f"e{n}") for n in (1, 2)),
            event("opened", at(9)),
            event("meeting_booked"),
        ],
    )
    result = results.campaign_stats(store, "camp_1")
    assert result.stats == Stats(
        emails_sent=8, delivered=6, bounced=0, opened=2, clicked=0, replied=0, unsubscribed=0, meetings_booked=1
    )
    expected = {
        "delivery_rate": 0.75,
        "open_rate": 0.333,
        "click_rate": 0.0,
        "reply_rate": 0.0,
        "conversion_rate": 0.167,
    }
    assert {name: getattr(result.rates, name) for name in expected} == expected


def test_humans_only_keeps_emails_sent(store):
    load(
        store,
        "f",
        [
            campaign(),
            email(),
            event("delivered"),
            event("opened", at(6), is_machine=True),
            event("opened", at(7)),
            event("clicked", is_machine=True),
            reply(sentiment="automatic"),
        ],
    )
    everything, humans = (results.campaign_stats(store, "camp_1", Filters(humans_only=only)) for only in (False, True))
    assert (everything.stats.opened, everything.stats.clicked, everything.stats.replied) == (1, 1, 1)
    assert (humans.stats.opened, humans.stats.clicked, humans.stats.replied) == (1, 0, 0)
    assert (humans.stats.emails_sent, humans.costs) == (1, everything.costs)
    on_the_sixth = Filters(start=date(2026, 1, 6), end=date(2026, 1, 6), humans_only=True)
    assert results.campaign_stats(store, "camp_1", on_the_sixth).stats.opened == 0


def test_an_e_mail_counts_once_on_its_first_day(store):
    load(store, "f", [campaign(), email(), event("opened", at(6)), event("opened", at(9))])
    by_day = {day.date.day: day.opened for day in results.campaign_daily(store, "camp_1").daily}
    assert by_day == {5: 0, 6: 1}
    assert results.campaign_stats(store, "camp_1", Filters(start=date(2026, 1, 7))).stats.opened == 0


def test_cohort_rates_never_exceed_100_percent(store):
    load(
        store,
        "f",
        [campaign(), *emails(2), event("delivered"), event("opened", at(20)), event("opened", email_id="e2")],
    )
    late = Filters(start=date(2026, 1, 20))
    assert results.campaign_stats(store, "camp_1", late).stats.opened == 1
    cohort = Filters(basis=Basis.SEND, start=DAY, end=DAY)
    assert results.campaign_stats(store, "camp_1", cohort).stats.opened == 2
    assert results.campaign_stats(store, "camp_1", Filters(basis=Basis.SEND, start=date(2026, 1, 6))).period is None


def test_totals_add_up_what_the_campaigns_have(store):
    load(store, "f", [campaign("a"), campaign("b"), email(of="a"), email(of="b"), event("opened", of="b")])
    both = results.totals(store, Filters())
    assert (both.stats.emails_sent, both.stats.opened, both.costs.total_byok_usd) == (2, 1, 0.0066)
    assert results.totals(store, Filters(campaigns=("a",))).stats.opened == 0
    assert results.totals(store, Filters(campaigns=())).stats.emails_sent == 0
    assert results.totals(store, Filters(campaigns=("nobody",))).rates.open_rate is None


def test_campaigns_and_days_sum_to_totals(sample_store):
    for filters in (Filters(), Filters(basis=Basis.SEND, humans_only=True), Filters(start=date(2026, 2, 1))):
        totals = results.totals(sample_store, filters)
        by_campaign = results.campaign_totals(sample_store, filters)
        by_day = results.daily_stats(sample_store, filters)
        for name in COUNTS:
            assert by_campaign[name].sum() == by_day[name].sum() == getattr(totals.stats, name)
        assert by_campaign["cost_usd"].sum() == pytest.approx(totals.costs.total_byok_usd)
        assert by_day["cost_usd"].sum() == pytest.approx(totals.costs.total_byok_usd)


def test_campaign_table_most_active_first(sample_store):
    table = results.campaign_totals(sample_store, Filters())
    assert len(table) == 13
    assert list(table["emails_sent"]) == sorted(table["emails_sent"], reverse=True)
    row = table.set_index("campaign_id").loc[ABC]
    stats = results.campaign_stats(sample_store, ABC)
    assert (row["opened"], round(row["open_rate"], 3)) == (stats.stats.opened, stats.rates.open_rate)
    assert row["cost_ai_generation_usd"] == stats.costs.breakdown.ai_generation


def test_empty_campaign_table_has_columns(sqlite_store):
    table = results.campaign_totals(sqlite_store, Filters())
    assert table.empty
    assert {"campaign_id", "emails_sent", "open_rate", "cost_usd"} <= set(table.columns)


def test_period_ending_before_start_is_refused(store):
    load(store, "f", [campaign()])
    backwards = Filters(start=DAY, end=DAY - timedelta(days=1))
    for question in (results.totals, results.campaign_totals, results.daily_stats, results.inbox):
        with pytest.raises(QueryError, match="The period starts on 2026-01-05, after its end on 2026-01-04") as caught:
            question(store, backwards)
        assert caught.value.parameter == "start"


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("UTC", "2026-01-05T00:00:00Z", "2026-01-05T23:59:59Z"),
        ("Europe/Zurich", "2026-01-04T23:00:00Z", "2026-01-05T22:59:59Z"),
        ("Asia/Kathmandu", "2026-01-04T18:15:00Z", "2026-01-05T18:14:59Z"),
    ],
)
def test_period_spans_local_days(store, zone, start, end):
    zone_is(store, zone)
    load(store, "f", [campaign(), email()])
    period = results.campaign_stats(store, "camp_1").period
    assert period is not None
    assert period.model_dump(mode="json") == {"start": start, "end": end}


def test_period_on_clock_change_day(sqlite_store):
    zone_is(sqlite_store, "Europe/Zurich")
    load(sqlite_store, "f", [campaign(), email(sent_at=at(88))])
    period = results.campaign_stats(sqlite_store, "camp_1").period
    assert period is not None
    assert period.end - period.start == timedelta(hours=23, seconds=-1)


def test_day_with_repeated_last_hour_ends_later(sqlite_store):
    zone_is(sqlite_store, "America/Santiago")
    load(sqlite_store, "f", [campaign(), email(sent_at=datetime(2026, 4, 4, 15, tzinfo=UTC))])
    period = results.campaign_stats(sqlite_store, "camp_1").period
    assert period is not None
    assert period.end - period.start == timedelta(hours=25, seconds=-1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_period_of_first_and_last_possible_day(store, zone):
    zone_is(store, zone)
    load(store, "f", [campaign(), email()])
    whole = Filters(start=date.min, end=date.max)
    assert results.campaign_stats(store, "camp_1", whole).stats.emails_sent == 1
    assert len(results.campaign_daily(store, "camp_1", whole).daily) == 1
    assert results.replies(store, "camp_1", whole).pagination.total == 0


# --- days --------------------------------------------------------------------------------------------------------


def test_days_have_no_gaps_and_quiet_ones_hold_0(store):
    load(store, "f", [campaign(), email(), event("opened", at(8))])
    days = results.daily_stats(store, Filters())
    assert [f"{day:%d}" for day in days["date"]] == ["05", "06", "07", "08"]
    assert list(days["opened"]) == [0, 0, 0, 1]
    assert list(days["cost_usd"]) == [0.0033, 0, 0, 0]
    assert str(days["opened"].dtype) == "Int64"


def test_days_reach_as_far_as_the_filters_do(store):
    load(store, "f", [campaign(), email()])
    days = results.daily_stats(store, Filters(start=date(2026, 1, 4), end=date(2026, 1, 7)))
    assert list(days["emails_sent"]) == [0, 1, 0, 0]
    nothing = results.daily_stats(store, Filters(start=date(2027, 1, 1), end=date(2027, 1, 2)))
    assert nothing[list(COUNTS)].to_numpy().tolist() == [[0] * 8] * 2


def test_days_of_nothing_are_a_table_without_rows(sqlite_store):
    days = results.daily_stats(sqlite_store, Filters())
    assert days.empty
    assert {"date", *COUNTS, "cost_usd"} <= set(days.columns)


def test_what_is_not_tracked_is_missing_and_never_0(store):
    records = [DailyRecord("camp_1", DAY + timedelta(days=n), emails_sent=10, opened=3) for n in (0, 2)]
    load(store, "f", [campaign(detail="daily"), *records])
    days = results.daily_stats(store, Filters())
    assert list(days["emails_sent"]) == [10, 0, 10]
    assert days["delivered"].isna().all()
    assert days["cost_usd"].isna().all()
    row = results.campaign_totals(store, Filters()).iloc[0]
    assert row["emails_sent"] == 20
    assert pd.isna(row["delivered"])
    assert pd.isna(row["open_rate"])
    assert pd.isna(row["cost_usd"])


def test_days_are_those_of_the_campaigns_that_know(store):
    load(store, "f", [campaign(), email(), event("delivered", at(8)), campaign("c2", detail="daily")])
    load(store, "f", [DailyRecord("c2", date(2026, 1, 6), emails_sent=10)])
    days = results.daily_stats(store, Filters())
    assert list(days["emails_sent"]) == [1, 10, 0, 0]
    assert list(days["delivered"]) == [0, 0, 0, 1]
    assert list(days["emails_sent_with_delivered"]) == [1, 0, 0, 0]


# --- replies -----------------------------------------------------------------------------------------------------

REPLIES: list[Record] = [
    campaign(),
    email(),
    reply("r1", at(7), sentiment="positive", name="Zoë ÉCOLE", address="zoe@a.example", body=None),
    reply("r2", at(8), sentiment="negative", name="Bob", company="50% Off_Ltd", body="a long text about Αθήνα"),
    reply("r3", at(8), sentiment="automatic", name=None, company=None, address=None, preview="out of office"),
    mark("r2", sentiment="positive"),
]


@pytest.fixture
def answered(store):
    load(store, "f", REPLIES)
    return store


def matching_ids(store, filters=None, **options):
    return [reply.id for reply in results.replies(store, "camp_1", filters, **options).replies]


def test_replies_come_newest_first(answered):
    assert matching_ids(answered) == ["r3", "r2", "r1"]
    assert matching_ids(answered, per_page=2, page=2) == ["r1"]


def test_replies_are_dated_by_when_they_came(answered):
    assert matching_ids(answered, Filters(end=date(2026, 1, 7))) == ["r1"]
    assert matching_ids(answered, Filters(start=date(2026, 1, 8), basis=Basis.SEND)) == ["r3", "r2"]


def test_a_correction_counts_wherever_a_sentiment_does(answered):
    assert matching_ids(answered, sentiment=Sentiment.POSITIVE) == ["r2", "r1"]
    assert matching_ids(answered, sentiment=Sentiment.NEGATIVE) == []
    box = results.inbox(answered, Filters(), InboxFilters(sentiments=(Sentiment.POSITIVE,)))
    assert box.counts == {"positive": 2, "neutral": 0, "negative": 0, "automatic": 1, "unclassified": 0}
    assert box.pagination.total == 2
    r2 = present(results.reply(answered, "camp_1", "r2"))
    assert (r2.sentiment, r2.source_sentiment, r2.mark_version) == ("positive", "negative", 1)


def test_humans_only_leaves_out_automatic_replies(answered):
    assert matching_ids(answered, Filters(humans_only=True)) == ["r2", "r1"]


SEARCHES = {
    "zoë": ["r1"],
    "ÉCOLE": ["r1"],
    "école": ["r1"],
    "bob αθήνα": ["r2"],
    "bob zoë": [],
    "50%": ["r2"],
    "off_ltd": ["r2"],
    "offXltd": [],
    "%": [],
    "OUT  office": ["r3"],
    "A.EXAMPLE": ["r2", "r1"],
    "/": [],
    "'": [],
    "\\": [],
    "": ["r3", "r2", "r1"],
    "   ": ["r3", "r2", "r1"],
}


def test_search_matches_every_word_in_any_case(answered):
    assert {q: matching_ids(answered, q=q) for q in SEARCHES} == SEARCHES


def test_a_reply_can_be_read_in_full(answered):
    assert present(results.reply(answered, "camp_1", "r2")).body == "a long text about Αθήνα"
    assert results.reply(answered, "camp_1", "nobody") is None
    assert results.reply(answered, "nobody", "r2") is None


def test_the_inbox_shows_all_chosen_campaigns(answered):
    load(answered, "f", [campaign("c2"), reply("r9", at(9), of="c2", email_id=None)])
    listed = [(reply.campaign_id, reply.id) for reply in results.inbox(answered, Filters()).replies]
    assert listed[0] == ("c2", "r9")
    assert len(listed) == 4
    only = results.inbox(answered, Filters(campaigns=("c2",)))
    assert only.pagination.total == 1
    assert results.inbox(answered, Filters(campaigns=())).replies == []


# --- usage -------------------------------------------------------------------------------------------------------


def test_usage_without_plan_has_no_remaining(store):
    load(store, "f", [campaign(), *emails(3)])
    result = results.usage(store, "2026-01")
    assert result.plan is None
    assert result.usage.model_dump() == {
        "campaigns_created": 1,
        "emails_sent": 3,
        "emails_remaining": None,
        "byok_cost_usd": 0.0099,
        "cost_tracked": {"campaigns": 1, "of_campaigns": 1},
    }


def test_more_than_the_limit_leaves_0_and_never_less(store):
    load(store, "f", [campaign(), *emails(3), PlanRecord("Free", 2, 0)])
    assert results.usage(store, "2026-01").usage.emails_remaining == 0


def test_a_month_is_one_of_the_reporting_zone(store):
    zone_is(store, "Europe/Zurich")
    midnight = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    load(store, "f", [campaign(created_at=midnight), email(sent_at=midnight)])
    assert results.usage(store, "2026-01").usage.emails_sent == 0
    assert results.usage(store, now=midnight).period == "2026-02"
    assert results.usage(store, now=midnight).usage.model_dump(include={"campaigns_created", "emails_sent"}) == {
        "campaigns_created": 1,
        "emails_sent": 1,
    }


def test_a_month_in_which_nothing_happened_is_empty(sqlite_store):
    assert results.usage(sqlite_store, "1999-12").usage.emails_sent == 0
    assert results.usage(sqlite_store, "0999-12").period == "0999-12"


@pytest.mark.parametrize(
    "period", ["", "2026", "2026-1", "2026-13", "2026-01-01", "January", "9999-12", "2026-W1", "x" * 500]
)
def test_what_is_no_month_is_refused(sqlite_store, period):
    with pytest.raises(QueryError, match="isn't a period: use 'month' or a month like 2026-01") as caught:
        results.usage(sqlite_store, period)
    assert caught.value.parameter == "period"
    assert len(str(caught.value)) < 100


def test_usage_by_month_agrees_with_each_month(sample_store):
    months = results.usage_by_month(sample_store)
    assert f"{months['month'].iloc[0]:%Y-%m}" == "2025-11"
    for row in months.itertuples():
        result = results.usage(sample_store, f"{row.month:%Y-%m}").usage
        assert (row.emails_sent, row.campaigns_created) == (result.emails_sent, result.campaigns_created)
        assert row.cost_usd == pytest.approx(result.byok_cost_usd)


def test_month_costs_equal_usage(store):
    days = [DailyRecord("c2", date(2026, 2, 5), emails_sent=10)]
    load(store, "f", [campaign(), email(), email("e2", at(40)), campaign("c2", detail="daily"), *days])
    months = results.usage_by_month(store)
    assert list(months["emails_sent"]) == [1, 11]
    assert list(months["cost_usd"]) == [0.0033, 0.0033]
    assert results.usage(store, "2026-02").usage.byok_cost_usd == 0.0033


def test_the_month_after_december_is_january():
    assert results.next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert results.next_month(date(2024, 2, 29)) == date(2024, 3, 1)


# --- benchmarks --------------------------------------------------------------------------------------------------


def test_benchmarks_without_mcp_are_of_all(every_sample_store):
    whole = results.benchmarks(every_sample_store)
    assert whole.mcp is None
    assert present(whole.sample_size) > 1247
    assert results.benchmark_mcps(every_sample_store)[0] == ""


def test_benchmarks_unknown_mcp_names_known(every_sample_store):
    with pytest.raises(QueryError, match=r"for the mcp 'nonsense'\. Known: .*sales-outreach") as caught:
        results.benchmarks(every_sample_store, "nonsense")
    assert caught.value.parameter == "mcp"


def test_without_benchmarks_there_are_none(sqlite_store):
    result = results.benchmarks(sqlite_store)
    assert (result.benchmarks, result.sample_size, result.updated_at) == ({}, None, None)
    with pytest.raises(QueryError, match=r"Known: none\."):
        results.benchmarks(sqlite_store, "sales")


def test_unknown_metric_comes_last(store):
    spread = BenchmarkRecord("", "a_new_metric", 0.2, None, None, None, None, None)
    load(store, "f", [spread, spread._replace(metric="reply_rate"), spread._replace(metric="delivery_rate")])
    result = results.benchmarks(store)
    assert list(result.benchmarks) == ["delivery_rate", "reply_rate", "a_new_metric"]
    assert result.benchmarks["reply_rate"].p25 is None


def test_sparklines_have_gaps_where_a_count_is_unknown(sqlite_store):
    day = date(2026, 1, 5)
    load(
        sqlite_store,
        "test",
        [
            campaign("c1", detail="daily"),
            DailyRecord("c1", day, emails_sent=10, replied=3),
            DailyRecord("c1", day + timedelta(days=1), emails_sent=10, replied=None),
            DailyRecord("c1", day + timedelta(days=3), emails_sent=10, replied=0),
        ],
    )
    series = results.campaign_time_series(sqlite_store, Filters(), "replied")
    assert series == {"c1": [3.0, None, 0.0, 0.0]}


def test_sparklines_look_back_to_whole_parts(sqlite_store):
    day = date(2026, 1, 1)
    days = [DailyRecord("c1", day + timedelta(days=n), emails_sent=1, replied=1) for n in range(90)]
    load(sqlite_store, "test", [campaign("c1", detail="daily"), *days])
    month = Filters(start=date(2026, 2, 1), end=date(2026, 3, 3))
    assert results.campaign_time_series(sqlite_store, month, "replied") == {"c1": [2.0] * 16}
    week = Filters(start=date(2026, 2, 1), end=date(2026, 2, 7))
    assert results.campaign_time_series(sqlite_store, week, "replied") == {"c1": [1.0] * 7}


def test_sparklines_of_a_year_one_do_not_fail(sqlite_store):
    load(sqlite_store, "test", [campaign("c1", detail="daily"), DailyRecord("c1", date(2026, 1, 5), replied=1)])
    result = results.campaign_time_series(sqlite_store, Filters(start=date.min, end=date(2026, 1, 5)), "replied")
    assert result["c1"][-1] == 1.0
