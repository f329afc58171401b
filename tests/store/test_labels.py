"""Which of several things that are said of a campaign counts, and what people may choose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outreach_results import results
from outreach_results.errors import ConflictError, QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.store import audit, labeling
from outreach_results.store.labels import NO_CLIENT, Origin, checked_rule, client_id_of
from support.records import campaign

NAMES = ("Acme spring", "Acme b2b spring", "Globex spring", "Autumn")


@pytest.fixture
def four(store):
    """Four campaigns, and two clients."""
    load(store, "f", [campaign(name.lower(), name) for name in NAMES])
    for name in ("Acme Corp.", "Globex"):
        labeling.add_client(store, name, by="ada")
    return store


def clients_of(store):
    return {one.name: one.client and one.client.id for one in results.all_campaigns(store)}


def tags_of(store):
    return {one.name: one.tags for one in results.all_campaigns(store)}


def rule(store, match, text, **gives):
    labeling.add_rule(store, checked_rule(match, text, **gives), by="ada")


def say(store, campaign_id, origin, client, tags):
    with store.write() as connection:
        labeling.store_labels(
            connection, campaign_id, origin, client_id=client_id_of(client), client_name=client, tags=tags
        )


def test_longest_rule_gives_the_client(four):
    rule(four, "contains", "spring", client_id="globex")
    rule(four, "starts_with", "ACME", client_id="acme-corp")
    assert clients_of(four) == {
        "Acme spring": "globex",
        "Acme b2b spring": "globex",
        "Globex spring": "globex",
        "Autumn": None,
    }
    rule(four, "starts_with", "acme b2b", client_id="acme-corp")
    assert clients_of(four)["Acme b2b spring"] == "acme-corp"
    assert [(one.text, caught) for one, caught in results.label_rules(four)] == [
        ("acme b2b", 1),
        ("spring", 3),
        ("ACME", 2),
    ]


def test_start_of_a_name_goes_before_its_middle(four):
    rule(four, "contains", "me b", client_id="globex")
    rule(four, "starts_with", "acme", client_id="acme-corp")
    assert clients_of(four)["Acme b2b spring"] == "acme-corp"


def test_tags_of_all_rules_add_up(four):
    rule(four, "contains", "spring", tag="Q2")
    rule(four, "contains", "b2b", tag="b2b")
    say(four, "autumn", Origin.SOURCE, "Initech", '["late"]')
    say(four, "acme b2b spring", Origin.SOURCE, "Initech", '["warm"]')
    assert tags_of(four) == {
        "Acme spring": ("q2",),
        "Acme b2b spring": ("b2b", "q2", "warm"),
        "Globex spring": ("q2",),
        "Autumn": ("late",),
    }
    assert results.known_tags(four) == {"b2b": 1, "late": 1, "q2": 3, "warm": 1}


def test_a_person_goes_before_rules_before_sources(four):
    say(four, "autumn", Origin.SOURCE, "Initech", '["late"]')
    assert clients_of(four)["Autumn"] == "initech"
    rule(four, "contains", "autumn", client_id="acme-corp")
    assert clients_of(four)["Autumn"] == "acme-corp"
    say(four, "autumn", Origin.FILE, "Umbrella", None)
    assert clients_of(four)["Autumn"] == "umbrella"
    labeling.choose_client(four, ["autumn"], "globex")
    assert (clients_of(four)["Autumn"], tags_of(four)["Autumn"]) == ("globex", ("late",))
    labeling.choose_client(four, ["autumn"], NO_CLIENT)
    labeling.choose_tags(four, ["autumn"], [])
    assert (clients_of(four)["Autumn"], tags_of(four)["Autumn"]) == (None, ())
    labeling.choose_client(four, ["autumn"], None)
    labeling.choose_tags(four, ["autumn"], None)
    assert (clients_of(four)["Autumn"], tags_of(four)["Autumn"]) == ("umbrella", ("late",))


def test_rules_hold_for_campaigns_that_come_later(four):
    rule(four, "starts_with", "acme", client_id="acme-corp")
    load(four, "later", [campaign("new", "ACME winter")])
    assert clients_of(four)["ACME winter"] == "acme-corp"
    load(four, "again", [campaign("new", "Winter")], replace=True)
    assert clients_of(four)["Winter"] is None


def test_renamed_client_keeps_id_and_campaigns(four):
    labeling.choose_client(four, ["autumn"], "globex")
    labeling.rename_client(four, "globex", "Globex International")
    [found] = [one for one in results.known_clients(four) if one.campaigns]
    assert (found.id, found.name) == ("globex", "Globex International")
    with pytest.raises(ConflictError, match="already"):
        labeling.rename_client(four, "globex", "ACME CORP.")


def test_removed_client_leaves_what_sources_say(four):
    say(four, "autumn", Origin.SOURCE, "Initech", None)
    labeling.choose_client(four, ["autumn"], "globex")
    rule(four, "contains", "spring", client_id="globex")
    labeling.remove_client(four, "globex", by="ada")
    assert set(clients_of(four).values()) == {None, "initech"}
    assert [one.id for one in results.known_clients(four)] == ["acme-corp", "initech"]
    assert results.label_rules(four) == []


def test_client_of_a_source_stays_once_chosen(four):
    """A client that only a source named is not gone when the source changes its word."""
    say(four, "autumn", Origin.SOURCE, "Initech", None)
    labeling.choose_client(four, ["acme spring"], "initech")
    say(four, "autumn", Origin.SOURCE, "Umbrella", None)
    assert [one.name for one in results.known_clients(four)] == ["Acme Corp.", "Globex", "Initech", "Umbrella"]


def test_what_cannot_be_chosen_is_refused(four):
    refused: list[tuple[Callable[..., object], tuple[object, ...], type[Exception], str]] = [
        (labeling.add_client, (four, " \t"), QueryError, "1 to 100 characters"),
        (labeling.add_client, (four, "acme corp"), ConflictError, "Acme Corp."),
        (labeling.choose_client, (four, ["autumn"], "initech"), QueryError, "Use acme-corp, globex"),
        (labeling.choose_client, (four, ["nobody"], "globex"), UnknownCampaignError, "nobody"),
        (labeling.choose_tags, (four, ["autumn"], ["x" * 51]), QueryError, "1 to 50 characters"),
        (labeling.remove_client, (four, "initech"), QueryError, "no client 'initech'"),
        (labeling.remove_rule, (four, "0"), QueryError, "no rule"),
        (checked_rule, ("ends_with", "x"), QueryError, "starts_with, contains"),
        (checked_rule, ("contains", "x"), QueryError, "either a client or a tag"),
    ]
    for do, arguments, error, words in refused:
        with pytest.raises(error, match=words):
            do(*arguments)
    assert set(clients_of(four).values()) == {None}


def test_who_did_it_is_in_the_audit_log(four):
    labeling.choose_client(four, ["autumn", "acme spring"], "globex", by="bob")
    labeling.choose_tags(four, ["autumn"], ["Cold"], by="bob")
    rule(four, "starts_with", "Acme", client_id="acme-corp")
    found = [(entry.by, entry.action, entry.about) for entry in audit.entries(four)]
    assert found[:3] == [
        ("ada", audit.Action.RULE_ADDED, "name starts with “Acme”: client Acme Corp."),
        ("bob", audit.Action.LABELED, "tags of Autumn: cold"),
        ("bob", audit.Action.LABELED, "client of Autumn, Acme spring: Globex"),
    ]


@pytest.mark.parametrize(
    ("name", "client_id"),
    [("Acme Corp.", "acme-corp"), (" Müller & Söhne ", "müller-söhne"), ("Ромашка", "ромашка"), ("a_b", "a-b")],
)
def test_id_of_a_client(name, client_id):
    assert client_id_of(name) == client_id
    assert client_id_of("!!") != client_id_of("??") != ""
