"""Looking and changing on a disk that is full or may only be read: ``unshare … python -m support.full_disk …``.

Takes a folder and a database. Runs in a name space of its own, where a small disk can be mounted without touching the
machine's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from outreach_results.errors import OutreachError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store import api_keys
from outreach_results.store.admin.backup import backup
from outreach_results.store.engine import open_store
from outreach_results.ui import cache
from support.databases import contents, sqlite_url
from support.looking import Person, run_pages_inside_the_entry
from support.records import campaign, emails, event

NO_MOUNT = 3
SIZE = 60_000_000
_ALL = range(1, 3_000)


def mount(folder: Path, *options: str) -> None:
    """Mount a small disk there, or change how it is mounted."""
    if subprocess.run(["mount", "-t", "tmpfs", *options, "none", str(folder)], check=False).returncode:
        sys.exit(NO_MOUNT)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Take all the room that there is."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    yield
    filler.unlink()


@contextmanager
def may_only_be_read(folder: Path) -> Iterator[None]:
    """Take the right to write from folder and files."""

    def set_modes(of_files: int, of_folder: int) -> None:
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(of_files)
        folder.chmod(of_folder)

    set_modes(0o444, 0o555)
    yield
    set_modes(0o644, 0o755)


@contextmanager
def mounted_to_be_read(folder: Path) -> Iterator[None]:
    """Mount the disk so that nothing is written to it. The database has to be closed."""
    mount(folder, "-o", "remount,ro")
    yield
    mount(folder, "-o", "remount,rw")


def said(do: Callable[[], object]) -> str:
    """The sentence of an error; '' where there is none."""
    try:
        do()
    except OutreachError as error:
        return str(error)
    return ""


class Disk:
    """What somebody finds on it, and changes."""

    def __init__(self, person: Person, folder: Path) -> None:
        self._person = person
        self._changes: dict[str, Callable[[], str]] = {
            "import": lambda: said(lambda: load(cache.store(), "many", many())),
            "backup": lambda: said(lambda: backup(cache.store(), folder / "backup.db")),
            "note": person.note,
            "mark": person.mark,
            "upload": person.upload,
        }

    def look(self) -> dict[str, str]:
        """What is said where somebody looks."""
        person = self._person
        return {"page": person.page(), "inbox": person.page("inbox"), "api": person.api()}

    def command(self) -> dict[str, str]:
        """What a command that reads says."""
        return {"command": self._person.command("get", "campaigns/camp_abc123/stats")}

    def change(self, *names: str) -> dict[str, str]:
        """What is said of these changes."""
        return {name: self._changes[name]() for name in names}


def many() -> list[Record]:
    """Records that need more room than SQLite has left over in its files."""
    return [campaign("many"), *emails(3_000, of="many"), *(event("opened", email_id=f"e{n}", of="many") for n in _ALL)]


def main(folder: Path, database: Path) -> None:
    """Look and change under each fault, and again once it is over; print what was said."""
    mount(folder, "-o", f"size={SIZE}")
    url = sqlite_url(Path(shutil.copyfile(database, folder / "outreach.db")))
    os.environ["OUTREACH_DATABASE_URL"] = url
    run_pages_inside_the_entry()
    with closing(open_store(url)) as store:
        disk = Disk(Person(url, api_keys.create_key(store, "disk")), folder)
    found: dict[str, Any] = {}
    before = contents(cache.store())  # opened here: SQLite takes some room at once, and is not opened without
    with full(folder):
        found["full"] = disk.look() | disk.change("import", "backup", "note", "mark", "upload")
    with may_only_be_read(folder):
        cache.store().engine.dispose()  # those that are open already go on writing, which is as well
        found["while open"] = disk.look() | disk.command() | disk.change("import", "note", "mark", "upload")
    found["is_as_before"] = contents(cache.store()) == before
    found["then"] = disk.change("import", "backup", "note", "mark", "upload")
    with may_only_be_read(folder):
        restart()
        found["at the start"] = disk.change("note", "mark")
    found["after a start"] = disk.change("note")
    restart()
    with mounted_to_be_read(folder):
        found["mounted"] = disk.look() | disk.command()
    found["in the end"] = disk.change("note")
    sys.stdout.write(json.dumps(found))


def restart() -> None:
    """Close the database, and forget it: who asks for it next opens it."""
    cache.store().close()
    cache.store.clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
