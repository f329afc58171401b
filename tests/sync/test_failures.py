"""A failure stops nothing else, and is reported."""

from __future__ import annotations

import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import PlanRecord
from outreach_results.store.engine import Store
from outreach_results.sync.campaign import CampaignResult, CampaignSync
from outreach_results.sync.status import SyncReport, sync_status
from support import faulty_server as faults
from support.databases import contents
from support.faulty_server import FaultyServer, remote_campaign
from support.records import CAMPAIGN, at, email, event
from support.syncing import files_of, publish, replies_here, sync_from


def test_a_campaign_that_fails_stops_no_other(remote: FaultyServer, sqlite_store: Store) -> None:
    for name in "abc":
        remote.campaigns[name] = remote_campaign()
    remote.trouble("/b/", faults.status(500), times=None)
    report = sync_from(remote.url, sqlite_store)
    assert report.sentence() == "3 campaigns: 2 changed, 1 failed."
    assert list(report.failed) == ["b"]
    assert report.failed["b"].endswith("3 attempts were made; try again later.")
    assert {campaign.id for campaign in results.all_campaigns(sqlite_store)} == {"a", "c"}


def test_an_unexpected_error_stops_no_other_campaign(
    remote: FaultyServer, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in "abc":
        remote.campaigns[name] = remote_campaign()
    import_campaign = CampaignSync.import_campaign

    def fails_for_b(self: CampaignSync) -> CampaignResult:
        if self._id == "b":
            raise ZeroDivisionError
        return import_campaign(self)

    monkeypatch.setattr(CampaignSync, "import_campaign", fails_for_b)
    sync_from(remote.url, sqlite_store)
    last = sync_status(sqlite_store).latest.last
    assert last is not None
    assert last.sentence() == "3 campaigns: 2 changed, 1 failed."
    assert last.failed["b"].startswith("Something went wrong (ZeroDivisionError); the log has the details.")
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


@pytest.mark.parametrize(
    "trouble",
    [faults.shortened_to(700), faults.cut_after(700), faults.shortened_to(1_500)],
    ids=["cut and framed", "cut with the connection", "cut later"],
)
def test_an_export_that_is_cut_short_changes_nothing(
    published: FaultyServer, origin: Store, sqlite_store: Store, trouble: faults.Trouble
) -> None:
    sync_from(published.url, sqlite_store)
    before = contents(sqlite_store)
    load(origin, "more", [email("e9"), event("opened", email_id="e9")])
    publish(published, origin)
    published.trouble("/export", trouble, times=None)
    report = sync_from(published.url, sqlite_store)
    assert list(report.failed) == [CAMPAIGN]
    assert contents(sqlite_store) == before
    published._troubles.clear()
    assert sync_from(published.url, sqlite_store).changed == 1
    assert files_of(sqlite_store)[f"{CAMPAIGN}.json"] == files_of(origin)[f"{CAMPAIGN}.json"]


def test_an_export_of_another_campaign_is_refused(published: FaultyServer, sqlite_store: Store) -> None:
    published.campaigns["other"] = published.campaigns[CAMPAIGN]
    report = sync_from(published.url, sqlite_store, "other")
    assert report.failed == {
        "other": "The export of other holds data of something else than other. Nothing was changed."
    }
    assert results.all_campaigns(sqlite_store) == []


def test_rejected_rows_are_reported_every_sync(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["a"] = remote_campaign(replies=3)
    remote.campaigns["a"].replies[1]["sentiment"] = "furious"
    for _ in range(2):
        report = sync_from(remote.url, sqlite_store)
        assert (report.is_complete, report.incomplete) == (False, ["a"])
        assert report.sentence() == "1 campaign: 1 changed, 1 incomplete."
        assert report.notes["a"][-1].startswith(
            "One row could not be used; the first is replies.sentiment in row 2: 'furious' is not one of positive, "
        )
    assert len(replies_here(sqlite_store)) == 2
    remote.campaigns["a"].replies[1]["sentiment"] = "negative"
    corrected = sync_from(remote.url, sqlite_store)
    assert (corrected.is_complete, len(corrected.notes["a"])) == (True, 1)
    assert len(replies_here(sqlite_store)) == 3


def test_gone_campaign_stays_and_is_not_fetched(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.lists_campaigns = False
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    sync_from(remote.url, sqlite_store, "a", "b")
    del remote.campaigns["b"]
    report = sync_from(remote.url, sqlite_store)
    assert report.failed == {"b": f"{remote.url[7:]} does not have this campaign; its data here stays."}
    assert len(results.all_campaigns(sqlite_store)) == 2
    assert sync_from(remote.url, sqlite_store).sentence() == "1 campaign: 1 unchanged."


def test_all_campaigns_gone_questions_the_address(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.lists_campaigns = False
    remote.campaigns["a"] = remote_campaign()
    sync_from(remote.url, sqlite_store, "a")
    campaigns, remote.campaigns = remote.campaigns, {}
    assert list(sync_from(remote.url, sqlite_store).failed) == ["a"]
    remote.campaigns = campaigns
    assert sync_from(remote.url, sqlite_store).is_complete


def test_unlisted_campaign_is_mentioned_once(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    sync_from(remote.url, sqlite_store)
    del remote.campaigns["b"]
    report = sync_from(remote.url, sqlite_store)
    assert report.is_complete
    assert report.notes["b"] == ["It is no longer on the server; its data here stays."]
    assert len(results.all_campaigns(sqlite_store)) == 2
    assert "b" not in sync_from(remote.url, sqlite_store).notes


def test_key_revoked_half_way_stops_the_sync(remote: FaultyServer, sqlite_store: Store) -> None:
    for name in "abc":
        remote.campaigns[name] = remote_campaign()

    def revoke() -> None:
        remote.key = "another"

    remote.trouble("/b/stats", faults.preceded_by(revoke))
    report = sync_from(remote.url, sqlite_store)
    assert report.problem is not None
    assert "does not accept OUTREACH_API_KEY" in report.problem
    assert report.sentence() == "3 campaigns: 1 changed, 2 not reached."
    assert len([request for request in remote.requests if request.status == 401]) == 1
    assert remote.requests[-1].status == 401


def test_usage_and_benchmarks_may_be_missing(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["a"] = remote_campaign()
    remote.usage = None
    remote.benchmarks.clear()
    report = sync_from(remote.url, sqlite_store)
    assert report.is_complete
    assert [note.partition(" to ")[2] for note in report.notes[""]] == [
        "/usage: it does not have that.",
        "/benchmarks: it does not have that.",
    ]


def test_bad_usage_does_not_stop_campaigns(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["a"] = remote_campaign()
    remote.usage = {"period": "2026-01"}
    report = sync_from(remote.url, sqlite_store)
    assert report.failed[""].endswith("cannot be used: usage: it is missing. Nothing of it was changed.")
    assert report.changed == 1


def test_plan_and_benchmarks_come_with_campaigns(remote: FaultyServer, store: Store) -> None:
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign(mcp="hiring"), "c": remote_campaign(mcp=None)}
    remote.benchmarks["hiring"] = dict(remote.benchmarks[None], sample_size=7)
    assert sync_from(remote.url, store).is_complete
    plan = results.plan_of(store)
    assert plan is not None
    assert (plan.name, plan.email_limit, plan.price_usd) == ("Pro", 10_000, 20)
    assert results.benchmark_mcps(store) == ["", "hiring"]
    assert results.benchmarks(store, "hiring").sample_size == 7


def test_missing_replies_make_a_sync_incomplete(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns["a"] = remote_campaign(replies=3)
    remote.missing_replies = 2
    report = sync_from(remote.url, sqlite_store)
    assert (report.is_complete, report.failed) == (False, {})
    assert "says it has 5 replies and gave 3" in report.notes["a"][-1]


def test_first_sync_after_the_demo_keeps_the_plan(remote: FaultyServer, sqlite_store: Store) -> None:
    """The sample's plan is that of the contract's example: equal to the server's, and yet not the account's own."""
    load(sqlite_store, "sample", [PlanRecord("Pro", 10_000, 20_000_000)], is_sample=True)
    remote.campaigns["a"] = remote_campaign()
    sync_from(remote.url, sqlite_store)
    plan = results.plan_of(sqlite_store)
    assert plan is not None
    assert (plan.name, plan.email_limit, plan.price_usd) == ("Pro", 10_000, 20)


def test_nothing_to_do_is_reported_only_if_so(remote: FaultyServer, sqlite_store: Store) -> None:
    assert sync_from(remote.url, sqlite_store).sentence() == "0 campaigns: only the account changed."
    assert sync_from(remote.url, sqlite_store).sentence() == "0 campaigns: nothing to do."
    remote.usage = {"period": "2026-01"}
    assert sync_from(remote.url, sqlite_store).sentence() == "0 campaigns: the account failed."
    stopped = SyncReport(server="s", started_at=at(1), problem="The key is refused.")
    assert stopped.sentence() == "0 campaigns: stopped."
