"""The commands of read-only links."""

from __future__ import annotations

from outreach_results.store import labeling, links


def test_a_link_is_made_listed_and_revoked(run, database, writable_sample, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", writable_sample.engine.url.render_as_string(hide_password=False))
    labeling.add_client(writable_sample, "Acme")
    made = run("links", "create", "Monthly", "--client", "acme", "--page", "trends", "--days", "7")
    assert made.status == 0, made.err
    token = made.out.decode().strip().rpartition("/share/")[2]
    link = links.link_of(writable_sample, token)
    assert link is not None
    assert (link.client_id, link.pages, link.has_recipients, link.has_password) == ("acme", ("trends",), False, False)
    assert "only this machine can open it" in made.err
    _, row = (line.split() for line in run("links", "list").out.decode().splitlines())
    assert row[:6] == [link.link_id, "Monthly", "acme", "trends", "no", "no"]
    assert row[-1] == "open"
    run("links", "create", "One", "--campaign", "camp_abc123", "--page", "trends")
    assert " 1 campaign " in run("links", "list").out.decode()
    assert run("links", "revoke", link.link_id).err == "The link 'Monthly' is revoked.\n"
    refused = run("links", "create", "All", "--page", "data", "--client", "acme")
    assert (refused.status, "one or more of overview" in refused.err) == (1, True)
