"""Which campaigns a question is about: none at all is never all of them."""

from __future__ import annotations

from datetime import date
from itertools import chain

import pytest

from outreach_results import results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.models import Filters
from outreach_results.results import Limit
from outreach_results.store import labeling
from outreach_results.store.labels import checked_rule
from support.comparable import plain
from support.questions import filtered_questions
from support.records import campaign, email, event, reply
from support.recount import days_of, tracked_totals, untracked_in

NOTHING = Filters(campaigns=())


def records_of(own: str, n: int) -> list[Record]:
    """A campaign of so many emails."""
    sent: list[Record] = [email(f"e{m}", of=own) for m in range(n)]
    happened = [event(kind, of=own) for kind in ("delivered", "opened")]
    return [campaign(own, f"{own[0].upper()} {own}"), *sent, *happened, reply(of=own)]


RECORDS = {own: records_of(own, 3 * n) for n, own in enumerate(("a1", "a2", "b1", "none"), 1)}


@pytest.fixture
def agency(store):
    """Two clients with campaigns, one without, and a campaign of nobody."""
    load(store, "f", chain(*RECORDS.values()))
    for name in ("Acme", "Bolt", "Crane"):
        labeling.add_client(store, name)
    for text, client_id in (("A ", "acme"), ("B ", "bolt")):
        labeling.add_rule(store, checked_rule("starts_with", text, client_id=client_id))
    labeling.choose_tags(store, ["a1", "b1"], ["spring"])
    return store


def chosen(store, campaigns=None, **narrowing):
    return results.chosen_campaigns(store, campaigns, **narrowing)


def only(*campaigns, clients=()):
    return Limit(frozenset(clients), frozenset(campaigns))


def test_only_what_narrows_nothing_is_everything(agency):
    assert chosen(agency) is None
    assert results.narrowed(agency, Filters()) == Filters()
    for narrowing in (
        {"clients": ["crane"]},
        {"clients": ["acme"], "campaigns": ["b1"]},
        {"clients": []},
        {"tags": []},
        {"campaigns": []},
        {"limit": Limit()},
        {"limit": only("b1"), "tags": ["spring"], "campaigns": []},
        {"limit": only("gone")},
        {"limit": only(clients=["crane", "gone"])},
    ):
        assert chosen(agency, **narrowing) == ()


def test_all_that_narrows_holds_at_once(agency):
    assert chosen(agency, clients=["acme"]) == ("a1", "a2")
    assert chosen(agency, clients=["acme", "bolt"], tags=["spring"]) == ("a1", "b1")
    assert chosen(agency, ["b1", "a2"], clients=["acme"]) == ("a2",)
    assert chosen(agency, limit=only("none", clients=["bolt"])) == ("b1", "none")
    assert chosen(agency, clients=["acme"], limit=only("a2", "b1")) == ("a2",)
    assert results.narrowed(agency, Filters(start=date(2026, 1, 2)), clients=["acme"]) == Filters(
        ("a1", "a2"), date(2026, 1, 2), clients=("acme",)
    )


def test_beyond_the_limit_is_as_unknown_as_nowhere(agency):
    limit = only("a1")
    for campaign_id in ("b1", "nowhere", "a\x00b"):
        with pytest.raises(UnknownCampaignError, match="There is no campaign"):
            chosen(agency, [campaign_id], limit=limit)
    for client_id in ("bolt", "nobody", "crane"):
        with pytest.raises(QueryError, match=f"There is no client '{client_id}'. Use acme.$"):
            chosen(agency, clients=[client_id], limit=limit)
    with pytest.raises(QueryError, match=r"There is no tag 'spring'\. There are no tags yet"):
        chosen(agency, tags=["spring"], limit=only("a2"))
    assert [(one.id, one.campaigns) for one in results.known_clients(agency, limit)] == [("acme", 1)]
    assert results.known_tags(agency, limit) == {"spring": 1}
    assert [one.id for one in results.known_clients(agency)] == ["acme", "bolt", "crane"]
    with pytest.raises(UnknownCampaignError):
        chosen(agency, ["a\x00b"])


def test_filters_never_name_a_client_without_ids():
    """Such filters would be answered for all campaigns."""
    for words in ({"clients": ("acme",)}, {"tags": ()}):
        with pytest.raises(ValueError, match="need the ids of the campaigns"):
            Filters(**words)
    assert Filters((), clients=("acme",)).of("a1") == Filters(("a1",))


def test_numbers_of_a_client_are_those_of_its_records(agency):
    for clients, own in ((["acme"], {"a1", "a2"}), (["acme", "bolt"], {"a1", "a2", "b1"}), (["crane"], set())):
        totals = results.totals(agency, results.narrowed(agency, Filters(), clients=clients))
        records = [record for one in own for record in RECORDS[one]]
        counted = tracked_totals(days_of(records).items(), untracked_in(records))
        assert totals.stats.emails_sent == (counted["emails_sent"] or 0)
        assert totals.stats.replied == (counted["replied"] or 0)
        assert totals.rates.reply_rate == counted["reply_rate"]


def test_no_question_takes_no_campaign_for_all(sample_store):
    """With no campaign each gives what it gives for one that does not exist, and not what it gives for all."""
    nowhere, everywhere = ({**dict(_answers(sample_store, of))} for of in (Filters(("nowhere",)), Filters()))
    fell_through = {name for name, answer in _answers(sample_store, NOTHING) if answer != nowhere[name]}
    assert fell_through == set()
    # So that the comparison says something: each question gives something else for all campaigns.
    differing = {name.split()[0] for name, answer in nowhere.items() if answer != everywhere[name]}
    assert {name.split()[0] for name in nowhere} - differing <= OF_NO_CAMPAIGNS


OF_NO_CAMPAIGNS = {
    *("campaign_breakdown", "campaign_daily", "campaign_stats", "replies"),  # of one that is named
    *("own_peers", "maturity_curves", "last_sent", "shows_sample", "chosen_period"),  # of the account
    *(
        "annotations_in",
        "snapshot_trend",
        "snapshot_range",
        "page_of",
        "paces_of",
        "labels_in_words",
    ),  # nothing, in the sample, of all either
}


def _answers(store, filters):
    for place, (name, ask) in enumerate(filtered_questions(store, [filters])):
        yield f"{name} {place}", _said(plain(ask()), filters)


def _said(answer, filters):
    """An answer without the filters that it repeats."""
    return repr(answer).replace(f"'campaigns': {plain(filters.campaigns)}", "")


def test_list_of_campaigns_follows(agency):
    found = results.campaigns(agency, among=chosen(agency, clients=["acme"]), per_page=1)
    assert found.pagination.total == 2
    assert found.campaigns[0].model_dump()["client"] == {"id": "acme", "name": "Acme"}
    assert results.campaigns(agency, among=()).campaigns == []
