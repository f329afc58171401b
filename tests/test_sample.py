"""The sample data: what its README promises, and what a demo does with it."""

from __future__ import annotations

import json
import re

import pytest

from outreach_results import results, sample
from outreach_results.errors import SourceError
from outreach_results.models import COUNTS, Filters, Sentiment
from outreach_results.sample import load_sample, sample_files
from support.databases import contents
from support.optional import present
from support.recount import stored_days
from support.server import ROOT

README = (ROOT / "sample_data" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def documents():
    """Every campaign's file."""
    return [json.loads(path.read_bytes()) for path in sample_files() if path.name.startswith("camp_")]


def stats_of(store, campaign_id, **options):
    return results.campaign_stats(store, campaign_id, Filters(**options)).stats


def test_all_of_it_is_loaded_and_nothing_rejected(sqlite_store):
    store = sqlite_store
    report = load_sample(store)
    assert (report.rejected, report.duplicate.total()) == ([], 0)
    assert report.inserted["campaigns"] == 13
    assert {campaign.id for campaign in results.all_campaigns(store)} == report.campaigns
    assert present(results.plan_of(store)).name == "Pro"


def test_loading_it_again_changes_nothing(writable_sample):
    before = contents(writable_sample)
    report = load_sample(writable_sample)
    assert report.inserted.total() == 0
    assert contents(writable_sample) == before


def test_no_id_occurs_twice(documents):
    ids = [item["id"] for document in documents for part in ("emails", "events", "replies") for item in document[part]]
    ids += [document["campaign"]["id"] for document in documents]
    assert len(ids) == len(set(ids)) > 10_000


def test_nobody_in_it_can_be_reached(documents):
    addresses = {email["recipient"] for document in documents for email in document["emails"]}
    addresses |= {reply["email"] for document in documents for reply in document["replies"]}
    reserved = re.compile(r".*(\.example|\.test|[@.]example\.(com|org))")
    assert {address for address in addresses if not reserved.fullmatch(address)} == {"john@prospect.com"}


def test_every_email_is_delivered_or_bounced_once(documents):
    for document in documents:
        arrived = [event["email_id"] for event in document["events"] if event["type"] in ("delivered", "bounced")]
        assert sorted(arrived) == sorted(email["id"] for email in document["emails"])


def test_the_readme_names_every_campaign(sample_store):
    assert set(re.findall(r"camp_[0-9a-f]{6}\b|camp_abc123", README)) == {
        campaign.id for campaign in results.all_campaigns(sample_store)
    }


def test_campaigns_match_the_sample_readme(sample_store):
    everything = results.campaign_totals(sample_store, Filters()).set_index("campaign_id")
    by_mcp = everything[everything["mcp"] == everything.loc["camp_4eaf56", "mcp"]]
    assert by_mcp["reply_rate"].idxmax() == "camp_4eaf56"
    assert everything["delivery_rate"].idxmin() == "camp_4be889"
    assert stats_of(sample_store, "camp_be2ad0").emails_sent == 41
    untracked = stats_of(sample_store, "camp_401889")
    assert (untracked.opened, untracked.clicked) == (0, 0)
    assert untracked.replied > 0
    machines, humans = (stats_of(sample_store, "camp_8316e8", humans_only=only) for only in (False, True))
    assert humans.opened < machines.opened / 2
    assert everything["emails_sent"].idxmax() == "camp_2fa5bc"
    months = {day.date.month for day in results.campaign_daily(sample_store, "camp_5b16cf").daily if day.emails_sent}
    assert len(months) == 3


def test_demo_shows_every_reply_kind_and_count(sample_store):
    box = results.inbox(sample_store, Filters())
    assert all(box.counts[sentiment] > 0 for sentiment in Sentiment)
    totals = results.totals(sample_store, Filters()).stats.model_dump()
    assert all(totals[name] > 0 for name in COUNTS)
    assert all(campaign.mcp in results.benchmark_mcps(sample_store) for campaign in results.all_campaigns(sample_store))


def test_both_databases_count_the_same(sample_store, sample_store_postgres):
    assert stored_days(sample_store) == stored_days(sample_store_postgres)


def test_missing_sample_files_are_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(sample, "_PACKAGE", tmp_path / "site-packages" / "outreach_results")
    with pytest.raises(SourceError, match="The sample data is not part of this installation"):
        sample_files()
