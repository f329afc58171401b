"""Unpacking .gz and .zip files, within limits: a few kilobytes can unpack to a full disk."""

from __future__ import annotations

import gzip
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from outreach_results.errors import SourceError

MAX_UNPACKED = 8 * 1024**3
MAX_RATIO = 200
_RATIO_MATTERS_FROM = 256 * 1024**2
MAX_MEMBERS = 500
_AT_ONCE = 1024 * 1024
_LONGEST_NAME = 60


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class File:
    """A file on disk and what it is called in messages."""

    path: Path
    name: str


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[list[File]]:
    """The file itself, or what a .gz or .zip file holds, unpacked into a folder that is deleted on leaving.

    Raises:
        SourceError: it cannot be read, is damaged, encrypted, or unpacks to far more than it is.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror}.") from None
    if not (start.startswith(b"\x1f\x8b") or (start == b"PK\x03\x04" and not _is_office(path))):
        yield [File(path, name)]
        return
    with tempfile.TemporaryDirectory(prefix="outreach-unpacked-") as folder:
        try:
            files = _gz(path, name, Path(folder)) if start[:2] == b"\x1f\x8b" else _zip(path, name, Path(folder))
        except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, lzma.LZMAError, NotImplementedError):
            raise SourceError(
                f"{name} is damaged or was cut off while it was copied: it cannot be unpacked. Nothing was imported; "
                "download it again."
            ) from None
        yield files


def _is_office(path: Path) -> bool:
    """Whether a zip archive is a workbook or another office document."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _gz(path: Path, name: str, folder: Path) -> list[File]:
    to = folder / (_plain_name(name.removesuffix(".gz")))
    with gzip.open(path) as source:
        _copy(source, to, name, path.stat().st_size, 0)
    return [File(to, name.removesuffix(".gz"))]


def _zip(path: Path, name: str, folder: Path) -> list[File]:
    files: list[File] = []
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
        if len(members) > MAX_MEMBERS:
            raise SourceError(
                f"{name} holds {len(members):,} files; at most {MAX_MEMBERS} are read at once. Nothing was imported."
            )
        if any(member.flag_bits & 1 for member in members):
            raise SourceError(
                f"{name} is protected by a password. Nothing was imported. Unpack it and import the files in it."
            )
        total = 0
        for place, member in enumerate(members):
            to = folder / str(place) / _plain_name(member.filename)
            to.parent.mkdir()
            with archive.open(member) as source:
                total = _copy(source, to, name, path.stat().st_size, total)
            files.append(File(to, f"{name}/{member.filename}"))
    if not files:
        raise SourceError(f"{name} holds no files. Nothing was imported.")
    nested = next((file.name for file in files if _is_packed(file.path)), None)
    if nested:
        raise SourceError(
            f"{nested} is an archive inside an archive. Nothing was imported. Unpack it and import the files in it."
        )
    return files


def _plain_name(name: str) -> str:
    """The name under which a file is unpacked: readers name files in messages by it."""
    plain = PurePosixPath(name.replace("\\", "/")).name.replace("\x00", "")
    return plain[-_LONGEST_NAME:] if plain not in ("", ".", "..") else "unpacked"


def _is_litter(name: str) -> bool:
    """Whether a member is what file managers leave in archives."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    return start.startswith(b"\x1f\x8b") or (start == b"PK\x03\x04" and not _is_office(path))


def _copy(source: _Readable, to: Path, name: str, packed: int, before: int) -> int:
    """Unpack to a file; the bytes unpacked so far, those of earlier members included."""
    total = before
    with to.open("wb") as target:
        while block := source.read(_AT_ONCE):
            total += len(block)
            if total > MAX_UNPACKED or (total > _RATIO_MATTERS_FROM and total > MAX_RATIO * packed):
                raise SourceError(
                    f"{name} unpacks to more than {total / 1024**3:.1f} GB from {packed / 1024**2:.1f} MB, as only a "
                    "damaged or hostile archive does. Nothing was imported; unpack it yourself if you trust it."
                )
            target.write(block)
    return total
