"""The audit log says who did what, and only grows."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from functools import cache

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
        *("store/account_tables.py", "store/audit.py", "store/schema.py"),
        "cli/audit.py",
        "store/admin/traces.py",  # forgetting takes the address of a person out of what an entry is about
    }
    assert not re.search(r"\b(?:update|delete)\(", (package / "store" / "audit.py").read_text(encoding="utf-8"))


# --- nothing is left out -----------------------------------------------------------------------------------------

PACKAGE = ROOT / "src" / outreach_results.__name__

NOT_ENTERED = {
    **dict.fromkeys(
        (
            "alerts/checking.py",
            "alerts/sending.py",
            "delivery/log.py",
            "ingest/load.py",
            "sync/account.py",
            "sync/campaign.py",
            "sync/run.py",
            "store/sync_lease.py",
            "store/sync_runs.py",
        ),
        "nobody does it: syncs and webhooks come by themselves; an import by a person is entered by ingest/history.py",
    ),
    "ingest/content/unpacking.py": "writes to files",
    "ingest/history.py:record_failure": "nothing was changed",
    "store/admin/backup.py:_copy_to": "writes the backup, of which the command has entered an export",
    "store/admin/backup.py:_replace_rows": "_prepare entered it in what is restored",
    "store/admin/copy.py": "the log is copied as it is",
    "store/admin/distribute.py": "where rows lie, not what they are",
    "store/admin/doctor.py": "tries whether the database can be written",
    "store/admin/forgotten_since.py:leave_out": "forget_again enters it",
    "store/admin/recount.py": "builds again what is derived",
    "store/api_keys.py:record_use": "that a key was used, which programs do many times a day",
    "store/audit.py:note": "it is the log",
    "store/engine.py:_upgrade": "the tables of a new version",
    "store/links.py:note_use": "that a link was used, which its guests do many times a day",
    "store/replies/inbox_table.py:end_snoozes": "nobody does it: a snooze ends on its day",
    "store/replies/state_changes.py:_locked": "only begins the transaction, in which a change or an undo is entered",
}
"""The files and functions that write and enter nothing, each with its reason."""


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path):
    """The functions and methods of a file."""
    classes = [node for node in tree_of(path).body if isinstance(node, ast.ClassDef)]
    bodies = [tree_of(path).body, *(node.body for node in classes)]
    return [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]


def calls(node):
    """What is called in a piece of code, each with its name, such as ``store.write``."""
    return [(ast.unparse(call.func), call) for call in ast.walk(node) if isinstance(call, ast.Call)]


def test_every_change_by_a_person_is_entered():
    """A new function that writes enters it into the log, or stands in the list with the reason why not."""
    silent = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        if not re.search(r"(store|target|restored)\.write\(", path.read_text(encoding="utf-8")):
            continue
        file = path.relative_to(PACKAGE).as_posix()
        named = {function.name: {name for name, _ in calls(function)} for function in functions(path)}
        entering = {"audit.record", *(function for function, names in named.items() if "audit.record" in names)}
        for function, names in named.items():
            writes = any(re.fullmatch(r"(self\.)?_?(store|target|restored)\.write", name) for name in names)
            if writes and file not in NOT_ENTERED and not entering & names:
                silent.add(f"{file}:{function}")
    assert silent == {name for name in NOT_ENTERED if ":" in name}


def test_front_ends_say_who_did_it():
    """What is entered has a name: pages and commands pass it on, also where it is not required."""
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    places = {}  # by function the modules, and the packages, that it can be imported from
    for path, source in sources.items():
        for function in functions(path) if re.search(r"\b(loaded_)?by: str", source) else ():
            has_name = {"by", "loaded_by"} & {one.arg for one in function.args.kwonlyargs}
            if has_name and any(one.arg == "store" for one in function.args.args):
                places.setdefault(function.name, set()).update({path.stem, *path.parent.relative_to(PACKAGE).parts})
    any_of_them = re.compile(rf"\b({'|'.join(places)})\(")
    nameless = []
    for path, source in sources.items():
        if path.relative_to(PACKAGE).parts[0] not in ("ui", "cli", "api") or not any_of_them.search(source):
            continue
        imports = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom)]
        come_from = {
            name.asname or name.name: {name.name, str(node.module).rpartition(".")[2]}
            for node in imports
            for name in node.names
        }
        for name, call in calls(tree_of(path)):
            is_one = come_from.get(name.partition(".")[0], set()) & places.get(name.rpartition(".")[2], set())
            if is_one and not {keyword.arg for keyword in call.keywords} & {"by", "loaded_by"}:
                nameless.append(f"{path.relative_to(PACKAGE)}:{call.lineno} {name}")
    assert nameless == []
