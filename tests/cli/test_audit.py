"""The command that writes the audit log."""

from __future__ import annotations

import csv
import getpass
import io

from outreach_results.store import audit
from outreach_results.store.audit import Action
from outreach_results.store.engine import open_store


def test_the_log_is_written_as_csv_newest_first(run, database, tmp_path):
    run("keys", "create", "reporting")
    store = open_store(database)
    audit.note(store, Action.EXPORTED, "=HYPERLINK(1)", by="ann@example.com")
    store.close()
    rows = list(csv.DictReader(io.StringIO(run("audit").out.decode("utf-8-sig"))))
    assert [(row["action"], row["by"]) for row in rows] == [
        ("exported", "ann@example.com"),
        ("key_created", getpass.getuser()),
    ]
    assert rows[0]["about"] == "'=HYPERLINK(1)"
    path = tmp_path / "audit.json"
    assert run("audit", "--format", "json", "-o", path).err == f"Written: {path}\n"
    assert "key_created" in path.read_text()


def test_an_export_by_command_is_in_it(run, database, tmp_path):
    run("demo")
    run("export", "camp_abc123", "-o", tmp_path / "a.json")
    assert b"exported,camp_abc123.json" in run("audit").out
