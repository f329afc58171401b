"""What people chose is used by every later import."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from outreach_results import results
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.registry import FORMATS_WITH_STATES
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Filters, Sentiment
from outreach_results.store import schema
from outreach_results.store.interests import choose_interest_states
from support.databases import contents
from support.sources import ANSWERS, EXAMPLES, entry_of

SMARTLEAD, INSTANTLY = EXAMPLES / "smartlead_leads.csv", EXAMPLES / "instantly_emails.json"


def meetings(store):
    return results.totals(store, Filters()).stats.meetings_booked


def positives(store):
    with store.read() as connection:
        return connection.execute(
            select(func.count()).select_from(schema.replies).where(schema.replies.c.sentiment == Sentiment.POSITIVE)
        ).scalar_one()


def test_a_later_import_uses_the_choice(make_sqlite):
    """What is there stays as it was, as the page and the command say."""
    first, second = make_sqlite(), make_sqlite()
    [report] = import_file(first, SMARTLEAD, answers=ANSWERS)
    choose_interest_states(first, "smartlead_leads", meetings=["Interested"])
    assert meetings(first) is None
    undo_load(first, report.load_id)
    import_file(first, SMARTLEAD, answers=ANSWERS)
    import_file(
        second, SMARTLEAD, answers=Answers(ANSWERS.campaign, None, ANSWERS.as_of, meetings=frozenset(["interested"]))
    )
    assert meetings(first)
    assert contents(first) == contents(second)


def test_chosen_states_are_positive_replies(make_sqlite):
    first, second = make_sqlite(), make_sqlite()
    import_file(first, INSTANTLY)
    choose_interest_states(second, "instantly_emails", positives=["interested"], meetings=["1", "not interested"])
    import_file(second, INSTANTLY)
    assert [positives(store) for store in (first, second)] == [2, 1]
    assert [meetings(store) for store in (first, second)] == [1, 2]


@pytest.mark.parametrize("key", FORMATS_WITH_STATES)
def test_the_states_of_a_source_are_its_own(key):
    states = entry_of(key).states
    assert states is not None
    assert set(states.meetings) | set(states.positives) <= set(states.words)
