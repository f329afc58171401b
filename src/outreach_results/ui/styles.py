"""The style sheets of the pages and the parts of components: files in ``static/``, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
_OF_PAGES = ("page", "inbox", "inbox_controls", "inbox_status", "timeline", "png_export")


@lru_cache
def read(file: str) -> str:
    """The text of a file."""
    return (FOLDER / file).read_text(encoding="utf-8")


def of_pages() -> str:
    """All that the server puts into the HTML of the dashboard, see `server.page_styles`."""
    return "".join(read(f"{name}.css") for name in _OF_PAGES)
