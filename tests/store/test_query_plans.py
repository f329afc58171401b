"""What a page or an answer reads: days, and slices of an index, however many emails there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, text

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus, kept
from outreach_results.store import breakdown, rollup
from outreach_results.store.engine import Store
from outreach_results.store.replies import state_changes
from support.questions import EVERYTHING, SAMPLE, questions
from support.records import CAMPAIGN, campaign, emails, reply
from support.records import event as happened

GROWING = ("emails", "events", "replies", "inbox", "reply_marks", "mark_changes")
"""The tables that grow with the number of emails."""

Plan = str


@contextmanager
def plans(store: Store) -> Iterator[dict[str, Plan]]:
    """Of every question that is put to the database meanwhile, how the database finds the answer."""
    statements: dict[str, Any] = {}
    result: dict[str, Plan] = {}

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")):
            statements.setdefault(statement, parameters)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield result
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    with store.read() as connection:
        if not store.is_sqlite:
            # Of a small table it would read all, whatever indexes there are.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        how = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
        for statement, parameters in statements.items():
            rows = connection.exec_driver_sql(f"{how} {statement}", parameters).all()
            result[statement] = "\n".join(str(row[-1]) for row in rows)


def read_whole(plan: Plan) -> set[str]:
    """The growing tables that are read from end to end, be it by way of an index."""
    names = "|".join(GROWING)
    whole = {match[1] for match in re.finditer(rf"^SCAN ({names})\b", plan, re.MULTILINE)}
    return whole | {match[1] for match in re.finditer(rf"Seq Scan on ({names})\b", plan)}


def test_no_query_scans_a_growing_table(every_sample_store):
    with plans(every_sample_store) as result:
        answers = [ask() for _, ask in questions(every_sample_store)]
    assert len(answers) > 60
    assert len(result) > 50
    assert {statement: plan for statement, plan in result.items() if read_whole(plan)} == {}


def test_a_question_that_does_would_be_seen(every_sample_store):
    with plans(every_sample_store) as result, every_sample_store.read() as connection:
        connection.execute(text("SELECT count(*) FROM replies WHERE body = 'a'")).all()
        connection.execute(text("SELECT 1 FROM campaigns, emails WHERE emails.name = campaigns.name")).all()
    assert [read_whole(plan) for plan in result.values()] == [{"replies"}, {"emails"}]


def plan_of(store: Store, ask: Callable[[], object], about: str) -> Plan:
    """How the one question that begins like this is answered."""
    with plans(store) as result:
        ask()
    [plan] = [plan for statement, plan in result.items() if re.search(about, statement)]
    return plan


TRIAGES = {
    "all": InboxFilters(),
    "open replies of people": InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN),
    "one sentiment": InboxFilters(sentiments=(Sentiment.POSITIVE,)),
}


@pytest.mark.parametrize("inbox_filters", TRIAGES.values(), ids=TRIAGES)
@pytest.mark.parametrize(
    ("filters", "index"), [(EVERYTHING, "inbox_by_time"), (Filters((SAMPLE,)), "inbox_by_campaign")], ids=["all", "one"]
)
def test_inbox_page_comes_from_covering_indexes(sample_store, filters, index, inbox_filters):
    plan = plan_of(sample_store, lambda: results.inbox(sample_store, filters, inbox_filters), r"FROM \(SELECT inbox\.")
    read = re.findall(r"(?:SEARCH|SCAN) inbox.*", plan)
    assert read
    assert all(f"COVERING INDEX {index} " in line and "sentiment=? AND state=?" in line for line in read)
    assert not re.search(r"SEARCH inbox.*\nUSE TEMP B-TREE", plan), "replies are sorted, though the index has an order"


def test_people_come_from_covering_indexes(sample_store):
    plan = plan_of(sample_store, lambda: results.people(sample_store, EVERYTHING), r"WITH persons")
    assert re.search(r"SEARCH emails USING COVERING INDEX emails_by_recipient \(campaign_id=\?\)", plan)
    assert re.search(r"SEARCH events USING COVERING INDEX events_by_email \(campaign_id=\? AND email_id=\?\)", plan)
    assert plan.count("SEARCH emails") == 1, "the emails are read twice"


def test_a_search_begins_with_the_words(sample_store):
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, q="thanks")
    plan = plan_of(
        sample_store, lambda: results.inbox(sample_store, EVERYTHING, inbox_filters), r"FROM \(SELECT inbox\."
    )
    assert re.findall(r"(?:SEARCH|SCAN) inbox.*", plan) == [
        "SEARCH inbox USING COVERING INDEX inbox_of_words (words=?)"
    ]
    assert "VIRTUAL TABLE INDEX 0:M" in plan


def test_a_timeline_finds_a_person_by_an_index(make_store):
    store = make_store()
    load(store, "campaign", [campaign(), *emails(50), reply("r1", email_id="e1")])
    plan = plan_of(store, lambda: results.timeline(store, CAMPAIGN, "r1"), r"emails\.recipient_key = ")
    if store.is_sqlite:
        columns = "(campaign_id=? AND recipient_domain=? AND recipient_key=?)"
        assert f"COVERING INDEX emails_by_recipient {columns}" in plan
    else:
        condition = r"\(\(campaign_id = .* AND \(recipient_domain = .* AND \(recipient_key = "
        assert re.search(rf"emails_by_recipient.*\n\s+Index Cond: {condition}", plan)


def test_bounces_without_a_reason_are_not_read(sample_store):
    kept.forget()  # else there is nothing to ask, once it was asked before
    for humans_only in (False, True):
        filters = Filters(humans_only=humans_only)
        plan = plan_of(sample_store, partial(results.breakdown_dimensions, sample_store, filters), r"FROM events")
        for name in ("kind", "reason"):
            assert f"SEARCH events USING INDEX events_bounced_{name} (campaign_id=? AND is_machine<?)" in plan


def test_unsent_emails_are_found_by_their_index(sample_store):
    with plans(sample_store) as result, sample_store.read() as connection:
        list(results.unsent_rows(connection, SAMPLE))
    (of_emails,) = [plan for statement, plan in result.items() if "FROM emails" in statement]
    assert "INDEX emails_unsent (campaign_id=? AND email_id>?)" in of_emails


def test_recount_reads_only_an_index(make_store):
    store = make_store()
    with plans(store) as result, store.read() as connection:
        rollup.recount(connection, SAMPLE, {"one", "two"})
    about_events = [plan for statement, plan in result.items() if "events" in statement]
    assert about_events
    covering = "COVERING INDEX events_by_email" if store.is_sqlite else "Index Only Scan using events_by_email"
    assert all(covering in plan or "Bitmap" in plan for plan in about_events), about_events


@pytest.mark.postgres
def test_new_campaign_is_counted_in_one_go(make_postgres):
    """PostgreSQL expects next to nothing of it, and would read all of it for each email."""
    store = make_postgres()
    known = [happened("opened", email_id=f"e{n}", of="known") for n in range(2_000)]
    load(store, "known", [campaign("known"), *emails(2_000, of="known"), *known])
    with store.write(is_data=False) as connection:
        connection.execute(text("ANALYZE"))
    new = [happened("opened", email_id=f"e{n}", of="new") for n in range(2_000)]
    with plans(store) as result:
        load(store, "new", [campaign("new"), *emails(2_000, of="new"), *new])
    about_both = [plan for statement, plan in result.items() if "emails" in statement and "events" in statement]
    assert about_both
    assert not any("Join Filter" in plan for plan in about_both), about_both


def test_a_click_in_the_inbox_touches_one_reply(writable_sample):
    one = results.inbox(writable_sample, EVERYTHING).replies[0]
    with plans(writable_sample) as result:
        state_changes.change_reply(
            writable_sample, one.campaign_id, one.id, state_changes.Action.HANDLED, by="Ana", seen_version=0
        )
    assert result
    assert {statement: plan for statement, plan in result.items() if read_whole(plan)} == {}


def test_new_groups_are_counted_by_their_emails_alone(sqlite_store):
    """SQLite takes a campaign's emails for few: left to itself, it reads all of them for the few of a domain."""
    of_domain = [email._replace(recipient=f"{email.email_id}@new.example") for email in emails(breakdown.LEAST)]
    others = [email._replace(email_id=f"other {email.email_id}") for email in emails(60)]
    load(sqlite_store, "before", [campaign(), *others, *of_domain[:-1]])
    with plans(sqlite_store) as result:
        load(sqlite_store, "one more", [campaign(), of_domain[-1]])
    [plan] = [plan for statement, plan in result.items() if "AS wanted CROSS JOIN emails" in statement]
    assert "emails_by_recipient (campaign_id=? AND recipient_domain=?)" in plan
    read = [line for plan in result.values() for line in re.findall(r"(?:SEARCH|SCAN) emails.*", plan)]
    assert len(read) > 2
    assert [
        line for line in read if "(campaign_id=? AND email_id=?" not in line and "recipient_domain=?" not in line
    ] == []
