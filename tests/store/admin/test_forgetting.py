"""Who is forgotten is nowhere to be found, all counts stay, and nothing that comes in later brings them back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Text, delete

from outreach_results import export, results
from outreach_results.errors import QueryError
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.load import load
from outreach_results.ingest.records import EmailRecord, FileItem, ForgottenRecord, Notice, Rejected
from outreach_results.models import Basis, Filters
from outreach_results.models.retention import Retention
from outreach_results.results import InboxFilters
from outreach_results.store import audit, rollup, schema, sqlite_file
from outreach_results.store.admin.copy import copy
from outreach_results.store.admin.forgetting import forget
from outreach_results.store.admin.person import person_data
from outreach_results.store.admin.traces import IDS, MENTIONED_IN, WITHOUT_PEOPLE
from outreach_results.store.column_types import Id
from outreach_results.store.engine import Store, set_meta
from outreach_results.store.forgotten import PSEUDONYM, Recognizer
from outreach_results.store.replies.deletion import delete_missing_replies
from outreach_results.store.replies.retention import remove_old_texts
from support.databases import BOOKKEEPING, contents, stored_rows
from support.files import write
from support.killed_load import STOPPED
from support.optional import present
from support.people import ADDRESS, AMONG_OTHERS, OWN, RECORDS, SNAPSHOT, SPELLED, fill, left_in_files, left_in_tables
from support.records import CAMPAIGN, at, campaign, email, event, reply
from support.recount import days_of, hours_of, lags_of, stored_days, stored_groups, stored_hours, stored_lags
from support.server import ROOT, clean_environment

RECORDS_THAT_COUNT = [record for record in RECORDS if not isinstance(record, Rejected | Notice | ForgottenRecord)]
SALT = "5a" * 32
BUT_RECORDS = BOOKKEEPING | {"forgotten_people"}


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def same_salt(*stores: Store) -> None:
    for each in stores:
        with each.write() as connection:
            set_meta(connection, "forgotten_salt", SALT)


def counts_of(store: Store) -> object:
    """Every number that does not tell who it is about."""
    return (
        stored_days(store),
        stored_hours(store),
        stored_lags(store),
        [results.totals(store, Filters(basis=basis)) for basis in Basis],
        results.people(store, Filters()).counts,
        results.inbox(store, Filters()).counts,
        stored_rows(store, schema.snapshot_stats),
        stored_rows(store, schema.inbox_stats),
        export.campaign_download(store, CAMPAIGN, "csv").content().count(b"\n"),
    )


# --- forgetting --------------------------------------------------------------------------------------------------


def test_nothing_of_a_forgotten_person_is_left(filled):
    assert {name.casefold() for name in left_in_tables(filled)} >= {ADDRESS, "lovelace", "menabrea", "babbage"}
    report = forget(filled, f" {SPELLED.upper()} ", by="grace")
    assert left_in_tables(filled) == {}
    assert (report.emails, report.replies, report.contacts) == (2, 2, 2)
    assert results.inbox(filled, Filters(), InboxFilters(q="Menabrea")).replies == []
    entry = next(audit.entries(filled))
    assert (entry.action, entry.by, entry.about[:10]) == (audit.Action.FORGOTTEN, "grace", PSEUDONYM)


def test_counts_are_as_before_the_person_was_forgotten(filled):
    before = counts_of(filled)
    forget(filled, ADDRESS)
    assert counts_of(filled) == before
    assert {day: n for day, n in stored_days(filled).items() if day[0] == CAMPAIGN} == days_of(RECORDS_THAT_COUNT)
    assert stored_hours(filled) == hours_of(RECORDS_THAT_COUNT)
    assert stored_lags(filled) == lags_of(RECORDS_THAT_COUNT)
    groups = stored_groups(filled)
    with filled.write() as connection:
        rollup.rebuild_all(connection)
    assert stored_groups(filled) == groups


def test_others_of_a_similar_address_stay(filled):
    forget(filled, ADDRESS)
    recipients = {row[0] for row in stored_rows(filled, schema.emails, "recipient")}
    assert {f"n{ADDRESS}", f"jean-{ADDRESS}"} < recipients
    assert sum(recipient.startswith(PSEUDONYM) for recipient in recipients) == 1
    [quoting] = [one for one in results.inbox(filled, Filters()).replies if one.email == f"n{ADDRESS}"]
    assert quoting.body is not None
    assert quoting.body.startswith(f"Please write to {PSEUDONYM}")


def test_bytes_of_the_person_are_in_no_database_file(sqlite_store):
    path = Path(sqlite_store.engine.url.database)
    fill(sqlite_store)
    with sqlite_store.write() as connection:  # what was deleted before stays in free pages
        connection.execute(delete(schema.annotations))
        connection.execute(delete(schema.audit_log))  # which says who wrote them
    assert ADDRESS in left_in_files(path)
    assert forget(sqlite_store, ADDRESS).is_erased
    assert left_in_files(path) == {}


def test_reader_of_the_past_is_awaited_and_named(sqlite_store, monkeypatch):
    monkeypatch.setattr(sqlite_file, "READERS_AWAITED_S", 0.1)
    fill(sqlite_store)
    with sqlite_store.read() as connection:
        connection.execute(schema.emails.select()).all()
        assert not forget(sqlite_store, ADDRESS).is_erased
    assert forget(sqlite_store, ADDRESS).is_erased


def test_who_is_not_known_is_forgotten_for_later(store):
    report = forget(store, ADDRESS)
    assert report.is_empty
    assert report.sentence().startswith("Nothing was held about this address.")
    fill(store)
    assert left_in_tables(store).keys() <= {ADDRESS}  # the note and the file's name, which people wrote
    assert counts_of(store)


@pytest.mark.parametrize("address", ["", "ada", "@acme.example", "ada l@acme.example"])
def test_what_is_no_address_is_refused(store, address):
    with pytest.raises(QueryError, match="isn't an email address"):
        forget(store, address)


# --- what comes in later -----------------------------------------------------------------------------------------


def test_same_files_again_bring_nobody_back(filled):
    forget(filled, ADDRESS)
    before = contents(filled)
    for replace in (False, True):
        reports = [load(filled, name, items, replace=replace) for name, items in (("a", RECORDS), ("b", SNAPSHOT))]
        assert not any(+report.inserted for report in reports)
    assert contents(filled) == before
    assert left_in_tables(filled) == {}


def test_forgetting_first_or_last_makes_no_difference(make_store):
    first, last = make_store(), make_store()
    same_salt(first, last)
    forget(first, ADDRESS)
    for each in (first, last):
        load(each, "records", RECORDS)
        load(each, "contacts", SNAPSHOT)
    forget(last, ADDRESS)
    assert contents(first, without=BUT_RECORDS) == contents(last, without=BUT_RECORDS)


def test_order_of_what_comes_in_makes_no_difference(make_store):
    backwards, at_once, in_parts = make_store(), make_store(), make_store()
    same_salt(backwards, at_once, in_parts)
    for each in (backwards, at_once, in_parts):
        forget(each, ADDRESS)
    items = [*OWN, *AMONG_OTHERS]
    load(at_once, "records", RECORDS)
    load(backwards, "records", [campaign(), *reversed(items)])
    load(in_parts, "before", [campaign(), *(one for one in items if not isinstance(one, EmailRecord))])
    load(in_parts, "after", [one for one in items if isinstance(one, EmailRecord)])
    expected = contents(at_once, without=BUT_RECORDS)
    for each in (backwards, in_parts):
        assert left_in_tables(each) == {}
        assert contents(each, without=BUT_RECORDS) == expected


def test_new_emails_to_the_person_count_without_them(filled):
    forget(filled, ADDRESS)
    people, sent = results.people(filled, Filters()).counts, results.totals(filled, Filters()).stats.emails_sent or 0
    later: list[FileItem] = [
        email("later", at(20), recipient=SPELLED.upper(), name="Lovelace"),
        event("opened", at(21), email_id="later", url=f"https://x.example/?{ADDRESS}"),
        reply("r9", at(22), email_id="later", address=None, body="Menabrea"),
    ]
    assert load(filled, "later", later).inserted.total() == 3
    assert left_in_tables(filled) == {}
    assert results.totals(filled, Filters()).stats.emails_sent == sent + 1
    assert results.people(filled, Filters()).counts["emails_sent"] == people["emails_sent"]


def test_reply_known_by_an_address_id_is_not_missing(filled):
    forget(filled, ADDRESS)
    with filled.write() as connection:
        missing = delete_missing_replies(connection, CAMPAIGN, {"r1", "r2", f"r-{ADDRESS}"})
    assert (missing.deleted, missing.kept) == (0, 0)


def test_copy_keeps_the_promise(filled, make_store):
    forget(filled, ADDRESS)
    target = make_store()
    assert copy(filled, target).is_equal
    load(target, "records", RECORDS)
    assert left_in_tables(target) == {}


# --- what is held ------------------------------------------------------------------------------------------------


def test_person_gets_everything_that_is_held(filled):
    data = person_data(filled, SPELLED)
    assert {name: len(data[name]) for name in ("emails", "events", "replies", "reply_marks", "contacts")} == {
        "emails": 2,
        "events": 7,
        "replies": 2,
        "reply_marks": 2,
        "contacts": 2,
    }
    assert data["emails"][0] == {
        "campaign": "First contact",
        "campaign_id": CAMPAIGN,
        "email_id": "a1",
        "recipient": SPELLED,
        "name": "Ada Lovelace",
        "company": "Analytical Engines",
        "sent_at": "2026-01-05T12:00:00+00:00",
        "sent_on": "2026-01-05",
        "cost_ai_generation": 7,
        "cost_lead_enrichment": 0,
        "cost_email_sending": 0,
        "subject": "For Babbage",
        "recipient_domain": "acme.example",
    }
    assert {(one["table"], one["column"]) for one in data["mentions"]} == {
        ("annotations", "text"),
        ("audit_log", "about"),
        ("loads", "source"),
        ("loads", "report"),
        ("rejected_rows", "original"),
        ("rejected_rows", "reason"),
        ("replies", "body"),
    }
    assert not data["was_forgotten"]


def test_nothing_is_held_of_who_was_forgotten(filled):
    forget(filled, ADDRESS)
    data = person_data(filled, ADDRESS)
    assert data.pop("address") == ADDRESS
    assert data.pop("was_forgotten")
    assert not any(data.values())


def test_every_text_column_is_in_a_list():
    """A new column with texts has to be in one of the lists, or it would be left out when somebody is forgotten."""
    known = {
        *(
            (table.name, name)
            for columns in (MENTIONED_IN, WITHOUT_PEOPLE)
            for table, names in columns.items()
            for name in names
        ),
        *((column.table.name, column.name) for column in IDS),
        ("emails", "recipient"),
        ("forgotten_people", "salt"),
    }
    unknown = [
        f"{table.name}.{column.name}"
        for table in schema.metadata.sorted_tables
        for column in table.c
        if type(column.type) is Text
        and column.type is not Id
        and not column.name.endswith("_by")
        and column.name not in ("author", "by", "text_removed")
        and (table.name, column.name) not in known
    ]
    assert unknown == []


# --- recognizing -------------------------------------------------------------------------------------------------

ADA = Recognizer(lambda key: "X" if key == ADDRESS else None)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (SPELLED, "X"),
        (f"Ada <{SPELLED}>, 'ada.l@acme.example'.", "Ada <X>, 'X'."),
        ("mailto:ada.l@acme.example?x=1", "mailto:X?x=1"),
        ("https://x.example/?to=ada.l%40acme.example&b=1", "https://x.example/?to=X&b=1"),
        ("https://x.example/u/Ada.L@acme.example", "https://x.example/u/X"),
        ("ada.l@acme.example.csv", "X.csv"),
        ("nada.l@acme.example, jean-ada.l@acme.example", "nada.l@acme.example, jean-ada.l@acme.example"),
        ("ada.l@acme.example.org and ada.l@acme", "ada.l@acme.example.org and ada.l@acme"),
        ('{"a": ["ada.l@acme.example", 1]}', '{"a": ["X", 1]}'),
        ("{no JSON} ada.l@acme.example", "{no JSON} X"),
        ("nobody", "nobody"),
    ],
)
def test_address_is_recognized_in_texts(text, redacted):
    assert ADA.redacted(text) == redacted


def test_address_is_recognized_within_ids():
    assert ADA.redacted_id("open_ada.l@acme.example_2") == "open_X_2"
    assert ADA.redacted_id("nada.l@acme.example:2") == "nada.l@acme.example:2"
    spellings = {ADA.redacted_id(f"{address}:1") for address in (ADDRESS, SPELLED, ADDRESS.upper())}
    assert len(spellings) == 3
    assert not any("acme" in spelling for spelling in spellings)


# --- export and import -------------------------------------------------------------------------------------------


def test_export_takes_the_promise_along(filled, make_store, tmp_path):
    forget(filled, ADDRESS)
    target = make_store()
    for download in (
        export.account_download(filled),
        *(export.campaign_download(filled, own, "json") for own in (CAMPAIGN, "exported")),
    ):
        path = tmp_path / download.file_name
        path.write_bytes(download.content())
        import_file(target, path)
    assert contents(target, without=BOOKKEEPING | {"annotations"}) == contents(
        filled, without=BOOKKEEPING | {"annotations"}
    )
    load(target, "records", RECORDS)
    assert left_in_tables(target) == {}


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_export_says_why_texts_are_missing(filled, make_sqlite, tmp_path, fmt):
    forget(filled, ADDRESS)
    remove_old_texts(filled, Retention(1, "d"))
    download = export.campaign_download(filled, CAMPAIGN, fmt)
    path = write(tmp_path / download.file_name, download.content().decode())
    target = make_sqlite()
    import_file(target, path)
    columns = ("reply_id", "preview", "body", "text_removed")
    assert stored_rows(target, schema.replies, *columns) == stored_rows(filled, schema.replies, *columns)
    assert {row[3] for row in stored_rows(target, schema.replies, *columns)} == {"forgotten", "1d"}


# --- killed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stops_at", [0, 5, 25], ids=["at the start", "half-way", "late"])
def test_killed_forgetting_changes_nothing(filled, stops_at):
    url = filled.engine.url.render_as_string(hide_password=False)
    before = contents(filled, without=frozenset()), filled.version()
    command = [sys.executable, "-m", "support.killed_forget", url, str(stops_at)]
    environment = clean_environment({})
    with subprocess.Popen(command, cwd=ROOT / "tests", env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert present(process.stdout).readline() == f"{STOPPED}\n"
        process.kill()
    assert (contents(filled, without=frozenset()), filled.version()) == before
    forget(filled, ADDRESS)
    assert left_in_tables(filled) == {}
