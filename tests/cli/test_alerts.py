"""``outreach-results alerts``: rules, who is told, what is raised."""

from __future__ import annotations


def test_rules_are_listed_and_changed(run, database):
    listed = run("alerts", "list").out.decode()
    assert "bounce_rate      on  A campaign's bounce rate is above 2%\n" in listed
    assert listed.endswith("Told: no one. Quiet hours: 20:00 to 7:00.\nNothing is raised.\n")
    changed = run("alerts", "set", "bounce_rate", "--limit", "3.5%", "--off").out.decode()
    assert "bounce_rate      off A campaign's bounce rate is above 3.5%\n" in changed
    who = ("--to", "anna@example.com", "--webhook", "https://hooks.example.com/secret", "--quiet", "22-6", "--quote")
    told = run("alerts", "set", *who).out.decode()
    assert "Told: anna@example.com, webhook. Quiet hours: 22:00 to 6:00.\n" in told
    assert (
        "Told: no one. Quiet hours: never.\n"
        in run("alerts", "set", "--to", "", "--webhook", "", "--quiet", "never").out.decode()
    )


def test_what_cannot_be_set_is_named(run, database):
    for arguments, sentence in (
        (("nonsense", "--on"), "There is no rule 'nonsense'. Use one of sync_failed,"),
        (("bounce_rate", "--limit", "80%"), "The limit of bounce_rate is from 0.1% to 50%."),
        (("no_sends", "--limit", "2.5"), "The limit of no_sends is from 1 day to 30 days."),
        (("no_sends", "--limit", "many"), "'many' isn't a limit. Write 3% or 7."),
        (("sync_failed", "--limit", "3"), "The rule sync_failed has no limit: switch it on or off."),
        (("--quiet", "night"), "'night' isn't a pair of hours. Write 20-7, or never."),
        (("--quiet", "20-27"), "Quiet hours are two hours from 0 to 23, such as 20 and 7."),
        (("--to", "nonsense"), "'nonsense' isn't an email address."),
        (("--webhook", "http://hooks.example.com"), "The webhook has to be an address that begins with https://."),
    ):
        ended = run("alerts", "set", *arguments)
        assert (ended.status, ended.err.startswith(sentence)) == (1, True), ended.err
    assert run("alerts", "set", "--on").status == 2


def test_check_and_test_say_what_became_of_them(run, database):
    run("demo")
    assert run("alerts", "check").out == b"Nothing is raised.\n"
    assert run("alerts", "test").err.startswith("No one gets alerts yet.")
    run("alerts", "set", "--to", "anna@example.com")
    ended = run("alerts", "test")
    said = "anna@example.com: Set OUTREACH_SMTP_URL and OUTREACH_SMTP_FROM, so that emails can be sent.\n"
    assert (ended.status, ended.err) == (1, said)
    assert b"\ttest\tanna@example.com\tfailed\t" in run("alerts", "log").out
