"""What a campaign tracks: its source declares it, a person chooses, and neither overwrites the other."""

from __future__ import annotations

import pytest

from outreach_results import export, results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.ingest.registry import read_records
from outreach_results.models.metric_definitions import COSTS, COUNTS, TRACKED
from outreach_results.store.tracking import Tracking, choose_tracking, tracking_of, untracked_columns
from support.databases import contents, wipe
from support.records import CAMPAIGN, campaign, email

NO_OPENS = (("opens", False),)


def declared(**tracks):
    return campaign()._replace(tracks=tuple(tracks.items()))


def test_every_count_and_cost_but_sending_can_be_off():
    columns = [name for names in TRACKED.values() for name in names]
    assert sorted(columns) == sorted({*COUNTS, "cost", *(f"cost_{name}" for name in COSTS)} - {"emails_sent"})


def test_everything_is_tracked_by_default(store):
    load(store, "f", [campaign(), email()])
    assert tracking_of(store, CAMPAIGN) == Tracking({}, {})
    assert results.campaign(store, CAMPAIGN).tracked == tuple(TRACKED)


def test_a_source_declares_what_it_does_not_track(store):
    load(store, "f", [declared(opens=False, costs=False)])
    assert {"opens", "costs"}.isdisjoint(tracking_of(store, CAMPAIGN).tracked)
    with store.read() as connection:
        assert untracked_columns(connection) == {
            CAMPAIGN: {"opened", "cost", *(f"cost_{name}" for name in COSTS)},
        }


def test_what_one_source_tracks_is_tracked(store):
    """In any order of the two."""
    for records in ([declared(opens=False), declared(opens=True)], [declared(opens=False), declared(clicks=False)]):
        load(store, "f", records)
    assert tracking_of(store, CAMPAIGN).declared == {"opens": True, "clicks": False}


@pytest.mark.parametrize("replace", [False, True], ids=["import", "sync"])
def test_no_source_changes_the_choice_of_a_person(store, replace):
    load(store, "f", [declared(opens=True)])
    assert "opens" not in choose_tracking(store, CAMPAIGN, {"opens": False}).tracked
    theirs = declared(opens=True)._replace(tracks_choice=(("opens", True),))
    load(store, "f", [theirs, declared(opens=True)], replace=replace)
    assert tracking_of(store, CAMPAIGN) == Tracking({"opens": True}, {"opens": False})


def test_a_choice_can_be_left_to_the_source_again(store):
    load(store, "f", [declared(opens=False)])
    assert "opens" in choose_tracking(store, CAMPAIGN, {"opens": True, "costs": False}).tracked
    assert choose_tracking(store, CAMPAIGN, {"opens": None}) == Tracking({"opens": False}, {"costs": False})


def test_a_sync_takes_the_server_at_its_word(store):
    """Also what was chosen there, until it is no longer."""
    load(store, "f", [campaign()._replace(tracks_choice=NO_OPENS)], replace=True)
    assert tracking_of(store, CAMPAIGN) == Tracking({"opens": False}, {})
    load(store, "f", [campaign()], replace=True)
    assert tracking_of(store, CAMPAIGN) == Tracking({}, {})


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_tracking_survives_export_and_import(store, make_store, fmt, tmp_path):
    load(store, "f", [declared(opens=False, clicks=True), email()])
    choose_tracking(store, CAMPAIGN, {"costs": False, "opens": True})
    path = tmp_path / f"campaign.{fmt}"
    path.write_bytes(export.campaign_download(store, CAMPAIGN, fmt).content())
    other = make_store()
    load(other, path.name, read_records(path))
    assert contents(other) == contents(store)
    assert tracking_of(other, CAMPAIGN) == Tracking({"opens": False, "clicks": True}, {"opens": True, "costs": False})


def test_only_what_exists_can_be_chosen(store):
    load(store, "f", [campaign()])
    with pytest.raises(QueryError, match=r"^'open' is nothing that is tracked\. Use deliveries, bounces, opens, "):
        choose_tracking(store, CAMPAIGN, {"open": False})
    with pytest.raises(UnknownCampaignError):
        choose_tracking(store, "nowhere", {"opens": False})
    with pytest.raises(UnknownCampaignError):
        tracking_of(store, "nowhere")


def test_of_two_files_choices_what_is_tracked_stays(store):
    """In any order, and the report says so; a choice made here stays all the same."""
    chosen = [campaign()._replace(tracks_choice=(("opens", value), ("clicks", False))) for value in (False, True)]
    for order in (chosen, chosen[::-1]):
        choose_tracking_anew(store)
        notes = [note for record in order for note in load(store, "f", [record]).notes]
        assert tracking_of(store, CAMPAIGN).chosen == {"opens": True, "clicks": False}
        assert notes == [
            f"It was chosen that {CAMPAIGN!r} tracks opens, and that it does not: it was kept that it does."
        ]
    choose_tracking(store, CAMPAIGN, {"opens": False})
    (note,) = load(store, "f", [chosen[1]]).notes
    assert note.endswith("it was kept that it does not, as was chosen here.")
    assert tracking_of(store, CAMPAIGN).chosen["opens"] is False


def choose_tracking_anew(store):
    wipe(store)
    load(store, "f", [campaign()])
