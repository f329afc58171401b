"""What nobody expected is a sentence on the terminal, and a traceback in a file."""

from __future__ import annotations

import io
import logging
import signal
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from outreach_results.cli.failures import failures_as_sentences
from outreach_results.errors import OutreachError


@pytest.fixture
def ended_with(tmp_path, monkeypatch):
    """Runs a block that raises; its exit status, what the terminal shows, and the log files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def command(*errors):
        for error in errors[:-1]:
            logging.getLogger("tests").error("A part failed", exc_info=error)
        raise errors[-1]

    def run(*errors):
        shown = io.StringIO()
        with pytest.raises(SystemExit) as ended, failures_as_sentences(Console(file=shown, soft_wrap=True)):
            command(*errors)
        return ended.value.code, shown.getvalue(), [path.read_text() for path in tmp_path.iterdir()]

    return run


def test_an_expected_error_is_its_sentence(ended_with):
    assert ended_with(OutreachError("Do this.")) == (1, "Do this.\n", [])


def test_an_unexpected_error_is_shown_and_logged(ended_with, tmp_path):
    status, shown, logs = ended_with(ZeroDivisionError("of Ada"))
    assert status == 1
    assert shown == (
        "The command failed unexpectedly (ZeroDivisionError).\n"
        f"The details are in {next(tmp_path.iterdir())}; they may quote your data.\n"
    )
    assert [log.count("ZeroDivisionError: of Ada") for log in logs] == [1]
    assert next(tmp_path.iterdir()).stat().st_mode & 0o077 == 0


def test_what_was_logged_meanwhile_is_kept_too(ended_with):
    status, shown, logs = ended_with(ZeroDivisionError("first"), OutreachError("Then this."))
    assert (status, shown.splitlines()[0], len(shown.splitlines())) == (1, "Then this.", 2)
    assert ["ZeroDivisionError: first" in log for log in logs] == [True]


def test_a_missing_file_is_named(ended_with):
    status, shown, _ = ended_with(PermissionError(13, "Permission denied", "/there/x"))
    assert (status, shown[:47]) == (1, "/there/x cannot be written: Permission denied. ")


def test_handlers_are_restored():
    before = signal.getsignal(signal.SIGTERM), list(logging.getLogger().handlers)
    with failures_as_sentences(Console(file=io.StringIO())):
        assert signal.getsignal(signal.SIGTERM) is not before[0]
    assert (signal.getsignal(signal.SIGTERM), list(logging.getLogger().handlers)) == before


def test_without_a_place_for_logs_the_sentence_is_left(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    shown = io.StringIO()
    with pytest.raises(SystemExit), failures_as_sentences(Console(file=shown)):
        raise ZeroDivisionError
    assert shown.getvalue() == "The command failed unexpectedly (ZeroDivisionError).\n"
    assert not Path("/nowhere").exists()
