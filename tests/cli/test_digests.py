"""``outreach-results digests``: set up, listed, tried, removed."""

from __future__ import annotations


def test_digest_comes_and_goes(run, database):
    ended = run("digests", "add", "Team", "--every", "weekly", "--to", "anna@example.com", "--hour", "7")
    assert (ended.status, ended.err) == (0, "Added. Try it with: outreach-results digests test 'Team'\n")
    assert run("digests", "list").out == b"Team\tweekly, from 7:00\tall campaigns\tanna@example.com\n"
    assert run("digests", "send").err == "Nothing is due.\n"
    assert run("digests", "remove", "Team").err == "Removed.\n"
    assert run("digests", "list").out == b""


def test_digest_that_cannot_be_sent_says_why(run, database):
    run("demo")
    run("digests", "add", "Team", "--every", "daily", "--to", "anna@example.com")
    ended = run("digests", "test", "Team")
    said = "anna@example.com: Set OUTREACH_SMTP_URL and OUTREACH_SMTP_FROM, so that emails can be sent.\n"
    assert (ended.status, ended.err) == (1, said)
    assert b"Team\tup to " in run("digests", "log").out
    assert run("digests", "test", "Nobody").err.startswith("There is no digest 'Nobody'.")
