"""Files of any table come in by command: open questions are listed, imports can be undone."""

from __future__ import annotations

import csv
import json

from outreach_results.store.engine import open_store
from support.bad_files import bad_files
from support.databases import contents
from support.files import csv_event, csv_row, csv_text, load_file, write

SHEET = "Date,Email,Opened,Replied\n31/01/2026,ada@acme.example,yes,no\n31/01/2026,nobody,no,\n"


def test_a_table_without_a_campaign_is_a_question(run, database, tmp_path):
    ended = run("import", write(tmp_path / "mine.csv", SHEET))
    assert ended.status == 1
    assert "Which campaign are the rows of mine.csv from?" in ended.err
    assert "Say it with --campaign NAME." in ended.err


def test_a_table_is_imported_and_undone(run, database, tmp_path):
    rejected = tmp_path / "rejected.csv"
    ended = run("import", "--campaign", "Q1", "--rejected", rejected, write(tmp_path / "mine.csv", SHEET))
    assert (ended.status, "1 contact" in ended.err) == (1, True)
    with rejected.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["Email"], row["import_problem"]) == ("nobody", "'nobody' isn't an email address")
    [_, line] = run("imports", "list").out.decode().splitlines()
    assert "mine.csv" in line
    assert "Removed 1 contact, 1 campaign." in run("imports", "undo", line.split()[0]).err
    assert "(undone " in run("imports", "list").out.decode()


def test_rejected_rows_of_an_own_export_can_be_mended(run, database, make_store, tmp_path):
    """Texts that begin like a formula stay as they are."""
    row, opened = csv_row(name="'=1+1"), csv_event(url="https://a.example/?a,b")
    rejected = tmp_path / "rejected.csv"
    broken = csv_text(row | {"occurred_at": "yesterday"}, opened | {"occurred_at": "soon"}) + "too,short\r\n"
    run("import", "--rejected", rejected, write(tmp_path / "broken.csv", broken))
    with rejected.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(line["name"], line["import_row"], line["import_column"]) for line in found[:2]] == [
        ("'=1+1", "2", "occurred_at"),
        ("", "3", "occurred_at"),
    ]
    assert (found[2]["campaign_id"], found[2]["campaign_name"]) == ("too", "short")
    text = (
        rejected.read_text(encoding="utf-8")
        .replace("yesterday", row["occurred_at"])
        .replace("soon", opened["occurred_at"])
    )
    mended = text[: text.index("too,short")]
    assert run("import", write(tmp_path / "mended.csv", mended)).status == 0
    other = make_store()
    load_file(other, write(tmp_path / "good.csv", csv_text(row, opened)))
    assert contents(open_store(database)) == contents(other)


def test_open_dates_are_answered_by_an_option(run, database, tmp_path):
    path = write(tmp_path / "mine.csv", "Date,Email,Opened\n12/01/2026,ada@acme.example,1\n")
    result = run("import", "--campaign", "Q1", path)
    assert "Say it with --dates day-first or month-first or spreadsheet." in result.err
    assert run("import", "--campaign", "Q1", "--dates", "month-first", path).status == 0


def test_a_column_is_named_by_an_option(run, database, tmp_path):
    path = write(tmp_path / "mine.csv", "Wer,Gelesen\nada@acme.example,ja\n")
    ended = run("import", "--campaign", "Q1", "--as-of", "2026-02-01", "--column", "opened=Gelesen", path)
    assert ended.status == 0, ended.err


def test_standard_input_is_read(run, database):
    ended = run("import", "--campaign", "Q1", "-", stdin=SHEET)
    assert "standard input: 1 campaign, 1 contact; 1 rejected." in ended.err


def test_states_that_count_are_chosen(run, database):
    listed = run("interest").out.decode()
    assert "  meetings   meeting booked, meeting completed, no show (by its source)" in listed
    ended = run("interest", "smartlead_leads", "--meeting", "Meeting Request", "--meeting", "Won")
    assert ended.out.decode() == "smartlead_leads: Smartlead leads\n  meetings   Meeting Request, Won (chosen here)\n"
    assert "undo the import and import the file again" in ended.err
    assert "unknown (its source has none)" in run("interest", "smartlead_leads", "--reset").out.decode()


def test_states_of_no_source_are_refused(run, database):
    assert "'smart' isn't one of instantly_daily" in run("interest", "smart").err
    assert "Name the source" in run("interest", "--meeting", "Won").err
    assert "hold no replies to classify" in run("interest", "apollo_contacts", "--positive", "Won").err


def test_a_second_export_of_a_day_needs_a_choice(run, database, tmp_path):
    def bring(opened, *options):
        path = write(tmp_path / "leads.csv", f"Email,Opened\nada@acme.example,{opened}\n")
        return run("import", "--campaign", "Q1", "--as-of", "2026-02-01", *options, path)

    assert bring("no").status == 0
    refused = bring("yes")
    assert refused.status == 1
    assert "Say it with --same-day keep or --same-day replace." in refused.err
    assert "leads.csv was left out (1 contact)" in bring("yes", "--same-day", "keep").err
    assert "was replaced (1 contact)" in bring("yes", "--same-day", "replace").err
    assert "between 1990 and 2100" in run("import", "--as-of", "9000-01-01", tmp_path / "leads.csv").err


def test_each_bad_file_gets_its_sentence(run, database, tmp_path):
    files = bad_files()
    for name, (content, _, _) in files.items():
        (tmp_path / name).write_bytes(content)
    ended = run("import", "--campaign", "Q1", "--as-of", "2026-02-01", *(tmp_path / name for name in files))
    printed = " ".join(ended.err.split())
    assert ended.status == 1
    assert [name for name, (_, found, hint) in files.items() if found not in printed or hint not in printed] == []
    assert not any(contents(open_store(database)).values())


def test_rejected_json_keeps_its_fields(run, database, tmp_path):
    rows = [
        {"email": "a@x.example", "event": "open", "timestamp": 1767776400, "tags": ["a"]},
        {"event": "open", "tags": []},
    ]
    path, rejected = write(tmp_path / "events.json", json.dumps(rows)), tmp_path / "rejected.json"
    assert run("import", "--campaign", "Q1", "--rejected", rejected, path).status == 1
    [row] = json.loads(rejected.read_text(encoding="utf-8"))
    assert (row["event"], row["tags"], row["import_row"], row["import_column"]) == ("open", [], 2, "email")
