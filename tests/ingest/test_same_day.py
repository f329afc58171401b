"""Two exports of a campaign that show the same day: a person says which counts, and none of it hangs on the order."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.importing import OpenQuestionsError, import_file
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.same_day import SameDay
from outreach_results.models import Filters
from support.databases import contents
from support.files import write
from support.sources import EXAMPLES

AS_OF = datetime(2026, 2, 1, 12, tzinfo=UTC)
MORNING = "Email,Opened,Replied\nada@acme.example,1,0\nben@bolt.example,1,1\ncy@corp.example,0,0\n"
EVENING = "Email,Opened,Replied\nada@acme.example,1,1\nben@bolt.example,0,1\ndi@dune.example,1,1\n"
PAGES = ("Email,Opened,Replied\nada@acme.example,1,0\n", "Email,Opened,Replied\nben@bolt.example,1,1\n")


@pytest.fixture
def bring(tmp_path):
    def brought(store, text, same_day=SameDay.ASK):
        answers = Answers(campaign="Q1", as_of=AS_OF, same_day=same_day)
        [report] = import_file(store, write(tmp_path / "leads.csv", text), answers=answers)
        return report

    return brought


def counts(store):
    stats = results.totals(store, Filters()).stats
    return stats.emails_sent, stats.opened, stats.replied


@pytest.mark.parametrize(("first", "second"), [(MORNING, EVENING), (EVENING, MORNING)])
def test_a_different_export_of_the_same_day_asks(store, bring, first, second):
    bring(store, first)
    before = contents(store)
    with pytest.raises(OpenQuestionsError, match=r"differs from what is stored of Q1 for the same day, Feb 1, 2026"):
        bring(store, second)
    assert contents(store) == before


@pytest.mark.parametrize(("choice", "counted"), [(SameDay.KEEP, (3, 2, 1)), (SameDay.REPLACE, (3, 2, 3))])
def test_the_chosen_export_counts_as_a_whole(make_store, bring, choice, counted):
    """As if the other one had never been imported."""
    store, other = make_store(), make_store()
    bring(store, MORNING)
    report = bring(store, EVENING, choice)
    assert len(report.notes) == 1
    assert counts(store) == counted
    bring(other, MORNING if choice is SameDay.KEEP else EVENING)
    assert contents(store) == contents(other)


@pytest.mark.parametrize("choice", SameDay)
def test_the_same_export_again_asks_nothing(sqlite_store, bring, choice):
    lines = MORNING.splitlines(keepends=True)
    twice = "".join([*lines, "Ada@acme.example,0,0\n"])  # merged with the row above it, in whatever order
    bring(sqlite_store, twice)
    before = contents(sqlite_store)
    report = bring(sqlite_store, "".join([lines[0], *reversed(twice.splitlines(keepends=True)[1:])]), choice)
    assert (report.inserted.total(), report.notes) == (0, [])
    assert contents(sqlite_store) == before


@pytest.mark.parametrize("pages", [PAGES, PAGES[::-1]])
def test_the_pages_of_an_export_add_up(sqlite_store, bring, pages):
    for page in pages:
        bring(sqlite_store, page)
    assert counts(sqlite_store) == (2, 2, 1)


def test_contacts_and_emails_of_one_day_ask(sqlite_store):
    """Both have the same people, who would count twice."""
    answers = Answers(campaign="Q1", as_of=AS_OF)
    import_file(sqlite_store, EXAMPLES / "smartlead_leads.csv", answers=answers)
    with pytest.raises(OpenQuestionsError):
        import_file(sqlite_store, EXAMPLES / "smartlead_statistics.json", answers=answers)


def test_other_days_and_campaigns_are_no_question(sqlite_store, tmp_path):
    path = write(tmp_path / "a.csv", "Campaign,Email,Opened,As of\nQ1,a@x.example,1,2026-02-01\n")
    import_file(sqlite_store, path)
    for line in ("Q2,a@x.example,0,2026-02-01", "Q1,a@x.example,0,2026-02-02"):
        import_file(sqlite_store, write(path, f"Campaign,Email,Opened,As of\n{line}\n"))


def test_what_was_imported_before_the_question_is_told(sqlite_store, bring, tmp_path):
    """A workbook of several sheets, or an archive, comes in table by table."""
    bring(sqlite_store, MORNING)
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("events.json", json.dumps([{"email": "a@x.example", "event": "open", "timestamp": 1767776400}]))
        file.writestr("leads.csv", EVENING)
    with pytest.raises(OpenQuestionsError, match=r"Other tables of the file were imported: both\.zip/events\.json"):
        import_file(sqlite_store, archive, answers=Answers(campaign="Q1", as_of=AS_OF))
