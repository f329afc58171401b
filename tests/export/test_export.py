"""Everything that leaves as a file, and comes back the same."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import event as listening

from outreach_results import export, results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.export import CSV_COLUMNS, escape_formula, unescape_formula
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, PlanRecord, Record, ReportedRecord
from outreach_results.ingest.registry import read_records
from outreach_results.models import Basis, Filters
from outreach_results.store import schema
from support.databases import contents, every_database, wipe
from support.optional import present
from support.records import at, campaign, email, event, mark, reply
from support.strategies import histories, texts

STREAMED = ("csv", "json")
"""The formats that leave as they are read, and that can be imported again. Workbooks: `test_as_xlsx.py`."""

FORMULA = '=HYPERLINK("https://evil.example","A \'prize\'")'
NASTY = [
    FORMULA,
    "+41 44 000 00 00",
    "-2+3",
    "@SUM(A1)",
    "\ttab",
    "\rreturn",
    "'=twice",
    "'plain",
    'a,b\r\n"c"',
    "日本 🙂",
]


def bring_over(source, target, folder, fmt, *, humans_only=False):
    """Export every campaign and the account of one database, and import the files into another."""
    downloads = [
        export.campaign_download(source, campaign.id, fmt, humans_only=humans_only)
        for campaign in results.all_campaigns(source)
    ]
    for number, download in enumerate([*downloads, export.account_download(source)]):
        path = folder / f"{number}.{fmt}"
        path.write_bytes(download.content())
        report = load(target, path.name, read_records(path))
        assert report.rejected == []


def json_of(download):
    return json.loads(download.content())


def csv_of(download):
    return list(csv.DictReader(io.StringIO(download.content().decode("utf-8-sig"), newline="")))


# --- there and back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", STREAMED)
def test_sample_survives_export_and_import(sample_store, store, fmt, tmp_path):
    bring_over(sample_store, store, tmp_path, fmt)
    assert contents(store) == contents(sample_store)


@pytest.mark.postgres
def test_the_sample_survives_the_way_out_of_postgres(sample_store_postgres, sqlite_store, tmp_path):
    bring_over(sample_store_postgres, sqlite_store, tmp_path, "csv")
    assert contents(sqlite_store) == contents(sample_store_postgres)


@pytest.mark.parametrize("fmt", STREAMED)
def test_import_into_same_database_changes_nothing(writable_sample, tmp_path, fmt):
    before = contents(writable_sample)
    bring_over(writable_sample, writable_sample, tmp_path, fmt)
    assert contents(writable_sample) == before


@every_database(histories(), st.sampled_from(STREAMED))
def test_whatever_is_in_a_database_survives(store, history, fmt):
    wipe(store)
    campaigns, units = history
    load(store, "f", [*campaigns, *(record for unit in units for record in unit)])
    before = contents(store)
    with TemporaryDirectory() as folder:
        paths = []
        for number, result in enumerate(results.all_campaigns(store)):
            paths.append(Path(folder, f"{number}.{fmt}"))
            paths[-1].write_bytes(export.campaign_download(store, result.id, fmt).content())
        wipe(store)
        for path in paths:
            assert load(store, path.name, read_records(path)).rejected == []
    assert contents(store) == before


@pytest.mark.parametrize("fmt", STREAMED)
def test_empty_campaign_and_odd_ids_survive(store, make_store, fmt, tmp_path):
    load(store, "f", [campaign("../../etc/passwd", name=NASTY[0]), campaign("a/b"), campaign("a_b"), campaign("=1")])
    target = make_store()
    bring_over(store, target, tmp_path, fmt)
    assert contents(target) == contents(store)


@pytest.mark.parametrize("fmt", STREAMED)
def test_replied_event_survives_reply_without_email(store, make_store, fmt, tmp_path):
    events = [event("replied", at(9), event_id="r1", url="https://example.com"), event("replied", event_id="alone")]
    load(store, "f", [campaign(), email(), *events, reply(email_id=None)])
    target = make_store()
    bring_over(store, target, tmp_path, fmt)
    assert contents(target) == contents(store)
    assert len(contents(target)["events"]) == 2


def test_campaign_with_bom_comes_back_the_same(sample_store, store, tmp_path):
    for number, result in enumerate(results.all_campaigns(sample_store)):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(export.campaign_download(sample_store, result.id, "csv", bom=True).content())
        assert path.read_bytes().startswith(codecs.BOM_UTF8)
        assert load(store, path.name, read_records(path)).rejected == []
    tables = ("campaigns", "emails", "events", "replies")
    assert contents(store).only(*tables) == contents(sample_store).only(*tables)


def test_campaign_has_no_bom_unless_wanted(sample_store):
    plain = export.campaign_download(sample_store, "camp_abc123", "csv").content()
    assert plain.startswith(b"campaign_id,")
    assert export.campaign_download(sample_store, "camp_abc123", "csv", bom=True).content() == codecs.BOM_UTF8 + plain
    in_json = export.campaign_download(sample_store, "camp_abc123", "json", bom=True).content()
    assert in_json.startswith(b"{")


@pytest.mark.parametrize("fmt", ["json", "xlsx"])
def test_only_a_csv_of_a_page_has_a_bom(sample_store, fmt):
    for name, has_bom in (("csv", True), (fmt, False)):
        content = export.table_download(sample_store, "daily", TABLE, name, Filters()).content()
        assert content.startswith(codecs.BOM_UTF8) == has_bom


DAYS: list[Record] = [
    campaign(detail="daily"),
    DailyRecord("camp_1", date(2026, 1, 5), emails_sent=10, opened=4, replied=0, cost=900),
    DailyRecord("camp_1", date(2026, 1, 6), emails_sent=20, opened=None, cost=None),
    ReportedRecord("camp_1", at(5), None, 30, 27, 3, 8, 2, None, 1, 0, 100, 200, None, 1_700, at(9)),
    reply(email_id=None),
    reply("r2"),
    mark(),
]


def test_a_campaign_known_by_the_day_survives_as_json(store, make_store, tmp_path):
    load(store, "sync", DAYS)
    target = make_store()
    bring_over(store, target, tmp_path, "json")
    assert contents(target) == contents(store)


def test_daily_campaign_is_not_exported_as_csv(sqlite_store):
    load(sqlite_store, "sync", DAYS)
    with pytest.raises(QueryError, match="known of this campaign: csv cannot hold them, json and xlsx can"):
        export.campaign_download(sqlite_store, "camp_1", "csv")


# --- what a file says --------------------------------------------------------------------------------------------


def test_json_says_what_it_is(sample_store, golden):
    document = json_of(export.campaign_download(sample_store, "camp_abc123", "json"))
    assert list(document) == ["meta", "campaign", "emails", "events", "replies"]
    assert document["meta"]["format"] == export.FORMAT
    assert document["meta"]["time_zone"] == "UTC"
    assert document["meta"]["filters"]["campaigns"] == ["camp_abc123"]
    assert document["meta"]["definitions"] == export.DEFINITIONS
    assert len(document["emails"]) == golden("stats")["stats"]["emails_sent"]
    assert len(document["replies"]) == golden("replies")["pagination"]["total"]


def test_csv_has_a_row_for_everything_that_happened(sample_store, golden):
    rows = csv_of(export.campaign_download(sample_store, "camp_abc123", "csv"))
    document = json_of(export.campaign_download(sample_store, "camp_abc123", "json"))
    assert list(rows[0]) == list(CSV_COLUMNS)
    assert len(rows) == sum(len(document[section]) for section in ("emails", "events", "replies"))
    assert sum(row["type"] == "sent" for row in rows) == golden("stats")["stats"]["emails_sent"]
    cost = sum(float(row[f"cost_{name}_usd"] or 0) for row in rows for name in golden("stats")["costs"]["breakdown"])
    assert round(cost, 6) == golden("stats")["costs"]["total_byok_usd"]


def test_every_column_and_definition_is_explained():
    assert all(text.endswith(".") and len(text) > 5 for text in CSV_COLUMNS.values())
    assert {f"{name}_rate" for name in ("delivery", "open", "click", "reply", "conversion")} < set(export.DEFINITIONS)


def test_text_tools_find_one_record_a_line(sample_store):
    content = export.campaign_download(sample_store, "camp_be2ad0", "json").content().decode()
    document = json.loads(content)
    records = [line for line in content.split("\n") if line.startswith('{"id":')]
    assert len(records) == sum(len(document[section]) for section in ("emails", "events", "replies"))
    assert json.loads(records[0].removesuffix(",")) == document["emails"][0]


@pytest.mark.parametrize("fmt", STREAMED)
def test_humans_only_export_keeps_every_email(store, make_store, fmt, tmp_path):
    load(
        store,
        "f",
        [
            campaign(),
            email(),
            event("opened", is_machine=True),
            event("opened", at(7)),
            event("clicked", at(7), is_machine=True),
            reply(sentiment="automatic"),
            reply("r2", at(8)),
        ],
    )
    target = make_store()
    bring_over(store, target, tmp_path, fmt, humans_only=True)
    humans = results.campaign_stats(store, "camp_1", Filters(humans_only=True))
    assert results.campaign_stats(target, "camp_1").stats == humans.stats
    assert results.campaign_stats(target, "camp_1").costs == humans.costs
    assert results.replies(target, "camp_1").pagination.total == 1
    document = json_of(export.campaign_download(store, "camp_1", "json", humans_only=True))
    assert document["meta"]["filters"]["humans_only"] is True


@pytest.mark.parametrize("fmt", STREAMED)
def test_humans_only_export_agrees_with_pages(sample_store, make_sqlite, fmt, tmp_path):
    target = make_sqlite()
    bring_over(sample_store, target, tmp_path, fmt, humans_only=True)
    for known in results.all_campaigns(sample_store):
        filters = Filters(humans_only=True)
        humans = results.campaign_stats(sample_store, known.id, filters).stats
        assert results.campaign_stats(target, known.id).stats == humans
        replies = results.replies(sample_store, known.id, filters)
        assert results.replies(target, known.id) == replies


# --- file names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "filters", "zone", "expected"),
    [
        ("camp_1", Filters(), None, "camp_1.csv"),
        ("camp_1", Filters(humans_only=True), None, "camp_1_humans-only.csv"),
        ("daily", Filters(start=date(2026, 1, 5)), "UTC", "daily_2026-01-05_today_by-activity-day_UTC.csv"),
        (
            "daily",
            Filters(end=date(2026, 1, 5), basis=Basis.SEND),
            "Europe/Zurich",
            "daily_begin_2026-01-05_by-send-day_Europe-Zurich.csv",
        ),
        ("../../etc/passwd", Filters(), None, "_.._etc_passwd_DIGEST.csv"),
        ("a b\r\nX: <script>\"'", Filters(), None, "a_b_X_script__DIGEST.csv"),
        ("", Filters(), None, "export_DIGEST.csv"),
        ("日本", Filters(), None, "日本.csv"),
        ("x" * 500, Filters(), None, "x" * 141 + "_DIGEST.csv"),
    ],
)
def test_a_file_name_states_the_filters_and_is_safe(name, filters, zone, expected):
    assert re.sub(r"_[0-9a-f]{8}\.", "_DIGEST.", export.file_name(name, "csv", filters, zone)) == expected


def test_missing_campaign_fails_before_any_write(sample_store):
    with pytest.raises(UnknownCampaignError, match="There is no campaign 'nobody'"):
        export.campaign_download(sample_store, "nobody", "csv")
    with pytest.raises(QueryError, match=r"'xls' isn't a format\. Known: csv, json, xlsx\.") as caught:
        export.campaign_download(sample_store, "camp_abc123", "xls")
    assert caught.value.parameter == "format"
    with pytest.raises(QueryError, match="'xls' isn't a format"):
        export.table_download(sample_store, "daily", pd.DataFrame(), "xls", Filters())


# --- streaming ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", STREAMED)
def test_a_big_campaign_leaves_in_chunks_as_it_is_read(store, fmt):
    load(store, "f", [campaign(), *(email(f"e{n}") for n in range(5_000)), *(reply(f"r{n}") for n in range(10))])
    statements = []
    listening.listen(store.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    chunks = export.campaign_download(store, "camp_1", fmt).chunks
    first = next(chunks)
    assert len(first) < 2_000
    assert not any("FROM replies" in statement for statement in statements)
    rest = list(chunks)
    assert any("FROM replies" in statement for statement in statements)
    assert len(rest) >= 4
    assert max(map(len, rest)) < sum(map(len, rest)) / 2


@pytest.mark.parametrize("fmt", STREAMED)
def test_unfinished_download_returns_its_connection(store, fmt):
    load(store, "f", [campaign(), *(email(f"e{n}") for n in range(5_000))])
    for _ in range(30):  # more than the pool has
        chunks = export.campaign_download(store, "camp_1", fmt).chunks
        next(chunks)
        chunks.close()  # type: ignore[attr-defined]
    assert store.engine.pool.checkedout() == 0


@pytest.mark.parametrize("fmt", STREAMED)
def test_download_is_one_snapshot_during_a_load(store, make_store, fmt, tmp_path):
    load(store, "f", [campaign(), *(email(f"e{n}") for n in range(5_000))])
    before = contents(store)
    chunks = export.campaign_download(store, "camp_1", fmt).chunks
    path = tmp_path / f"export.{fmt}"
    with path.open("wb") as file:
        file.write(next(chunks))
        file.write(next(chunks))
        load(store, "f", [email("e0", at(1)), email("zzz"), event("opened", email_id="zzz"), reply(email_id="zzz")])
        file.writelines(chunks)
    target = make_store()
    load(target, "f", read_records(path))
    assert contents(target) == before


# --- formulas ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", NASTY)
def test_only_spreadsheet_formulas_are_escaped(value):
    runs = value.lstrip("'")[:1] in "=+-@\t\r\n"
    assert escape_formula(value) == (f"'{value}" if runs else value)


@given(texts())
def test_defusing_is_taken_back_exactly(value):
    escaped = present(escape_formula(value))
    assert unescape_formula(escaped) == value
    assert escaped[0] not in "=+-@\t\r\n"


@given(texts(), texts())
def test_no_two_texts_become_one(one, other):
    assume(one != other)
    assert escape_formula(one) != escape_formula(other)


def test_nothing_is_no_formula():
    assert escape_formula(None) is None
    assert escape_formula("") == ""
    assert unescape_formula("") == ""


@pytest.mark.parametrize("nasty", NASTY)
def test_no_cell_of_a_campaign_runs_in_a_spreadsheet(store, nasty):
    load(
        store,
        "f",
        [
            campaign(nasty, name=nasty, mcp=nasty),
            email(nasty, of=nasty, recipient=nasty, name=nasty, company=nasty),
            event("clicked", of=nasty, email_id=nasty, event_id=nasty, url=nasty),
            reply("r", of=nasty, email_id=nasty, address=nasty, name=nasty, company=nasty, preview=nasty, body=nasty),
            mark("r", of=nasty, by=nasty),
        ],
    )
    rows = csv_of(export.campaign_download(store, nasty, "csv"))
    assert len(rows) == 3
    cells = [cell for row in rows for cell in row.values()]
    assert cells.count(escape_formula(nasty)) >= 3 * 4 + 3 + 3 + 5
    assert not any(cell[:1] in set("=+-@\t\r\n") for cell in cells if cell)


# --- tables ------------------------------------------------------------------------------------------------------

TABLE = pd.DataFrame(
    {
        "date": pd.to_datetime(["2026-01-05", "2026-01-06"]),
        "name": ["=1+1", 'two\nlines, "quoted"'],
        "opened": pd.array([3, None], dtype="Int64"),
        "clicked": [1, 2],
        "change": [-0.25, float("nan")],
        "is_open": [True, False],
        "received_at": [datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 6, 12, 30, tzinfo=UTC)],
    }
)


def test_a_table_as_json_keeps_numbers_dates_and_gaps(sample_store):
    filters = Filters(start=date(2026, 1, 5), end=date(2026, 1, 6), basis=Basis.SEND)
    document = json_of(export.table_download(sample_store, "daily", TABLE, "json", filters))
    assert document["meta"]["filters"] == {
        "campaigns": None,
        "start": "2026-01-05",
        "end": "2026-01-06",
        "basis": "send",
        "humans_only": False,
        "clients": None,
        "tags": None,
    }
    assert document["rows"] == [
        {
            "date": "2026-01-05",
            "name": "=1+1",
            "opened": 3,
            "clicked": 1,
            "change": -0.25,
            "is_open": True,
            "received_at": "2026-01-05T12:00:00Z",
        },
        {
            "date": "2026-01-06",
            "name": 'two\nlines, "quoted"',
            "opened": None,
            "clicked": 2,
            "change": None,
            "is_open": False,
            "received_at": "2026-01-06T12:30:00Z",
        },
    ]


def test_a_table_as_csv_keeps_numbers_dates_and_gaps(sample_store):
    first, second = csv_of(export.table_download(sample_store, "daily", TABLE, "csv", Filters()))
    assert first == {
        "date": "2026-01-05",
        "name": "'=1+1",
        "opened": "3",
        "clicked": "1",
        "change": "-0.25",
        "is_open": "True",
        "received_at": "2026-01-05T12:00:00Z",
    }
    assert (second["name"], second["opened"], second["change"]) == ('two\nlines, "quoted"', "", "")


def test_a_table_without_rows_still_names_its_columns(sample_store):
    empty = TABLE.head(0)
    assert export.table_download(sample_store, "daily", empty, "csv", Filters()).content() == (
        codecs.BOM_UTF8 + b"date,name,opened,clicked,change,is_open,received_at\r\n"
    )
    assert json_of(export.table_download(sample_store, "daily", empty, "json", Filters()))["rows"] == []


def test_a_table_of_a_page_holds_what_the_page_shows(sample_store):
    filters = Filters(campaigns=("camp_abc123",))
    days = results.daily_stats(sample_store, filters)
    rows = csv_of(export.table_download(sample_store, "daily", days, "csv", filters))
    assert [int(row["emails_sent"]) for row in rows] == list(days["emails_sent"])
    assert [row["date"] for row in rows] == [f"{day:%Y-%m-%d}" for day in days["date"]]


# --- the account -------------------------------------------------------------------------------------------------


def test_an_account_without_a_plan_is_a_file_as_well(sqlite_store, tmp_path):
    download = export.account_download(sqlite_store)
    assert (download.file_name, json_of(download)) == ("account.json", {"plan": None, "benchmarks": []})
    path = tmp_path / "account.json"
    path.write_bytes(export.account_download(sqlite_store).content())
    assert list(read_records(path)) == []


@pytest.mark.parametrize("price", [0, 1, 19_990_000, 123_456_789_012])
def test_a_price_survives_to_the_micro_dollar(store, make_store, price, tmp_path):
    load(store, "f", [PlanRecord("Pro", 10, price)])
    target = make_store()
    bring_over(store, target, tmp_path, "json")
    with target.read() as connection:
        assert connection.execute(schema.plan.select()).one().price == price
