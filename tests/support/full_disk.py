"""Changes on a disk that is full or may only be read: ``unshare … python -m support.full_disk FOLDER DATABASE``.

Runs in a name space of its own, where a small disk can be mounted without touching the machine's.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from outreach_results.errors import OutreachError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store.admin.backup import backup
from outreach_results.store.engine import Store, open_store
from support.databases import contents, sqlite_url
from support.records import campaign, emails, event

NO_MOUNT = 3
SIZE = 40_000_000


def mount(folder: str, *options: str) -> None:
    """Mount a small disk there, or change how it is mounted."""
    if subprocess.run(["mount", "-t", "tmpfs", *options, "none", folder], check=False).returncode:
        sys.exit(NO_MOUNT)


def said(do: Callable[[], object]) -> str:
    """The sentence of an error; '' where there is none."""
    try:
        do()
    except OutreachError as error:
        return str(error)
    return ""


def fill(folder: Path) -> Path:
    """Take all the room that there is."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    return filler


def changes(store: Store, folder: Path) -> dict[str, Callable[[], object]]:
    """Work that needs room on the disk."""
    many: list[Record] = [
        campaign("many"),
        *emails(3_000, of="many"),
        *(event("opened", email_id=f"e{n}", of="many") for n in range(1, 3_000)),
    ]
    return {
        "import": lambda: load(store, "many", many),
        "backup": lambda: backup(store, folder / "backup.db"),
    }


def main(folder: Path, database: Path) -> None:
    """Try each change on a full disk and then with room, and print what became of it."""
    mount(str(folder), "-o", f"size={SIZE}")
    path = Path(shutil.copyfile(database, folder / "outreach.db"))
    found: dict[str, Any] = {}
    with closing(open_store(sqlite_url(path))) as store:
        before = contents(store)
        for name, change in changes(store, folder).items():
            filler = fill(folder)
            sentence = said(change)
            is_as_before = contents(store) == before
            filler.unlink()
            works = said(change) == ""
            found[name] = {"said": sentence, "is_as_before": is_as_before, "works_with_room": works}
            before = contents(store)
    mount(str(folder), "-o", "remount,ro")
    sentence = said(lambda: open_store(sqlite_url(path)))
    mount(str(folder), "-o", "remount,rw")
    with closing(open_store(sqlite_url(path))) as store:
        found["read-only"] = {"said": sentence, "works_with_room": contents(store) == before}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
