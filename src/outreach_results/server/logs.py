"""What the server logs, as lines of JSON that hold no personal data beyond what a message says on purpose."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger and message; of an error its type and where it was, never its text.

    The text of an unexpected error can quote a row or a request, which may be of people: it is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            line["error"] = {"type": kind.__qualname__, "at": _places(trace)}
        return json.dumps(line, ensure_ascii=False)


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
