"""What a load does to a database, on every kind of database."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from outreach_results import results
from outreach_results.errors import SourceError
from outreach_results.ingest import load as loading
from outreach_results.ingest import loader
from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord, PlanRecord, Record, Rejected
from outreach_results.models import Sentiment
from outreach_results.store import rollup, schema
from support.databases import contents, stored_rows
from support.optional import present
from support.records import EVERY_KIND, SENT, at, campaign, email, emails, event, mark, reply
from support.recount import days_of, stored_days


def recounted(store):
    """Whether all that is derived is what a count from scratch gives."""
    before = contents(store)
    with store.write() as connection:
        rollup.rebuild(connection, "camp_1")
    return contents(store) == before


# --- what is counted ---------------------------------------------------------------------------------------------


def test_a_report_says_what_is_new(store):
    report = load(store, "first.json", EVERY_KIND)
    assert report.inserted == {"campaigns": 1, "emails": 2, "events": 7, "replies": 1, "marks": 1, "days": 0}
    assert report.duplicate.total() == 0
    assert report.campaigns == {"camp_1"}
    assert report.sentence() == "first.json: 1 campaign, 2 emails, 7 events, 1 reply, 1 mark."


def test_the_same_records_again_add_nothing(store):
    load(store, "first.json", EVERY_KIND)
    before = contents(store)
    report = load(store, "first.json", EVERY_KIND)
    assert report.inserted.total() == 0
    assert report.duplicate == {"emails": 2, "events": 7, "replies": 1}
    assert report.sentence() == "first.json: nothing new; 10 already known."
    assert contents(store) == before


def test_records_twice_in_one_load_count_once(store):
    report = load(store, "first.json", EVERY_KIND + EVERY_KIND)
    assert report.inserted.total() == 12
    assert report.duplicate == {"emails": 2, "events": 7, "replies": 1}
    assert stored_days(store) == days_of(EVERY_KIND)


def test_rejected_rows_are_reported_and_stop_nothing(store):
    bad = Rejected("first.json", 3, "emails.id", "a value is required")
    reported = []
    report = load(store, "first.json", [EVERY_KIND[0], bad, *EVERY_KIND[1:], bad], on_rejected=reported.append)
    assert (report.rejected, report.rejected_total, reported) == ([bad, bad], 2, [bad, bad])
    assert report.sentence().endswith("; 2 rejected.")
    assert stored_days(store) == days_of(EVERY_KIND)


def test_rejected_rows_kept_are_bounded_all_counted(sqlite_store, monkeypatch):
    monkeypatch.setattr(loader, "REJECTED_KEPT", 3)
    reported = []
    bad = [Rejected("f", n, "id", "?") for n in range(5)]
    report = load(sqlite_store, "f", bad, on_rejected=reported.append)
    assert (report.rejected, report.rejected_total, reported) == (bad[:3], 5, bad)


def test_the_history_lists_each_load(store):
    load(store, "first.json", EVERY_KIND)
    load(store, "again.json", [*EVERY_KIND, Rejected("again.json", 1, "id", "?")])
    assert stored_rows(store, schema.loads, "source", "inserted", "duplicate", "rejected") == [
        ("again.json", 0, 10, 1),
        ("first.json", 12, 0, 0),
    ]


def test_progress_is_reported_now_and_then(sqlite_store, monkeypatch):
    monkeypatch.setattr(loading, "BATCH", 4)
    progress = []
    load(sqlite_store, "f", [campaign(), *emails(9)], on_progress=progress.append)
    assert progress == [4, 8, 10]


# --- what is derived ---------------------------------------------------------------------------------------------


def test_the_days_are_those_of_the_definitions(store):
    load(store, "first.json", EVERY_KIND)
    assert stored_days(store) == days_of(EVERY_KIND)
    assert recounted(store)
    day = stored_days(store)
    assert day["camp_1", "activity", date(2026, 1, 6)] == {"delivered": 1, "delivered_human": 1, "opened": 1} | {
        "bounced": 1,
        "bounced_human": 1,
    }
    assert day["camp_1", "activity", date(2026, 1, 7)] == {"opened_human": 1, "replied": 1, "replied_human": 1}
    assert day["camp_1", "send", date(2026, 1, 5)]["opened"] == 1
    assert ("camp_1", "activity", date(2026, 1, 9)) in day
    assert ("camp_1", "send", date(2026, 1, 9)) not in day


def test_an_automatic_reply_is_no_human_one(store):
    load(store, "f", [campaign(), email(), reply(sentiment="automatic")])
    assert stored_days(store)["camp_1", "activity", date(2026, 1, 7)] == {"replied": 1}


def test_a_reply_that_is_judged_later_is_counted_anew(store):
    first, judged = reply(sentiment="unclassified"), reply(sentiment="automatic")
    load(store, "f", [campaign(), email(), first])
    assert "replied_human" in stored_days(store)["camp_1", "activity", date(2026, 1, 7)]
    load(store, "f", [judged])
    assert stored_days(store) == days_of([email(), first, judged])
    assert recounted(store)


def test_reply_counts_once_its_email_is_known(store):
    load(store, "f", [campaign(), email(), reply(email_id=None)])
    assert not any("replied" in numbers for numbers in stored_days(store).values())
    load(store, "f", [reply()])
    assert stored_days(store) == days_of([email(), reply()])
    load(store, "f", [reply(email_id=None, sentiment="automatic")])
    assert stored_days(store) == days_of([email(), reply(), reply(sentiment="automatic")])


@pytest.mark.parametrize("first", ["event", "reply"])
def test_replied_event_and_reply_are_one(store, first):
    replied = event("replied", at(9), event_id="r1", url="https://example.com", email_id="e2")
    pair: list[Record] = [replied, reply(sentiment="automatic")]
    load(store, "f", [campaign(), email(), email("e2")])
    for record in pair if first == "event" else reversed(pair):
        load(store, "f", [record])
        assert recounted(store)
    assert stored_days(store) == days_of([email(), email("e2"), reply(sentiment="automatic")])
    assert stored_rows(store, schema.events, "event_id", "email_id", "url") == [("r1", "e1", None)]


@pytest.mark.parametrize("first", ["event", "reply"])
def test_reply_without_email_leaves_event_alone(store, first):
    replied = event("replied", at(9), event_id="r1")
    lone = reply(email_id=None, sentiment="automatic")
    load(store, "f", [campaign(), email()])
    loads: list[list[Record]] = [[replied], [lone, mark(sentiment="automatic")]]
    for records in loads[:: 1 if first == "event" else -1]:
        load(store, "f", records)
    load(store, "f", [lone])
    assert stored_days(store) == days_of([email(), replied])


@pytest.mark.parametrize("order", [1, -1])
def test_event_and_reply_of_one_id_both_count(store, order):
    opened, replied = event("opened", at(6), event_id="r1"), reply(sentiment="automatic")
    files: list[list[Record]] = [[campaign(), email(), opened], [campaign(), replied], [campaign(), replied]]
    for records in files[::order]:
        load(store, "f", records)
    assert stored_rows(store, schema.events, "event_id", "type", "occurred_at", "is_machine", "is_reply") == [
        ("r1", "opened", at(6), False, False),
        ("r1", "replied", at(7), True, True),
    ]
    assert stored_days(store) == days_of([email(), opened, replied])
    assert recounted(store)


CLASHING = [event("opened", at(6), event_id="v1"), event("clicked", at(8), event_id="v1", email_id="e2")]


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_events_of_one_id_the_later_is_rejected(store, order, split):
    load(store, "f", [campaign(), *emails(30)])
    clashing = CLASHING[::order]
    reports = [load(store, "f", [record]) for record in clashing] if split else [load(store, "f", clashing)]
    assert stored_rows(store, schema.events, "event_id", "type", "email_id") == [("v1", "opened", "e1")]
    assert [row for report in reports for row in report.rejected] == [
        Rejected(
            *("f", 0, "event_id"),
            "'v1' is the id of two events: opened of 'e1' at 2026-01-06 12:00:00 UTC was kept, "
            "clicked of 'e2' at 2026-01-08 12:00:00 UTC was not",
        )
    ]
    assert sum(report.duplicate.total() for report in reports) == 0
    assert recounted(store)
    again = load(store, "f", CLASHING)
    assert (again.inserted.total(), again.duplicate["events"], again.rejected_total) == (0, 1, 1)


def test_the_same_event_is_merged_and_not_rejected(store):
    for record in [event("opened", event_id="v1"), event("opened", event_id="v1", is_machine=True, url="u")]:
        assert load(store, "f", [campaign(), email(), record]).rejected_total == 0
    assert stored_rows(store, schema.events, "is_machine", "url") == [(True, "u")]
    assert recounted(store)


def test_an_authority_replaces_another_event_of_the_id(store):
    load(store, "f", [campaign(), *emails(30), CLASHING[0]])
    assert load(store, "sync", [CLASHING[1]], replace=True).rejected_total == 0
    assert stored_rows(store, schema.events, "event_id", "type", "email_id") == [("v1", "clicked", "e2")]
    assert recounted(store)


@pytest.mark.parametrize("order", [1, -1])
def test_a_reply_that_moves_ends_at_the_same_email(store, order):
    replies = [reply(sentiment="unclassified"), reply(email_id="e2", sentiment="automatic")]
    load(store, "f", [campaign(), *emails(30)])
    notes = [note for record in replies[::order] for note in load(store, "f", [record]).notes]
    assert notes == ["The reply 'r1' of 'camp_1' answers two emails: 'e2' was kept, 'e1' was not."]
    assert stored_rows(store, schema.events, "email_id", "is_machine") == [("e2", True)]
    assert recounted(store)


def test_small_load_equals_a_fresh_count(store):
    big: list[Record] = [campaign(), *(email(f"e{n}", at(2 + n % 5)) for n in range(300))]
    big += [event("delivered", at(9), email_id=f"e{n}") for n in range(0, 300, 2)]
    small: list[Record] = [
        email("e1", at(1)),
        email("new", at(3)),
        event("opened", at(4), email_id="e2"),
        event("opened", at(3), email_id="e2"),
        event("delivered", at(8), email_id="e4", event_id="earlier"),
        reply(email_id="e6"),
    ]
    load(store, "big", big)
    load(store, "small", small)
    assert stored_days(store) == days_of(big + small)
    with store.write() as connection:
        rollup.rebuild(connection, "camp_1")
    assert stored_days(store) == days_of(big + small)


def test_small_load_recounts_only_touched_emails(sqlite_store, monkeypatch):
    load(sqlite_store, "big", [campaign(), *emails(50)])
    counted = []
    recount = rollup.recount
    monkeypatch.setattr(rollup, "recount", lambda *args: counted.append(args[1:]) or recount(*args))
    load(sqlite_store, "small", [event("opened", email_id="e7")])
    assert counted == [("camp_1", {"e7"}), ("camp_1", {"e7"})]


def test_a_day_on_which_nothing_is_left_goes(store):
    load(store, "big", [campaign(), *emails(10), email("late", at(20))])
    load(store, "small", [email("late", at(5))])
    assert {day for _, _, day in stored_days(store)} == {date(2026, 1, 5)}


# --- emails that are known in part ------------------------------------------------------------------------------


def test_email_known_from_event_is_completed_later(store):
    load(store, "events", [campaign(), event("opened")])
    assert stored_rows(store, schema.emails, "email_id", "recipient", "sent_at") == [("e1", None, None)]
    assert ("camp_1", "send", date(2026, 1, 6)) not in stored_days(store)
    report = load(store, "emails", [email()])
    assert (report.inserted["emails"], report.duplicate["emails"]) == (1, 0)
    assert stored_rows(store, schema.emails, "email_id", "recipient", "sent_at") == [
        ("e1", "ada@prospect.example", at(5)),
    ]
    assert stored_days(store) == days_of([event("opened"), email()])


def test_description_fills_gaps_only(store):
    load(store, "f", [campaign(), email(name=None)])
    load(store, "f", [email(sent_at=None, name="Ada", company=None)])
    assert stored_rows(store, schema.emails, "name", "company", "sent_at", "cost_ai_generation") == [
        ("Ada", "Prospect", at(5), 1_000)
    ]


def test_a_sent_event_is_the_sending_of_its_e_mail(store):
    load(store, "f", [campaign(), event("sent", at(4)), event("delivered")])
    assert stored_rows(store, schema.emails, "email_id", "sent_at") == [("e1", at(4))]
    assert stored_rows(store, schema.events, "type") == [("delivered",)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_times_the_earlier_one_stays(store, order):
    files: list[list[Record]] = [
        [campaign(created_at=at(3)), email(sent_at=at(6)), reply(received_at=at(9))],
        [campaign(created_at=at(2)), email(sent_at=at(5)), reply(received_at=at(8))],
    ]
    for records in files[::order]:
        load(store, "f", records)
    assert stored_rows(store, schema.campaigns, "created_at", "created_on") == [(at(2), at(2).date())]
    assert stored_rows(store, schema.emails, "sent_at", "sent_on") == [(at(5), at(5).date())]
    assert stored_rows(store, schema.replies, "received_at", "received_on") == [(at(8), at(8).date())]


# --- sources that disagree ---------------------------------------------------------------------------------------

DISAGREEING: list[list[Record]] = [
    [campaign(name="Alpha", mcp=None, created_at=at(2)), campaign(name="Beta"), campaign(name="beta", mcp="a")],
    [email(name="Zoë", sent_at=at(6)), email(name="ada", company=None), email(name="Ada", costs=(5_000, 1, 1))],
    [email(sent_at=None, name="b"), email(name="B"), email(name=None, sent_at=at(4))],
    [
        reply(sentiment="unclassified", body=None, preview="a"),
        reply(sentiment="positive", received_at=at(9), name=None),
        reply(sentiment="negative", preview="B", email_id=None, address="a@b.example"),
    ],
]


of_each_kind = pytest.mark.parametrize("disagreeing", DISAGREEING, ids=["campaign", "email", "placeholder", "reply"])


def outcomes_of_orders(make_store, disagreeing, *, is_split):
    for order in (disagreeing, disagreeing[::-1], disagreeing[1:] + disagreeing[:1]):
        store = make_store()
        load(store, "start", [campaign(), email("e0")])
        for part in [[record] for record in order] if is_split else [order]:
            load(store, "part", part)
        yield contents(store)
        assert recounted(store)


@of_each_kind
def test_the_result_does_not_depend_on_the_order(make_store, disagreeing):
    first, second, third = outcomes_of_orders(make_store, disagreeing, is_split=True)
    assert first == second == third


@of_each_kind
def test_order_within_one_load_does_not_matter(make_sqlite, disagreeing):
    """What one batch says of an email is merged before the database sees it."""
    first, second, third = outcomes_of_orders(make_sqlite, disagreeing, is_split=False)
    assert first == second == third


def test_databases_choose_the_same_value(make_sqlite, make_postgres):
    outcomes = []
    for make in (make_sqlite, make_postgres):
        store = make()
        for disagreeing in DISAGREEING:
            for record in [campaign(), email(), *disagreeing]:
                load(store, "part", [record])
        outcomes.append(contents(store))
    assert outcomes[0] == outcomes[1]


def test_an_authority_replaces_what_is_known(store):
    load(store, "f", [campaign(), email(), event("opened", at(5)), reply()])
    records: list[Record] = [campaign(name="A"), email(name="A", sent_at=at(6)), reply(sentiment="positive", name=None)]
    load(store, "sync", records, replace=True)
    assert stored_rows(store, schema.campaigns, "name") == [("A",)]
    assert stored_rows(store, schema.emails, "name", "sent_at") == [("A", at(6))]
    assert stored_rows(store, schema.replies, "sentiment", "name") == [("positive", None)]
    assert recounted(store)


@pytest.mark.parametrize("order", [("B@x.example", "a@x.example"), ("a@x.example", "B@x.example")])
@pytest.mark.parametrize("sent_at", [SENT, None])
def test_the_person_is_that_of_the_recipient(store, order, sent_at):
    """`B@` sorts before `a@`, and `a@` before `b@`."""
    for recipient in order:
        load(store, "part", [campaign(), email(recipient=recipient, sent_at=sent_at)])
    with store.read() as connection:
        row = connection.execute(select(schema.emails.c.recipient, schema.emails.c.recipient_key)).one()
    assert tuple(row) == ("a@x.example", "a@x.example")


def test_description_keeps_known_sending(store):
    load(store, "sync", [campaign(), email(), email(sent_at=None)], replace=True)
    assert stored_rows(store, schema.emails, "sent_at") == [(at(5),)]


# --- marks -------------------------------------------------------------------------------------------------------


def test_reply_state_survives_every_load(store):
    load(store, "f", EVERY_KIND)
    with store.write() as connection:
        connection.execute(update(schema.reply_marks).values(sentiment="negative", marked_by="me", version=7))
    marked = stored_rows(store, schema.reply_marks)
    load(store, "f", EVERY_KIND)
    load(store, "sync", [reply(sentiment="automatic"), mark(sentiment="positive")], replace=True)
    assert stored_rows(store, schema.reply_marks) == marked
    result = present(results.reply(store, "camp_1", "r1"))
    assert (result.sentiment, result.source_sentiment) == (Sentiment.NEGATIVE, Sentiment.AUTOMATIC)


def test_reply_state_of_file_is_taken_where_none_is(store):
    load(store, "f", EVERY_KIND)
    assert stored_rows(store, schema.reply_marks, "sentiment", "marked_by", "version") == [
        ("positive", "grace@team.example", 1)
    ]


@pytest.mark.parametrize(("sentiment", "corrected"), [("neutral", "automatic"), ("automatic", "neutral")])
def test_correction_in_file_decides_human_reply(store, sentiment, corrected):
    records: list[Record] = [campaign(), email(), reply(sentiment=sentiment), mark(sentiment=corrected)]
    load(store, "f", records)
    assert stored_days(store) == days_of(records)
    assert ("replied_human" in stored_days(store)["camp_1", "activity", date(2026, 1, 7)]) == (corrected == "neutral")
    assert recounted(store)


ANN = mark(sentiment="negative", by="Ann", handled_at=None, marked_at=at(8))
BOB = mark(sentiment="automatic", by="Bob", marked_at=at(9))._replace(version=2)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_the_mark_of_the_higher_version_stays(store, order, split):
    load(store, "f", [campaign(), *emails(30), reply()])
    marks = [ANN, BOB][::order]
    reports = [load(store, "f", [one]) for one in marks] if split else [load(store, "f", marks)]
    assert stored_rows(store, schema.reply_marks, "sentiment", "marked_by", "version") == [("automatic", "Bob", 2)]
    assert [note for report in reports for note in report.notes] == [
        "The reply 'r1' of 'camp_1' has two marks: version 2 by Bob of 2026-01-09 12:00:00 UTC replaces "
        "version 1 by Ann of 2026-01-08 12:00:00 UTC."
    ]
    assert stored_rows(store, schema.events, "is_machine") == [(True,)]
    assert stored_rows(store, schema.inbox, "sentiment") == [("automatic",)]
    assert recounted(store)
    assert load(store, "f", [BOB]).notes == []


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_marks_of_one_version_the_later_stays(store, order):
    load(store, "f", [campaign(), email(), reply()])
    for one in [ANN, BOB._replace(version=1)][::order]:
        load(store, "f", [one])
    assert stored_rows(store, schema.reply_marks, "marked_by") == [("Bob",)]


def test_mark_that_clears_a_correction_is_counted(store):
    load(store, "f", [campaign(), *emails(30), reply(), BOB])
    load(store, "f", [ANN._replace(version=3, sentiment=None)])
    assert stored_rows(store, schema.events, "is_machine") == [(False,)]
    assert recounted(store)


# --- all or nothing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [2, 10_000])
def test_a_source_that_breaks_off_changes_nothing(store, monkeypatch, batch):
    def breaks_off():
        yield from [campaign("camp_2"), campaign(name="Zzz"), email("e9"), event("opened", email_id="e9"), reply("r9")]
        raise SourceError("The file ends too early.")

    monkeypatch.setattr(loading, "BATCH", batch)
    load(store, "f", EVERY_KIND)
    before = contents(store, without=frozenset()), store.version()
    with pytest.raises(SourceError, match="ends too early"):
        load(store, "broken", breaks_off())
    assert (contents(store, without=frozenset()), store.version()) == before


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_the_size_of_a_batch_changes_nothing(store, make_store, monkeypatch, batch):
    report = load(store, "f", EVERY_KIND)
    monkeypatch.setattr(loading, "BATCH", batch)
    other = make_store()
    in_batches = load(other, "f", EVERY_KIND)
    assert contents(other) == contents(store)
    assert (+in_batches.inserted, +in_batches.duplicate) == (+report.inserted, +report.duplicate)


# --- the account -------------------------------------------------------------------------------------------------

SPREAD = BenchmarkRecord("sales", "open_rate", 0.2, 0.1, 0.2, 0.3, 50, at(1))


def plans(store):
    return stored_rows(store, schema.plan, "name", "email_limit")


def test_a_new_plan_is_news(store):
    pro = PlanRecord("Pro", 10_000, 20_000_000)
    assert load(store, "plan.json", [pro]).sentence() == "plan.json: 1 plan."
    assert load(store, "plan.json", [pro]).sentence() == "plan.json: nothing new; 1 already known."


@pytest.mark.parametrize("order", [1, -1])
def test_the_plan_known_later_stays(store, order):
    old, new = PlanRecord("Pro", 10_000, 2, at(1)), PlanRecord("Free", 100, 0, at(2))
    notes = [note for plan in [old, new][::order] for note in load(store, "f", [plan]).notes]
    assert plans(store) == [("Free", 100)]
    assert notes == [
        "There are two plans: 'Free' (100 emails, known at 2026-01-02 12:00:00 UTC) was kept, "
        "'Pro' (10,000 emails, known at 2026-01-01 12:00:00 UTC) was not."
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_plans_without_a_date_the_larger_stays(store, order):
    for plan in [PlanRecord("Max", 1, 2), PlanRecord("Pro", 10_000, 2)][::order]:
        notes = load(store, "f", [plan]).notes
    assert plans(store) == [("Pro", 10_000)]
    assert 'write the moment from which it holds into the file: "known_at"' in notes[0]
    load(store, "sync", [PlanRecord("Max", 1, 2)], replace=True)
    assert plans(store) == [("Max", 1)]


@pytest.mark.parametrize("order", [1, -1])
def test_benchmarks_updated_later_stay(store, order):
    later = SPREAD._replace(average=0.1, updated_at=at(2))
    reports = [load(store, "f", [one]) for one in [SPREAD, later][::order]]
    assert stored_rows(store, schema.benchmarks, "average") == [(0.1,)]
    assert reports[0].sentence() == "f: 1 benchmark."
    assert reports[1].notes == [
        "Benchmarks of sales: those of 2026-01-02 12:00:00 UTC replace those of 2026-01-01 12:00:00 UTC (open_rate)."
    ]


def test_a_benchmark_replaces_its_own_and_no_other(store):
    load(store, "f", [SPREAD, SPREAD._replace(metric="reply_rate"), SPREAD._replace(mcp="")])
    load(store, "f", [SPREAD._replace(average=0.25, updated_at=at(2))])
    assert stored_rows(store, schema.benchmarks, "mcp", "metric", "average") == [
        ("", "open_rate", 0.2),
        ("sales", "open_rate", 0.25),
        ("sales", "reply_rate", 0.2),
    ]


# --- time zones --------------------------------------------------------------------------------------------------


def test_a_load_dates_in_the_zone_of_the_database(store):
    late = at(31, 23, 30)
    with store.write() as connection:
        connection.execute(update(schema.meta).where(schema.meta.c.key == "time_zone").values(value="Europe/Zurich"))
    records: list[Record] = [
        campaign(created_at=late),
        email(sent_at=late),
        reply(received_at=late + timedelta(hours=1)),
    ]
    load(store, "f", records)
    assert stored_days(store) == days_of(records, "Europe/Zurich")
    assert stored_rows(store, schema.campaigns, "created_on") == [(date(2026, 2, 1),)]
    assert stored_rows(store, schema.replies, "received_at", "received_on") == [(at(32, 0, 30), date(2026, 2, 1))]


def test_a_load_never_waits_for_what_only_reads(store):
    with store.read() as connection:
        connection.execute(select(schema.campaigns)).all()
        load(store, "f", EVERY_KIND)
    assert stored_days(store) == days_of(EVERY_KIND)


def test_two_loads_of_the_same_at_once_are_as_one(store):
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(load(store, "f", EVERY_KIND))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.inserted["events"] for report in reports) == [0, 7]
    assert stored_days(store) == days_of(EVERY_KIND)
