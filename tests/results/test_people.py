"""People are recipients: each address once, whatever its case, counted by the day of sending."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, EmailRecord, Record
from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.models.people import PEOPLE
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.tracking import choose_tracking
from support.optional import present
from support.records import at, campaign, email, event, reply

FIFTH = Filters(start=date(2026, 1, 5), end=date(2026, 1, 5))


def to(address: str, email_id: str, day: int = 5, of: str = "one") -> EmailRecord:
    return email(email_id, at(day), of=of, recipient=address)


@pytest.fixture
def filled(store: Store) -> Store:
    """Ann got two emails and answered both; Bob is in two campaigns; Cy was written to later."""
    records: list[Record] = [
        *(campaign("one", "One"), campaign("two", "Two")),
        *(
            to("Ann@a.example", "e1"),
            to("ann@A.example", "e2", 6),
            to("bob@b.example", "e3"),
            to("cy@c.example", "e4", 9),
        ),
        to("BOB@b.example", "e5", of="two"),
        *(event("opened", at(7), of="one", email_id=own, event_id=own) for own in ("e1", "e2", "e4")),
        event("opened", at(7), of="two", email_id="e5", event_id="e5", is_machine=True),
        *(
            event("meeting_booked", at(8), of=own, email_id=one, event_id="m")
            for own, one in (("one", "e3"), ("two", "e5"))
        ),
        *(reply(own, at(8), of="one", email_id=own, sentiment=Sentiment.POSITIVE) for own in ("e1", "e2")),
    ]
    load(store, "records", records)
    return store


EVERYTHING = Filters()


def counts(store: Store, filters: Filters = EVERYTHING) -> dict[str, int | None]:
    found = results.people(store, filters).counts
    return {name: n for name, n in found.items() if n}


def test_a_person_counts_once_whatever_the_case(filled):
    assert counts(filled) == {"emails_sent": 3, "opened": 3, "replied": 1, "positive_replies": 1, "meetings_booked": 1}


def test_each_campaign_counts_its_own_people(filled):
    rows = results.people(filled, Filters()).by_campaign.set_index("name")
    assert rows["emails_sent"].to_dict() == {"One": 3, "Two": 1}
    assert rows["meetings_booked"].to_dict() == {"One": 1, "Two": 1}
    assert rows["positive_replies"].isna().to_dict() == {"One": False, "Two": True}  # no reply of Two can be read


@pytest.mark.parametrize("basis", Basis)
def test_a_period_has_those_contacted_in_it(filled, basis):
    """What they did counts, whenever it was."""
    filters = Filters(("one",), FIFTH.start, FIFTH.end, basis)
    assert counts(filled, filters) == {
        "emails_sent": 2,
        "opened": 1,
        "replied": 1,
        "positive_replies": 1,
        "meetings_booked": 1,
    }


def test_machines_can_be_left_out(filled):
    assert counts(filled, Filters(humans_only=True))["opened"] == 2


def test_days_are_those_of_the_reporting_zone(store):
    with store.write() as connection:
        connection.execute(update(schema.meta).where(schema.meta.c.key == "time_zone").values(value="Asia/Tokyo"))
    load(store, "records", [campaign("one", "One"), email("e1", at(4, 20), of="one")])
    assert results.people(store, FIFTH).counts["emails_sent"] == 1


def test_what_one_campaign_does_not_track_is_said(filled):
    choose_tracking(filled, "one", {"opens": False})
    found = results.people(filled, Filters())
    assert (found.counts["opened"], found.contacted["opened"], found.share("opened")) == (1, 1, 1.0)
    choose_tracking(filled, "two", {"opens": False})
    assert results.people(filled, Filters()).counts["opened"] is None


def test_totals_of_days_have_no_people(filled):
    days = DailyRecord("three", date(2026, 1, 5), emails_sent=9, delivered=9)
    load(filled, "days", [campaign("three", "Three", detail="daily"), days])
    found = results.people(filled, Filters())
    assert (found.campaigns, found.of_campaigns) == (2, 3)
    assert found.counts["emails_sent"] == 3


def test_nobody_was_contacted(store):
    found = results.people(store, Filters())
    assert set(found.counts) == set(PEOPLE)
    assert (found.counts["emails_sent"], found.share("replied"), len(found.by_campaign)) == (0, None, 0)


def test_a_reversed_period_is_refused(filled):
    with pytest.raises(QueryError):
        results.people(filled, Filters(start=date(2026, 1, 6), end=date(2026, 1, 5)))


def test_people_of_the_sample_are_its_recipients(sample_store):
    """The sample sends some people several emails, and some campaigns the same people."""
    found, totals = results.people(sample_store, EVERYTHING), results.totals(sample_store, EVERYTHING)
    people, emails = present(found.counts["emails_sent"]), present(totals.stats.emails_sent)
    assert 0 < people < found.by_campaign["emails_sent"].sum() <= emails
    assert all(present(found.share(name)) <= 1 for name in PEOPLE)
