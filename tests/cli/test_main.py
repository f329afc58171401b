"""The command line: what it does, what it says, and with which status it ends."""

from __future__ import annotations

import codecs
import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from outreach_results import results, sample
from outreach_results.cli import main
from outreach_results.export import unescape_formula
from outreach_results.store import admin
from outreach_results.store.engine import open_store
from support.databases import contents, sqlite_url
from support.files import csv_row, csv_text, json_document, json_email, write
from support.optional import present
from support.server import clean_environment
from support.workbooks import records_of


@pytest.fixture
def with_sample(sample_database, monkeypatch):
    """The sample data, which the commands use."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(sample_database))
    return sample_database


def answer_of(url, question):
    store = open_store(url)
    try:
        return question(store)
    finally:
        store.close()


def test_every_command_explains_itself(run):
    ended = run("--help")
    assert ended.status == 0
    names = [command.name or present(command.callback).__name__ for command in main.app.registered_commands]
    assert {"init", "demo", "import", "export", "timezone"} <= set(names)
    for name in names:
        assert name.encode() in ended.out
        assert run(name, "--help").status == 0
    assert b"Remove the sample data" in run("demo", "--help").out


def test_unknown_command_is_a_usage_error(run):
    assert run("exprot").status == 2


# --- init, settings ----------------------------------------------------------------------------------------------


def test_init_makes_database_in_the_configured_zone(run, database, monkeypatch):
    monkeypatch.setenv("OUTREACH_TIME_ZONE", "Asia/Tokyo")
    ended = run("init")
    assert (ended.status, ended.err) == (0, "The database is ready. Reporting time zone: Asia/Tokyo.\n")
    assert run("init").status == 0
    assert answer_of(database, lambda store: store.zone().key) == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OUTREACH_DATABASE", "x", "Unknown setting OUTREACH_DATABASE."),
        ("OUTREACH_DATABASE_URL", "mysql://host/x", "Databases of the kind 'mysql' are not supported"),
        ("OUTREACH_DATABASE_URL", "sqlite:////does/not/exist.db", "The database cannot be used: unable to open"),
        ("OUTREACH_TIME_ZONE", "Mars/Olympus", "'Mars/Olympus' isn't a time zone."),
    ],
)
def test_a_wrong_setting_ends_in_one_sentence(run, database, monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    ended = run("init")
    assert ended.status == 1
    assert ended.err.startswith(sentence)
    assert ended.err.count("\n") == 1


# --- demo --------------------------------------------------------------------------------------------------------


def test_demo_comes_and_goes(run, database):
    ended = run("demo")
    assert ended.status == 0
    assert "13 campaigns" in ended.err
    assert "outreach-results demo --remove" in ended.err
    again = run("demo")
    assert (again.status, "nothing new" in again.err) == (0, True)
    removed = run("demo", "--remove")
    assert (removed.status, removed.err) == (0, "13 sample campaigns removed.\n")
    assert answer_of(database, results.all_campaigns) == []
    assert run("demo", "--remove").err == "0 sample campaigns removed.\n"


def test_demo_if_new_leaves_own_campaigns_alone(run, database, tmp_path):
    run("import", write(tmp_path / "own.json", json_document()))
    ended = run("demo", "--if-new")
    assert (ended.status, ended.err) == (0, "")
    assert [campaign.id for campaign in answer_of(database, results.all_campaigns)] == ["camp_1"]
    assert not answer_of(database, admin.has_sample)


def test_demo_if_new_fills_a_new_database(run, database):
    assert run("demo", "--if-new").status == 0
    assert answer_of(database, admin.has_sample)


# --- import ------------------------------------------------------------------------------------------------------


def test_import_says_what_is_new_and_ends_with_0(run, database, tmp_path):
    own, other = (
        write(tmp_path / "a.json", json_document()),
        write(tmp_path / "b.csv", csv_text(csv_row(email_id="e2"))),
    )
    ended = run("import", own, other)
    assert ended.status == 0
    assert ended.err.splitlines() == [
        "a.json: 1 campaign, 1 email, 1 event, 1 reply.",
        "b.csv: 1 email.",
    ]
    assert run("import", own).err == "a.json: nothing new; 3 already known.\n"


def test_import_names_rejected_rows_and_ends_with_1(run, database, tmp_path):
    bad = [json_email("bad", sent_at="soon") for _ in range(12)]
    ended = run("import", write(tmp_path / "a.json", json_document(emails=[json_email(), *bad])))
    lines = ended.err.splitlines()
    assert ended.status == 1
    assert lines[0] == "a.json: 1 campaign, 1 email, 1 event, 1 reply; 12 rejected."
    assert lines[1] == "  row 2, emails.sent_at: 'soon' isn't a valid date and time: write it like 2026-01-31T14:23:00Z"
    assert lines[-1] == "  … and 2 more. Write all of them to a file with --rejected FILE."
    assert len(lines) == 12


def test_import_writes_every_rejected_row_to_a_file(run, database, tmp_path):
    bad = [json_email("bad", sent_at="=1+1") for _ in range(12)]
    rejected = tmp_path / "rejected.csv"
    ended = run("import", "--rejected", rejected, write(tmp_path / "a.json", json_document(emails=bad)))
    assert ended.status == 1
    assert f"All of them are in {rejected}." in ended.err
    with rejected.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert rows[0]["import_file"] == "a.json"
    assert (rows[0]["import_row"], rows[0]["import_column"]) == ("1", "emails.sent_at")
    assert unescape_formula(rows[0]["import_problem"]).startswith("'=1+1' isn't a valid date")


def test_import_goes_on_after_an_unreadable_file(run, database, tmp_path):
    good = write(tmp_path / "good.json", json_document())
    broken = write(tmp_path / "broken.json", json.dumps(json_document())[:-20])
    ended = run("import", tmp_path / "missing.csv", broken, tmp_path, good)
    assert ended.status == 1
    lines = ended.err.splitlines()
    assert lines[0].endswith("missing.csv cannot be read: No such file or directory.")
    assert lines[1].startswith("broken.json is not valid JSON, or ends too early")
    assert lines[2].endswith("cannot be read: Is a directory.")
    assert lines[3] == "good.json: 1 campaign, 1 email, 1 event, 1 reply."


def test_import_prints_what_strangers_wrote_as_it_is(run, database, tmp_path):
    markup = json_email("bad", sent_at="[bold red]boo[/] [link=https://evil.example]x[/link]")
    ended = run("import", write(tmp_path / "[red]a.json", json_document(emails=[markup])))
    assert "[red]a.json: " in ended.err
    assert "'[bold red]boo[/] [link=https://evil.example]x[/link]'" in ended.err


def test_unwritable_rejects_file_is_reported(run, database, tmp_path):
    ended = run("import", "--rejected", tmp_path / "no" / "where.csv", write(tmp_path / "a.json", json_document()))
    assert ended.status == 1
    assert ended.err.endswith("where.csv cannot be written: No such file or directory.\n")
    assert answer_of(database, results.all_campaigns) == []


def test_import_needs_a_file(run, database):
    assert run("import").status == 2


# --- export ------------------------------------------------------------------------------------------------------


def test_export_writes_to_the_terminal(run, with_sample):
    ended = run("export", "camp_abc123")
    assert (ended.status, ended.err) == (0, "")
    assert json.loads(ended.out)["campaign"]["id"] == "camp_abc123"
    as_csv = run("export", "camp_abc123", "--format", "csv").out.decode()
    assert as_csv.startswith("campaign_id,campaign_name")
    assert len(as_csv.splitlines()) > 1_000


def test_export_as_csv_for_excel(run, with_sample, tmp_path):
    plain = run("export", "camp_abc123", "--format", "csv").out
    assert run("export", "camp_abc123", "--format", "csv", "--bom").out == codecs.BOM_UTF8 + plain
    assert run("export", "camp_abc123", "--bom").out == run("export", "camp_abc123").out  # JSON has none


def test_export_as_a_workbook(run, with_sample, tmp_path):
    path = tmp_path / "x.xlsx"
    assert run("export", "camp_abc123", "--format", "xlsx", "-o", path).status == 0
    document = json.loads(run("export", "camp_abc123").out)
    assert len(records_of(path.read_bytes(), "emails")) == len(document["emails"])


def test_export_writes_a_file_that_comes_back_the_same(run, with_sample, tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    ended = run("export", "camp_abc123", "-o", path)
    assert (ended.status, ended.err) == (0, f"Written: {path}\n")
    assert not list(tmp_path.glob("*.partial"))
    assert run("import", path).err.startswith("x.json: nothing new;")


def test_export_humans_only_leaves_machines_out(run, with_sample):
    document = json.loads(run("export", "camp_8316e8", "--humans-only").out)
    assert document["meta"]["filters"]["humans_only"] is True
    assert not any(event["is_machine"] for event in document["events"])


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_export_all_is_the_whole_database(run, with_sample, tmp_path, monkeypatch, fmt):
    folder = tmp_path / "deep" / "folder"
    assert run("export", "--all", "--format", fmt, "-o", folder).status == 0
    assert len(list(folder.iterdir())) == 14
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(tmp_path / "copy.db"))
    main.settings.cache_clear()
    assert run("import", *folder.iterdir()).status == 0
    assert answer_of(sqlite_url(tmp_path / "copy.db"), contents) == answer_of(sqlite_url(with_sample), contents)


def test_export_all_writes_campaigns_with_any_id(run, database, tmp_path):
    ids = ["a/b", "a_b", "A_B", "../up", "account", ".hidden", "日本", "中国", "x" * 199 + "1", "x" * 199 + "2"]
    described = json_document()["campaign"]
    for number, own_id in enumerate(ids):
        document = json_document(campaign=described | {"id": own_id})
        run("import", write(tmp_path / f"{number}.json", document))
    folder = tmp_path / "out"
    assert run("export", "--all", "-o", folder).status == 0
    assert not list(tmp_path.glob("up*"))
    written = [json.loads(path.read_bytes()) for path in folder.iterdir()]
    assert sorted(document["campaign"]["id"] for document in written if "campaign" in document) == sorted(ids)
    assert len({path.name.casefold() for path in folder.iterdir()}) == len(ids) + 1


def test_export_all_writes_daily_campaigns_as_json(run, database, tmp_path):
    described = json_document()["campaign"] | {"detail": "daily"}
    days = [{"date": "2026-01-05", "emails_sent": 3}]
    document = json_document(campaign=described, emails=None, events=None, replies=None, daily=days)
    run("import", write(tmp_path / "a.json", document))
    assert run("export", "--all", "--format", "csv", "-o", tmp_path / "out").status == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"camp_1.json", "account.json"}
    single = run("export", "camp_1", "--format", "csv")
    assert (single.status, single.out) == (1, b"")
    assert "Only daily totals are known of this campaign" in single.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody"], "There is no campaign 'nobody' in this database."),
        (["half\udcff"], "There is no campaign 'half\\udcff' in this database."),
        (["camp_abc123", "--format", "xls"], "'xls' isn't a format. Known: csv, json, xlsx."),
    ],
)
def test_export_says_what_there_is_not(run, with_sample, arguments, sentence):
    ended = run("export", *arguments)
    assert (ended.status, ended.out, ended.err) == (1, b"", f"{sentence}\n")


@pytest.mark.parametrize("arguments", [[], ["--all"], ["camp_abc123", "--all", "-o", "x"]])
def test_export_needs_campaign_or_all_and_folder(run, with_sample, arguments):
    assert run("export", *arguments).status == 2


def test_export_says_when_a_file_cannot_be_written(run, with_sample, tmp_path):
    ended = run("export", "camp_abc123", "-o", tmp_path / "no" / "where.json")
    assert (ended.status, ended.err.endswith("cannot be written: No such file or directory.\n")) == (1, True)
    taken = write(tmp_path / "taken", "already a file")
    ended = run("export", "--all", "-o", taken)
    assert (ended.status, ended.err) == (1, f"{taken} cannot be written: File exists.\n")
    assert taken.read_text() == "already a file"


def test_aborted_export_leaves_the_previous_file(run, with_sample, tmp_path, monkeypatch):
    path = write(tmp_path / "x.json", "the one of yesterday")

    def breaks_off(*_, **__):
        yield b"half of it"
        raise OSError(28, "No space left on device")

    whole = main.exports.campaign_download
    monkeypatch.setattr(
        main.exports,
        "campaign_download",
        lambda *answer_of, **how: main.exports.Download(whole(*answer_of, **how).file_name, "x", breaks_off()),
    )
    ended = run("export", "camp_abc123", "-o", path)
    assert (ended.status, ended.err) == (1, f"{path} cannot be written: No space left on device.\n")
    assert path.read_text() == "the one of yesterday"
    assert [path.name for path in tmp_path.glob("x.json*")] == ["x.json"]


# --- timezone ----------------------------------------------------------------------------------------------------


def test_tracking_shows_and_sets_what_is_tracked(run, database, tmp_path):
    run("import", write(tmp_path / "c.json", json_document()))
    ended = run("tracking", "camp_1", "--no", "opens", "--no", "costs")
    assert ended.status == 0
    lines = dict(line.split(maxsplit=1) for line in ended.out.decode().splitlines())
    assert lines["opens"].split(maxsplit=1) == ["no", "set here"]
    assert lines["clicks"].split(maxsplit=1) == ["yes", "by default"]
    assert run("tracking", "camp_1").out == ended.out
    assert b"no   set here" not in run("tracking", "camp_1", "--reset", "opens", "--yes", "costs").out
    assert run("tracking", "camp_1", "--no", "opens", "--yes", "opens").status == 2
    wrong = run("tracking", "camp_1", "--no", "open")
    assert wrong.status == 1
    assert "'open' is nothing that is tracked. Use deliveries" in wrong.err


def test_campaign_enters_what_its_files_lack(run, database, tmp_path):
    run("import", write(tmp_path / "c.json", json_document()))
    ended = run("campaign", "camp_1", "--cost", "0.02", "--per", "email", "--type", "sales")
    assert ended.status == 0
    lines = ended.out.decode().splitlines()
    assert lines[0].endswith(" (from its source)")
    assert lines[1] == "type  sales (entered by hand; its source: sales-outreach)"
    assert lines[2].startswith("cost  $0.02 per email (entered by hand; its source: $")
    assert lines[3].startswith("Entered")
    assert b" in total (from its source)" in run("campaign", "camp_1", "--reset", "cost").out
    assert "'much' isn't an amount of dollars" in run("campaign", "camp_1", "--cost", "much", "--per", "email").err
    assert "Say what the cost is for" in run("campaign", "camp_1", "--cost", "1").err


def test_timezone_shows_and_changes_the_zone(run, with_sample):
    assert run("timezone").out == b"UTC\n"
    ended = run("timezone", "Asia/Tokyo")
    assert (ended.status, ended.err) == (0, "Everything is now dated in Asia/Tokyo.\n")
    assert run("timezone").out == b"Asia/Tokyo\n"
    refused = run("timezone", "Mars/Olympus")
    assert refused.status == 1
    assert refused.err.startswith("'Mars/Olympus' isn't a time zone.")


# --- as a program ------------------------------------------------------------------------------------------------


def program(*arguments, url, **how):
    command = [Path(sys.executable).with_name("outreach-results"), *arguments]
    return subprocess.run(command, env=clean_environment({"OUTREACH_DATABASE_URL": url}), check=False, **how)


def test_the_installed_program_ends_as_promised(sample_database):
    url = sqlite_url(sample_database)
    shown = program("export", "nobody", url=url, capture_output=True, text=True)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr == "There is no campaign 'nobody' in this database.\n"


def test_closed_pipe_causes_no_traceback(sample_database):
    command = [str(Path(sys.executable).with_name("outreach-results")), "export", "camp_2fa5bc"]
    environment = clean_environment({"OUTREACH_DATABASE_URL": sqlite_url(sample_database)})
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert present(process.stdout).read(6) == b'{"meta'
        present(process.stdout).close()
        assert present(process.stderr).read() == b""
        assert process.wait(30) == 1


def test_without_the_sample_files_demo_says_so(run, database, monkeypatch, tmp_path):
    monkeypatch.setattr(sample, "_PACKAGE", tmp_path / "site-packages" / "outreach_results")
    ended = run("demo")
    assert (ended.status, ended.err) == (1, "The sample data is not part of this installation.\n")


def test_campaigns_are_deleted_and_restored(run, with_sample):
    assert b"camp_abc123" in run("campaigns", "list").out
    ended = run("campaigns", "delete", "camp_abc123")
    assert (ended.status, ended.out) == (0, b"")
    assert ended.err.endswith("is deleted. Undo it with: outreach-results campaigns restore camp_abc123\n")
    assert b"camp_abc123" not in run("campaigns", "list").out
    header, row = run("campaigns", "list", "--deleted").out.decode().splitlines()
    assert header.split() == ["CAMPAIGN", "NAME", "DELETED", "(UTC)", "BY"]
    assert row.startswith("camp_abc123")
    assert run("export", "camp_abc123").err == (
        "The campaign 'camp_abc123' is deleted here. Restore it in Data → Settings.\n"
    )
    assert "is restored. It was deleted" in run("campaigns", "restore", "camp_abc123").err
    assert run("export", "camp_abc123").status == 0
    assert run("campaigns", "restore", "camp_abc123").status == 1
