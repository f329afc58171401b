"""The audit log says who did what, and only grows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

import outreach_results
from outreach_results.errors import QueryError
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Sentiment
from outreach_results.models.team import Role
from outreach_results.results import audit_table
from outreach_results.store import api_keys, audit, team
from outreach_results.store.admin import deletion
from outreach_results.store.audit import Action
from outreach_results.store.replies import state_changes
from support.files import write
from support.server import ROOT

ANN = "ann@example.com"
SHEET = "Date,Email,Replied\n2026-01-05,ada@acme.example,yes\n"


def what_was_done(store):
    """Action, what it is about and by whom, oldest first."""
    return [(entry.action, entry.about, entry.by) for entry in audit.entries(store)][::-1]


def test_what_people_do_is_kept_with_their_names(writable_sample, tmp_path):
    before = len(what_was_done(writable_sample))
    team.note_sign_in(writable_sample, "one", ANN, datetime.now(UTC) + timedelta(hours=1))
    team.set_role(writable_sample, ANN, Role.EDITOR, by="root")
    api_keys.create_key(writable_sample, "reporting", by="root")
    api_keys.revoke_key(writable_sample, "reporting", by="root")
    deletion.delete(writable_sample, "camp_abc123", by=ANN)
    deletion.restore(writable_sample, "camp_abc123", by=ANN)
    [report] = import_file(
        writable_sample, write(tmp_path / "mine.csv", SHEET), answers=Answers(campaign="Mine"), loaded_by=ANN
    )
    undo_load(writable_sample, report.load_id, by=ANN)
    team.remove_member(writable_sample, ANN, by="root")
    team.end_sign_in(writable_sample, "one", ANN)
    done = what_was_done(writable_sample)[before:]
    assert [(action, by) for action, _, by in done] == [
        (Action.SIGNED_IN, ANN),
        (Action.ROLE_GIVEN, "root"),
        (Action.KEY_CREATED, "root"),
        (Action.KEY_REVOKED, "root"),
        (Action.DELETED, ANN),
        (Action.RESTORED, ANN),
        (Action.IMPORTED, ANN),
        (Action.IMPORT_UNDONE, ANN),
        (Action.ROLE_TAKEN, "root"),
        (Action.SIGNED_OUT, ANN),
    ]
    about = {action: text for action, text, _ in done}
    assert about[Action.ROLE_GIVEN] == "ann@example.com: editor"
    assert about[Action.DELETED] == "campaign camp_abc123"
    assert re.fullmatch(r"reporting \(read, [0-9a-f]{12}\)", about[Action.KEY_CREATED])
    assert "mine.csv" in about[Action.IMPORT_UNDONE]


def test_marks_and_their_undoing_are_kept(writable_sample):
    with writable_sample.read() as connection:
        key = tuple(connection.exec_driver_sql("SELECT campaign_id, reply_id FROM replies LIMIT 1").one())
        marked = connection.exec_driver_sql(
            "SELECT version FROM reply_marks WHERE campaign_id = ? AND reply_id = ?", key
        ).scalar()
    batch = state_changes.change_reply(
        writable_sample, key[0], key[1], Sentiment.AUTOMATIC, by=ANN, seen_version=marked or 0
    )
    state_changes.undo(writable_sample, batch, by="bob@example.com")
    assert what_was_done(writable_sample)[-2:] == [
        (Action.MARKED, f"1 reply of {key[0]}: automatic", ANN),
        (Action.MARKS_UNDONE, f"1 reply of {key[0]}: undone", "bob@example.com"),
    ]


def test_what_is_refused_leaves_no_entry(sqlite_store):
    with pytest.raises(QueryError):
        api_keys.revoke_key(sqlite_store, "none", by=ANN)
    assert what_was_done(sqlite_store) == []


def test_entries_are_in_the_order_of_time(store):
    for n in range(30):
        audit.note(store, Action.EXPORTED, f"{n}", by=None)
    assert [about for _, about, _ in what_was_done(store)] == [str(n) for n in range(30)]
    assert list(audit_table(store, 2)["about"]) == ["29", "28"]


def test_a_long_text_is_cut(sqlite_store):
    audit.note(sqlite_store, Action.EXPORTED, "x" * 5000, by=ANN)
    assert [len(about) for _, about, _ in what_was_done(sqlite_store)] == [audit.LONGEST]


def test_nothing_changes_or_removes_an_entry():
    """Only what fills a whole database, a copy and a restore, reaches the table by going through all of them."""
    package = ROOT / "src" / outreach_results.__name__
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"\baudit_log\b", path.read_text(encoding="utf-8")) and "migrations" not in path.parts
    }
    assert users == {
        *("store/account_tables.py", "store/admin/distribute.py", "store/audit.py", "store/schema.py"),
        "cli/audit.py",
        "store/admin/traces.py",  # forgetting takes the address of a person out of what an entry is about
    }
    assert not re.search(r"\b(?:update|delete)\(", (package / "store" / "audit.py").read_text(encoding="utf-8"))
