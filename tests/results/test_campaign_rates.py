"""The rates of each campaign: those of the tiles and of the API, and changes that stand out among many campaigns."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from outreach_results import results
from outreach_results.ingest.history import record_failure
from outreach_results.ingest.load import load
from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.models import Basis, Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.campaign_rates import changes_among_many, standouts_among
from support.clustered import outcomes, volumes
from support.optional import present
from support.records import at, campaign, email, event

LAST_WEEKS = Filters(start=date(2026, 3, 1), end=date(2026, 3, 27), basis=Basis.SEND)
FILTERS = [LAST_WEEKS, Filters(), Filters(basis=Basis.SEND, humans_only=True), Filters(start=date(2026, 2, 1))]


@pytest.mark.parametrize("filters", FILTERS)
def test_each_campaign_has_the_rates_of_its_tiles(sample_store, filters):
    result = results.campaign_rates(sample_store, filters)
    assert len(result) > 3
    for campaign_id, rates in result.items():
        tiles = results.headlines(sample_store, filters.of(campaign_id)).rates
        for name in RATES:
            assert rates[name].rate == pytest.approx(tiles[name].rate)
            assert rates[name].share_in == pytest.approx(tiles[name].share_in)
            assert rates[name].interval == pytest.approx(tiles[name].interval)


def test_by_event_date_rates_are_the_plain_ones(sample_store):
    totals = results.campaign_totals(sample_store, Filters()).set_index("campaign_id")
    for campaign_id, rates in results.campaign_rates(sample_store, Filters()).items():
        for name, rate in rates.items():
            assert rate.rate == pytest.approx(totals.loc[campaign_id, name])
            assert rate.share_in is None


def test_some_campaigns_are_still_collecting(sample_store):
    result = results.campaign_rates(sample_store, LAST_WEEKS)
    assert any((rates["reply_rate"].share_in or 1) < 0.99 for rates in result.values())


def test_api_gives_adjusted_beside_plain_rates(sample_store):
    for campaign_id, rates in results.campaign_rates(sample_store, LAST_WEEKS).items():
        plain = results.campaign_stats(sample_store, campaign_id, Filters(start=LAST_WEEKS.start)).model_dump()
        result = results.campaign_stats(sample_store, campaign_id, LAST_WEEKS).model_dump(mode="json")
        assert plain.keys() < result.keys()
        for name, rate in rates.items():
            count, of = (result["stats"][part] for part in RATES[name].parts)
            assert result["rates"][name] == (round(count / of, 3) if of else None)
            assert result["share_in"][name] == (None if rate.share_in is None else round(rate.share_in, 3))
            assert result["adjusted_rates"][name] == (None if rate.share_in is None else round(present(rate.rate), 3))


def test_a_campaign_without_days_has_no_adjusted_rate(sample_store):
    early = Filters(start=date(2020, 1, 1), end=date(2020, 1, 31), basis=Basis.SEND)
    result = results.campaign_stats(sample_store, "camp_abc123", early).model_dump()
    assert set(result["adjusted_rates"].values()) == set(result["share_in"].values()) == {None}


def test_the_data_is_known_until_the_latest_import(sqlite_store):
    load(sqlite_store, "one", [campaign(), email(), event("opened")])
    latest = results.load_history(sqlite_store)[0].finished_at
    record_failure(sqlite_store, "photo.csv", "It is a picture.")
    assert results.data_as_of(sqlite_store) == latest


def counts(random: np.random.Generator, rate: float, a_day: float = 60, icc: float = 0.01) -> DailyCounts:
    of = volumes(random, 28, a_day)
    return DailyCounts(outcomes(random, of, rate, icc).astype(float), of.astype(float))


def account(
    seed: int, campaigns: int, *, fall: float = 0.0, icc: float = 0.01
) -> dict[str, tuple[DailyCounts, DailyCounts]]:
    """Campaigns whose reply rates stay the same, but for the first, with 5,000 emails in each period."""
    random = np.random.default_rng(seed)
    rates = random.beta(5, 95, campaigns)
    pairs = {f"c{n}": (counts(random, rate), counts(random, rate)) for n, rate in enumerate(rates)}
    fallen = counts(random, 0.06 * (1 - fall), 250, icc), counts(random, 0.06, 250, icc)
    return pairs | {"c0": fallen}


@pytest.mark.parametrize(("campaigns", "runs"), [(13, 200), (200, 25)])
def test_where_nothing_changed_nothing_stands_out(campaigns, runs):
    views = [changes_among_many(account(seed, campaigns)) for seed in range(runs)]
    alarms = [any(not change.is_noise for change in changes.values()) for changes in views]
    assert np.mean(alarms) <= 0.06 + 2.33 * np.sqrt(0.06 * 0.94 / runs)


def is_found(account: dict[str, tuple[DailyCounts, DailyCounts]]) -> bool:
    change = changes_among_many(account)["c0"]
    return not change.is_noise and change.difference < 0


def test_a_campaign_that_lost_half_stands_out():
    assert np.mean([is_found(account(seed, 13, fall=0.5, icc=0)) for seed in range(100)]) >= 0.8


def test_on_clustered_days_it_is_found_like_by_t_test():
    views = [account(seed, 13, fall=0.5) for seed in range(100)]
    busy = [[days.count[days.of > 50] / days.of[days.of > 50] for days in view["c0"]] for view in views]
    theirs = np.mean([stats.ttest_ind(*rates).pvalue <= 0.05 / 13 for rates in busy])
    assert np.mean([is_found(view) for view in views]) >= 0.9 * theirs


def alike(seed: int, campaigns: int, first: float = 0.05) -> dict[str, DailyCounts]:
    """Campaigns of one reply rate, but for the first, on days whose emails are alike."""
    random = np.random.default_rng(seed)
    return {f"c{n}": counts(random, 0.05 if n else first) for n in range(campaigns)}


@pytest.mark.parametrize(("campaigns", "runs"), [(13, 200), (200, 25)])
def test_among_campaigns_alike_none_stands_out(campaigns: int, runs: int) -> None:
    views = [standouts_among(alike(seed, campaigns)) for seed in range(runs)]
    alarms = [any(not change.is_noise for change in view.values()) for view in views]
    assert np.mean(alarms) <= 0.06 + 2.33 * np.sqrt(0.06 * 0.94 / runs)


@pytest.mark.parametrize("rate", [0.1, 0.02])
def test_double_or_less_than_half_stands_out(rate: float) -> None:
    views = [standouts_among(alike(seed, 13, rate))["c0"] for seed in range(50)]
    assert np.mean([not change.is_noise and (change.difference > 0) == (rate > 0.05) for change in views]) >= 0.8


def test_single_campaign_does_not_stand_out() -> None:
    assert standouts_among(alike(1, 1)) == {}


def test_a_new_campaign_has_no_change(sqlite_store):
    first, later = at(6), at(6) + timedelta(days=10)
    load(
        sqlite_store,
        "one",
        [campaign(), email("e1", first), campaign("camp_2"), email("e2", later, of="camp_2")],
    )
    before, now = Filters(end=date(2026, 1, 10)), Filters(start=date(2026, 1, 11))
    assert results.campaign_changes(sqlite_store, now, before) == {}
