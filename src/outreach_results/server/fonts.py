"""The fonts that are sent in place of Streamlit's, which are half a megabyte of every first visit.

Of its font of icons, with four thousand of them, those that are in use. Of its font of words nothing: the theme has the
fonts of the system, but names Streamlit's after them, and a single sign that none of them has would load it.
``make fonts`` makes the files again after an update of Streamlit; until then its whole font of icons is sent.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit

from outreach_results.server.streamlit_internals import STATIC_FOLDER

_FOLDER = Path(__file__).parent / "font_files"

ICONS = _FOLDER / "icons.woff2"
"""The icons that are in use."""

ABOUT = _FOLDER / "version.json"
"""Of which font they are (``sha256``), and their names (``names``)."""

EMPTY = _FOLDER / "empty.woff2"
"""A font that has the space alone: the browser goes on to the next one."""

_ICON = re.compile(r":material/(\w+):")


def whole_font() -> Path | None:
    """Streamlit's font of icons; None where it has none of that name."""
    return next(iter(STATIC_FOLDER.glob("static/media/MaterialSymbols-Rounded.*.woff2")), None)


@lru_cache(maxsize=1)
def replaced() -> dict[str, Path]:
    """The files that are sent instead, by the paths under which browsers ask for Streamlit's."""
    result = {_path(file): EMPTY for file in STATIC_FOLDER.glob("static/media/SourceSans*.woff2")}
    icons = whole_font()
    if icons is not None and sha256(icons.read_bytes()).hexdigest() == about()["sha256"]:
        result[_path(icons)] = ICONS
    return result


def _path(file: Path) -> str:
    return f"/{file.relative_to(STATIC_FOLDER).as_posix()}"


def about() -> dict[str, Any]:
    """What `ABOUT` says."""
    known: dict[str, Any] = json.loads(ABOUT.read_text(encoding="utf-8"))
    return known


def names_in_use() -> list[str]:
    """The icons that the installed Streamlit and the product name, sorted."""
    product = Path(__file__).parents[1]
    files = [
        *(STATIC_FOLDER / "static" / "js").glob("*.js"),
        *Path(streamlit.__file__).parent.rglob("*.py"),
        *product.rglob("*.py"),
    ]
    found = {name for file in files for name in _ICON.findall(file.read_text(encoding="utf-8"))}
    return sorted(found)
