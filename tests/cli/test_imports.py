"""Files of any table come in by command: what is open is asked, what came in can be undone."""

from __future__ import annotations

import csv

from support.files import write

SHEET = "Date,Email,Opened,Replied\n31/01/2026,ada@acme.example,yes,no\n31/01/2026,nobody,no,\n"


def test_a_table_without_a_campaign_is_asked(run, database, tmp_path):
    ended = run("import", write(tmp_path / "mine.csv", SHEET))
    assert ended.status == 1
    assert "Which campaign are the rows of mine.csv from?" in ended.err
    assert "Say it with --campaign NAME." in ended.err


def test_a_table_is_imported_and_undone(run, database, tmp_path):
    rejected = tmp_path / "rejected.csv"
    ended = run("import", "--campaign", "Q1", "--rejected", rejected, write(tmp_path / "mine.csv", SHEET))
    assert (ended.status, "1 contacts" in ended.err) == (1, True)
    with rejected.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["Email"], row["import_problem"]) == ("nobody", "'nobody' is no email address")
    [_, line] = run("imports", "list").out.decode().splitlines()
    assert "mine.csv" in line
    assert "Removed 1 contacts, 1 campaigns." in run("imports", "undo", line.split()[0]).err
    assert "(undone " in run("imports", "list").out.decode()


def test_open_dates_are_answered_by_an_option(run, database, tmp_path):
    path = write(tmp_path / "mine.csv", "Date,Email,Opened\n12/01/2026,ada@acme.example,1\n")
    asked = run("import", "--campaign", "Q1", path)
    assert "Say it with --dates day-first or month-first or spreadsheet." in asked.err
    assert run("import", "--campaign", "Q1", "--dates", "month-first", path).status == 0


def test_a_column_is_named_by_an_option(run, database, tmp_path):
    path = write(tmp_path / "mine.csv", "Wer,Gelesen\nada@acme.example,ja\n")
    ended = run("import", "--campaign", "Q1", "--as-of", "2026-02-01", "--column", "opened=Gelesen", path)
    assert ended.status == 0, ended.err


def test_standard_input_is_read(run, database):
    ended = run("import", "--campaign", "Q1", "-", stdin=SHEET)
    assert "standard input: 1 campaigns, 1 contacts; 1 rejected." in ended.err
