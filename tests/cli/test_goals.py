"""``outreach-results goals``: set, shown, removed."""

from __future__ import annotations


def test_goal_is_set_shown_and_removed(run, database):
    run("demo")
    assert run("goals").out == b""
    shown = run("goals", "meetings_booked", "30").out.decode()
    assert shown.startswith("Meetings in March 2026: ")
    assert " of 30, on pace for " in shown
    assert run("goals", "meetings_booked", "0").out == b""
    assert (
        run("goals", "opened", "3").err
        == "'opened' can have no goal. Use positive_replies, meetings_booked, emails_sent.\n"
    )
    assert run("goals", "opened").status == 2
