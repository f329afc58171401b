"""What questions read alike is read once for each version of the data, and never from a writer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import event

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Basis, Filters
from outreach_results.results.day_table import day_table
from outreach_results.results.kept import MOST_KEPT, kept_on
from support.optional import present
from support.records import campaign, email, emails

MARCH = Filters(start=date(2026, 3, 1), end=date(2026, 3, 27))


def statements_about_days(store, ask):
    """Those that read days, beside the one that asks for the first and the last of each campaign."""
    ran: list[str] = []

    def note(_connection, _cursor, statement, *_):
        ran.extend([statement] if "FROM daily_stats" in statement and ") AS spans" not in statement else [])

    event.listen(store.engine, "before_cursor_execute", note)
    ask()
    event.remove(store.engine, "before_cursor_execute", note)
    return ran


def test_days_are_read_once_for_many_questions(writable_sample):
    def ask():
        for humans_only in (False, True):
            now = Filters(start=MARCH.start, end=MARCH.end, humans_only=humans_only)
            before = Filters(start=date(2026, 2, 2), end=date(2026, 2, 28), humans_only=humans_only)
            results.headlines(writable_sample, now, before)
            for filters in (now, before):
                results.totals(writable_sample, filters)
                results.campaign_totals(writable_sample, filters)
                results.headline_lines(writable_sample, filters)

    assert len(statements_about_days(writable_sample, ask)) == 1


def test_a_write_makes_the_next_question_read_again(writable_sample):
    sent = present(results.totals(writable_sample, Filters()).stats.emails_sent)
    load(writable_sample, "more", [campaign("new"), *emails(3, of="new")])
    assert results.totals(writable_sample, Filters()).stats.emails_sent == sent + 3


def test_a_writer_sees_its_own_rows(writable_sample):
    with writable_sample.write() as connection:
        before = len(day_table(connection, Filters(basis=Basis.SEND)))
        connection.exec_driver_sql("DELETE FROM daily_stats WHERE date >= '2026-03-01'")
        assert 0 < len(day_table(connection, Filters(basis=Basis.SEND))) < before


def test_what_was_not_asked_for_longest_goes_first(sample_store):
    with sample_store.read() as connection:
        kept = kept_on(connection)
        kept.get("first", lambda: 1)
        for place in range(MOST_KEPT):
            kept.get(place, lambda: 2)
        assert kept.find("first") is None
        assert kept.find(MOST_KEPT - 1) == 2


def test_a_page_sees_one_moment(writable_sample):
    with writable_sample.at_one_moment():
        before = present(results.totals(writable_sample, Filters()).stats.emails_sent)
        load(writable_sample, "more", [campaign("new"), email("e1", of="new")])  # a write of this thread ends it
        assert results.totals(writable_sample, Filters()).stats.emails_sent == before + 1
