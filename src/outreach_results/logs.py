"""What the server logs: as text, or as lines of JSON that hold no personal data beyond what a message says on purpose.

Messages quote what strangers wrote, such as the name of a campaign or what a provider answered. Nothing of it begins a
line of the log, which would then look like one of the program's own, or steers the terminal on which it is read.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from textwrap import indent
from types import TracebackType
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Line breaks, what terminals obey, what changes the direction of writing, and halves of characters."""

# Also without the dot of a domain: mail servers quote what they refuse, whatever it is.
_ADDRESS = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+")


def without_controls(text: str) -> str:
    """The text with control characters as Python writes them, such as ``\\n`` and ``\\x1b``."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class TextRecord(logging.LogRecord):
    """A record whose message is one line, and whose traceback is indented, whatever they quote.

    A record and not a formatter, because Streamlit and uvicorn have handlers of their own.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:  # formatters take what is there
            lines = "".join(traceback.format_exception(*self.exc_info)).rstrip().split("\n")
            self.exc_text = indent("\n".join(map(without_controls, lines)), "    ")

    def getMessage(self) -> str:  # noqa: N802 -- as the library calls it
        """The message, as one line."""
        message = super().getMessage()
        # Those of uvicorn with colors of its own are about the process.
        return message if "color_message" in self.__dict__ else without_controls(message)


@contextmanager
def text_records() -> Iterator[None]:
    """Have what this process logs meanwhile be `TextRecord`."""
    before = logging.getLogRecordFactory()
    log_as_text()
    try:
        yield
    finally:
        logging.setLogRecordFactory(before)


def log_as_text() -> None:
    """Have everything that this process logs from now on be `TextRecord`."""
    logging.setLogRecordFactory(TextRecord)


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger and message; of an error its type and where it was, never its text.

    The text of an unexpected error can quote a row or a request, which may be of people: it is left out. So are email
    addresses in messages, such as that of a recipient whom a mail server refuses.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _ADDRESS.sub("(address)", record.getMessage()),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            line["error"] = {"type": kind.__qualname__, "at": _places(trace)}
        # JSON leaves some of them as they are, and some collectors end a line there.
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(line, ensure_ascii=False))


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def log_as_json() -> None:
    """Have everything that this process logs from now on written as JSON, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name, logger in logging.Logger.manager.loggerDict.items():
        # Streamlit's own loggers have handlers of their own.
        if name.partition(".")[0] in ("streamlit", "uvicorn") and isinstance(logger, logging.Logger):
            logger.handlers, logger.propagate = [], True
    # Each request with its address and query: people search for names.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
