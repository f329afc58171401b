"""How a command fails: one sentence on the terminal, and the traceback of what nobody expected in a file."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from outreach_results.cli.output import discard_stdout
from outreach_results.errors import OutreachError
from outreach_results.logs import text_records

_log = logging.getLogger(__name__)


@contextmanager
def failures_as_sentences(console: Console) -> Iterator[None]:
    """Turn every exception into a sentence and exit status 1, and SIGTERM into an orderly end.

    What was logged as an error meanwhile, tracebacks included, is in a file that the last line names.
    """
    with text_records(), _log_file(console), _terminated_in_order():
        try:
            try:
                yield
            finally:
                sys.stdout.flush()
        except OutreachError as error:
            _end(console, str(error))
        except BrokenPipeError:  # whoever read the output has enough
            discard_stdout()
            sys.exit(1)
        except OSError as error:
            if error.filename is None:
                discard_stdout()
            what = "The output" if error.filename is None else f"{error.filename}"
            _end(console, f"{what} cannot be written: {error.strerror}. Choose another place, and run it again.")
        except Exception as error:
            _log.exception("The command failed")
            _end(console, f"The command failed unexpectedly ({type(error).__name__}).")


def _end(console: Console, sentence: str) -> None:
    console.print(sentence, style="red", markup=False)
    sys.exit(1)


class LogFile(logging.Handler):
    """Keeps errors, with their tracebacks, in a temporary file that is made for the first of them.

    Only its owner may read it, because a traceback can quote what was imported.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.path: Path | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Append a record."""
        try:
            if self.path is None:
                handle, name = tempfile.mkstemp(prefix="outreach-results-", suffix=".log")
                os.close(handle)
                self.path = Path(name)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(self.format(record) + "\n")
        except OSError:
            pass  # without a place for temporary files, the sentence has to do


@contextmanager
def _log_file(console: Console) -> Iterator[None]:
    handler = LogFile()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        if handler.path is not None:
            console.print(f"The details are in {handler.path}; they may quote your data.", markup=False)


@contextmanager
def _terminated_in_order() -> Iterator[None]:
    """Let SIGTERM end the program as an exception does, so that partial files are deleted and leases released."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
