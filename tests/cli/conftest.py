"""What the tests of the command line share: running a command, and the database it uses."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from support.databases import sqlite_url
from support.terminal import exit_status


@dataclass
class Ended:
    """How a command ended."""

    status: int
    out: bytes
    err: str


@pytest.fixture
def run(monkeypatch, capsysbinary):
    """Runs a command as the terminal does."""

    def run(*arguments: object, stdin: str | None = None) -> Ended:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = exit_status(monkeypatch, *arguments)
        out, err = capsysbinary.readouterr()
        return Ended(status, out, err.decode())

    return run


@pytest.fixture
def database(tmp_path, monkeypatch):
    """The address of a new database, which the commands use."""
    url = sqlite_url(tmp_path / "outreach.db")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
    return url
