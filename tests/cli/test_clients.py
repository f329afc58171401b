"""The commands that give campaigns a client and tags."""

from __future__ import annotations

from contextlib import closing

import pytest

from outreach_results.ingest.load import load
from outreach_results.store import audit
from outreach_results.store.engine import open_store
from support.pictures import picture
from support.records import campaign


@pytest.fixture
def three(database):
    """A database with three campaigns."""
    with closing(open_store(database)) as store:
        load(store, "f", [campaign("a", "Acme b2b"), campaign("b", "Acme spring"), campaign("c", "Autumn")])
    return database


def table(ended):
    return [line.split() for line in ended.out.decode().splitlines()]


def test_clients_and_tags_are_set_and_listed(run, three):
    assert run("clients", "add", "Acme Corp").err.endswith("clients set CAMPAIGN --client acme-corp\n")
    run("clients", "set", "a", "c", "--client", "acme-corp", "--tag", "B2B", "--tag", "late")
    assert table(run("clients", "list")) == [
        ["CLIENT", "NAME", "CAMPAIGNS"],
        ["acme-corp", "Acme", "Corp", "2"],
        [],
        ["TAG", "CAMPAIGNS"],
        ["b2b", "2"],
        ["late", "2"],
    ]
    run("clients", "set", "c", "--no-client", "--no-tags")
    listed = table(run("campaigns", "list", "--client", "acme-corp", "--tag", "late"))
    assert listed[1:] == [["a", "Acme", "b2b", "acme-corp", "b2b,", "late"]]
    run("clients", "set", "a", "--undo")
    assert run("campaigns", "list", "--tag", "late").err.startswith("There is no tag 'late'. There are no tags yet")
    run("clients", "rename", "acme-corp", "Acme")
    assert "removed. Its campaigns and their results stay." in run("clients", "remove", "acme-corp").err
    assert len(table(run("campaigns", "list"))) == 4


def test_a_rule_says_what_it_catches_before_it_is_made(run, three):
    run("clients", "add", "Acme")
    rule = ("clients", "add-rule", "starts_with", "acme", "--client", "acme")
    would = run(*rule, "--dry-run")
    assert (would.out, would.err) == (b"Acme b2b\nAcme spring\n", "The rule would catch 2 campaigns.\n")
    assert len(table(run("clients", "rules"))) == 1
    assert run(*rule).err == "The rule catches 2 campaigns.\n"
    [_, row] = table(run("clients", "rules"))
    assert row[1:] == ["2", *["name", "starts", "with", "“acme”:", "client", "Acme"]]
    assert run(*rule).err == "There is such a rule already.\n"
    assert run("clients", "remove-rule", row[0]).status == 0
    with closing(open_store(three)) as store:
        actions = [(entry.action.value, bool(entry.by)) for entry in audit.entries(store)]
    assert actions[:-1] == [("rule_removed", True), ("rule_added", True), ("client_added", True)]


def pixel(folder):
    path = folder / "logo.png"
    path.write_bytes(picture())
    return path


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("set", "a"), "Say what to set: --client or --no-client"),
        (("set", "a", "--undo", "--no-tags"), "Say what to set: --client or --no-client"),
        (("set", "a", "--client", "acme"), "There is no client 'acme'. There are no clients yet"),
        (("set", "nobody", "--no-tags"), "There is no campaign 'nobody'"),
        (("add-rule", "contains", "x"), "A rule gives either a client or a tag."),
        (("rename", "x", "y"), "There is no client 'x'."),
        (("brand", "x"), "There is no client 'x'."),
        (("brand", "x", "--color", "red"), "'red' isn't a color."),
    ],
)
def test_what_cannot_be_set_is_a_sentence(run, three, command, said):
    ended = run("clients", *command)
    assert (ended.status, ended.err.startswith(said)) == (1, True)


def test_report_digest_and_goals_are_of_a_client(run, database, tmp_path):
    run("demo")
    run("clients", "add", "Acme Corp")
    run("clients", "add", "Bolt")
    run("clients", "set", "camp_260e3f", "camp_4eaf56", "--client", "acme-corp")
    run("goals", "meetings_booked", "7", "--client", "acme-corp")
    assert run("goals").out == b""
    of_client = ("--period", "2026-03", "--client", "acme-corp")
    assert run("report", *of_client, "-o", tmp_path / "acme.html").status == 0
    written = (tmp_path / "acme.html").read_text()
    assert "Mar 1 – 31, 2026 · Acme Corp · 2 campaigns" in written
    assert run("goals", "--client", "acme-corp").out.decode().strip() in written
    assert "#7a1f5c" not in written
    run("clients", "brand", "acme-corp", "--color", "#7a1f5c", "--logo", pixel(tmp_path))
    run("report", *of_client, "-o", tmp_path / "branded.html")
    branded = (tmp_path / "branded.html").read_text()
    assert all(part in branded for part in ("<title>Acme Corp", "#7a1f5c", "data:image/png;base64,"))
    both = ("--period", "2026-03", "--client", "bolt", "--client", "acme-corp", "-o", tmp_path / "both.html")
    assert run("report", *both).status == 0
    assert "#7a1f5c" not in (tmp_path / "both.html").read_text()  # neither is to see the other's brand
    run("clients", "brand", "acme-corp", "--remove")
    assert run("clients", "brand", "acme-corp", "--remove").err == "'acme-corp' has no brand.\n"
    none = run("report", "--client", "bolt", "-o", tmp_path / "bolt.html")
    assert (none.status, none.err) == (1, "No campaign matches Bolt. Choose others.\n")
    run("digests", "add", "Acme", "--every", "weekly", "--to", "anna@example.com", "--client", "acme-corp")
    assert b"\tacme-corp\t" in run("digests", "list").out
    unknown = run("digests", "add", "X", "--every", "daily", "--to", "anna@example.com", "--tag", "late")
    assert unknown.err.startswith("There is no tag 'late'.")
