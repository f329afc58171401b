"""How a month stands beside its goals."""

from __future__ import annotations

from datetime import date

import pytest

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.models import Filters
from outreach_results.store import labeling
from outreach_results.store.engine import Store
from outreach_results.store.goals import set_goals
from outreach_results.store.tracking import choose_tracking

MARCH = Filters(start=date(2026, 3, 1), end=date(2026, 3, 27))


def test_month_stands_where_the_totals_stand(writable_sample: Store) -> None:
    set_goals(writable_sample, {"meetings_booked": 30, "positive_replies": 50, "emails_sent": 3_000})
    positive, meetings, sent = results.paces(writable_sample)
    totals = results.totals(writable_sample, MARCH).stats
    assert (meetings.done, sent.done) == (totals.meetings_booked, totals.emails_sent)
    assert positive.done == results.inbox(writable_sample, MARCH).counts["positive"]  # type: ignore[index]
    for pace in (positive, meetings, sent):
        assert pace.done is not None
        assert pace.low is not None
        assert pace.high is not None
        assert pace.done <= pace.low <= pace.high
    assert meetings.sentence().startswith(f"Meetings in March 2026: {meetings.done} of 30, on pace for ")


def test_month_that_is_over_has_no_pace(writable_sample: Store) -> None:
    set_goals(writable_sample, {"meetings_booked": 5})
    (pace,) = results.paces(writable_sample, date(2026, 2, 28))
    assert (pace.words(), pace.low) == (f"{pace.done} of 5", None)


def test_untracked_goal_says_so(writable_sample: Store) -> None:
    set_goals(writable_sample, {"meetings_booked": 5})
    for campaign in results.all_campaigns(writable_sample):
        choose_tracking(writable_sample, campaign.id, {"meetings": False})
    (pace,) = results.paces(writable_sample)
    assert pace.words() == "– of 5, not tracked"


def test_goal_is_removed_and_others_stay(writable_sample: Store) -> None:
    set_goals(writable_sample, {"meetings_booked": 5, "emails_sent": 10})
    set_goals(writable_sample, {"meetings_booked": None})
    assert [pace.name for pace in results.paces(writable_sample)] == ["emails_sent"]


def test_client_has_goals_of_its_own(writable_sample: Store) -> None:
    acme = labeling.add_client(writable_sample, "Acme")
    labeling.choose_client(writable_sample, ["camp_260e3f", "camp_4eaf56"], acme)
    labeling.choose_tags(writable_sample, ["camp_260e3f"], ["spring"])
    set_goals(writable_sample, {"emails_sent": 100, "positive_replies": 7}, client=acme)
    set_goals(writable_sample, {"emails_sent": 9_000})
    whole = results.narrowed(writable_sample, MARCH, clients=[acme])
    positive, sent = results.paces_of(writable_sample, whole)
    assert (sent.goal, sent.done) == (100, results.totals(writable_sample, whole).stats.emails_sent)
    assert (positive.goal, positive.done) == (7, results.inbox(writable_sample, whole).counts["positive"])  # type: ignore[index]
    assert [pace.goal for pace in results.paces_of(writable_sample, MARCH)] == [9_000]
    with_tag = results.narrowed(writable_sample, MARCH, clients=[acme], tags=["spring"])
    one_of_two = results.narrowed(writable_sample, whole.of("camp_260e3f"), clients=[acme])
    for part in (with_tag, one_of_two, whole.of("camp_260e3f")):
        assert results.paces_of(writable_sample, part) == []
    labeling.remove_client(writable_sample, acme)
    with pytest.raises(QueryError, match="no client 'acme'"):
        set_goals(writable_sample, {"emails_sent": 100}, client=acme)
    labeling.add_client(writable_sample, "Acme")
    assert results.paces(writable_sample, client=acme) == []


@pytest.mark.parametrize(
    ("goals", "sentence"), [({"opened": 5}, "'opened' can have no goal"), ({"emails_sent": 0}, "from 1 to")]
)
def test_goal_that_cannot_be_is_refused(sqlite_store: Store, goals: dict[str, int], sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        set_goals(sqlite_store, goals)
