"""The overview of people instead of emails."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord
from outreach_results.models import Filters
from outreach_results.models.people import PEOPLE
from outreach_results.store.engine import Store, open_store
from outreach_results.ui import text
from support import records
from support.dashboard import components, file_frame, run_page, table, tiles

MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))


@pytest.fixture
def overview(sample_dashboard: None) -> AppTest:
    return run_page("overview", count="people")


def test_tiles_count_people_of_the_period(overview: AppTest, sample_store: Store) -> None:
    assert not overview.exception
    counts = results.people(sample_store, MARCH).counts
    shown = {label: tile["value"] for label, tile in tiles(overview).items()}
    assert shown == {label: text.number(counts[name]) for name, label in PEOPLE.items()}
    assert "people · by send date" in " ".join(caption.value for caption in overview.caption)


def test_file_has_the_people_of_each_campaign(overview: AppTest, sample_store: Store) -> None:
    rows = results.people(sample_store, MARCH).by_campaign
    assert list(file_frame(overview, "Campaigns")["replied"]) == list(rows["replied"])
    assert [row["replied"].text for row in table(overview, "reply_share")] == [text.number(n) for n in rows["replied"]]


def test_total_has_each_person_once(sample_dashboard: None, sample_store: Store) -> None:
    page = run_page("overview", count="people", period="all")
    found = results.people(sample_store, Filters())
    (drawn,) = components(page, "outreach_table")
    totals = json.loads(drawn["table"])["totals"]
    assert totals[1]["t"] == text.number(found.counts["emails_sent"])
    assert found.counts["emails_sent"] != found.by_campaign["emails_sent"].sum()


def test_other_pages_count_emails(overview: AppTest) -> None:
    overview.switch_page("pages/trends.py").run()
    assert not overview.exception
    assert "people" not in " ".join(caption.value for caption in overview.caption)


def test_sources_without_recipients_are_named(tmp_path: Path, use_database: Callable[[str], None]) -> None:
    url = f"sqlite:///{tmp_path / 'days.db'}"
    store = open_store(url)
    load(store, "days", [records.campaign(detail="daily"), DailyRecord("camp_1", date(2026, 1, 5), emails_sent=9)])
    store.close()
    use_database(url)
    page = run_page("overview", count="people")
    assert not page.exception
    assert "People are not known of 1 of 1 campaigns" in page.info[0].value
