"""The output of commands: files that are complete or not there, and the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from outreach_results.errors import OutreachError


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that is either complete or not there.

    A symbolic link stays, and the file that it names is written. A device or a pipe is written to as it is. The
    partial file has a fixed name, so that one which a killed run left behind is overwritten and then renamed.

    Raises:
        OutreachError: it cannot be written.
    """
    with file_errors(path):
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        if target.exists() and not target.is_file():  # a folder raises when it is opened
            with target.open("wb") as file:
                file.writelines(chunks)
            return
        partial = target.with_name(target.name + ".partial")
        try:
            with partial.open("wb") as file:
                file.writelines(chunks)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def write_stdout(chunks: Iterable[bytes]) -> None:
    """Write to the standard output; what cannot be written raises the `OSError` that `cli.main.main` reports."""
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def write_table(rows: Sequence[Sequence[str]]) -> None:
    """Write rows of texts to the terminal, the columns below each other; the first row has their names."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def discard_stdout() -> None:
    """Send what is still buffered nowhere, so that Python does not try to write it once more when it ends."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Raise an `OutreachError` that names the file or folder instead of an `OSError`."""
    try:
        yield
    except OSError as error:
        raise OutreachError(f"{path} cannot be written: {error.strerror}.") from None
