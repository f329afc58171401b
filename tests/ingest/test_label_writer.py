"""Clients and tags that come with files and syncs."""

from __future__ import annotations

from contextlib import closing
from itertools import permutations

import pytest

from outreach_results import export, results
from outreach_results.errors import SourceError
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.load import load
from outreach_results.store import labeling
from outreach_results.store.labels import NO_CLIENT, Origin, SaidLabels, checked_rule
from support import faulty_server as faults
from support.files import write
from support.records import campaign, email
from support.syncing import publish, sync_from

CHOSEN = SaidLabels("acme", "Acme Corp", ("b2b", "spring"), is_client_chosen=True, are_tags_chosen=True)


ACCOUNT = '{"plan": null, "benchmarks": [], "label_rules": [{"match": "ends_with", "text": "x", "tag": "a"}]}'


@pytest.fixture
def labeled(store):
    """Three campaigns: one labeled by hand, one by a rule, one that belongs to nobody by hand."""
    for own, name in (("hand", "=Spring"), ("rule", "Bolt summer"), ("none", "Bolt autumn")):
        load(store, own, [campaign(own, name), email(of=own)])
    for name in ("Acme Corp", "Bolt & Söhne"):
        labeling.add_client(store, name)
    labeling.rename_client(store, "bolt-söhne", "=Bolt")
    labeling.add_rule(store, checked_rule("starts_with", "bolt", client_id="bolt-söhne"))
    labeling.add_rule(store, checked_rule("contains", "summer", tag="q2"))
    labeling.choose_client(store, ["hand"], "acme-corp")
    labeling.choose_tags(store, ["hand", "none"], ["b2b", "=1+1"])
    labeling.choose_client(store, ["none"], NO_CLIENT)
    return store


def shown(store):
    return {one.id: (one.client, one.tags) for one in results.all_campaigns(store)}


@pytest.mark.parametrize("fmt", ["json", "csv"])
@pytest.mark.parametrize("with_account", [True, False])
def test_exports_carry_clients_and_tags(labeled, make_sqlite, tmp_path, fmt, with_account):
    with closing(make_sqlite()) as other:
        downloads = [export.campaign_download(labeled, own, fmt) for own in ("hand", "rule", "none")]
        for download in [*downloads, *([export.account_download(labeled)] if with_account else [])]:
            path = tmp_path / download.file_name
            path.write_bytes(download.content())
            import_file(other, path)
        assert shown(other) == shown(labeled)
        by = {own: (of.client_by, of.tags_by) for own, of in results.labels_of_campaigns(other).items()}
        assert (by["hand"], by["none"]) == ((Origin.FILE, Origin.FILE),) * 2
        assert by["rule"][0] is (Origin.RULE if with_account else Origin.SOURCE)
        assert [rule for rule, _ in results.label_rules(other)] == (
            [rule for rule, _ in results.label_rules(labeled)] if with_account else []
        )


def test_what_was_chosen_here_stays(store):
    load(store, "f", [campaign()])
    labeling.choose_client(store, ["camp_1"], NO_CLIENT)
    labeling.choose_tags(store, ["camp_1"], [])
    for replace in (False, True):
        load(store, "again", [campaign()._replace(labels=CHOSEN)], replace=replace)
        assert shown(store)["camp_1"] == (None, ())
    labeling.choose_client(store, ["camp_1"], None)
    labeling.choose_tags(store, ["camp_1"], None)
    assert shown(store)["camp_1"][1] == ("b2b", "spring")


def test_order_of_files_does_not_matter(make_sqlite):
    said = (
        CHOSEN,
        SaidLabels("bolt", "Bolt", ("late",), is_client_chosen=True),
        SaidLabels("bolt", "Bolt GmbH", ("early",)),
        SaidLabels(None, None, ("a",), is_client_chosen=True, are_tags_chosen=True),
    )
    found = []
    for order in permutations(said, 4):
        with closing(make_sqlite()) as opened:
            for one in order:
                load(opened, "f", [campaign()._replace(labels=one)])
            found.append((shown(opened), results.labels_of_campaigns(opened)))
    assert all(one == found[0] for one in found)


def test_sync_brings_and_takes_what_its_server_says(labeled, make_sqlite):
    with closing(make_sqlite()) as here, faults.faulty_server() as remote:
        for _ in range(2):
            publish(remote, labeled)
            assert not sync_from(remote.url, here).failed
            assert shown(here) == shown(labeled)
            assert {of.client_by for of in results.labels_of_campaigns(here).values()} <= {None, Origin.SOURCE}
            labeling.choose_client(labeled, ["hand"], NO_CLIENT)
            labeling.choose_tags(labeled, ["hand"], [])
        labeling.choose_tags(here, ["rule"], ["own"])
        sync_from(remote.url, here)
        assert shown(here)["rule"][1] == ("own",)


def test_account_with_an_invalid_rule_is_refused(store, tmp_path):
    path = write(tmp_path / "account.json", ACCOUNT)
    with pytest.raises(SourceError, match="starts_with, contains"):
        import_file(store, path)
    assert results.label_rules(store) == []
