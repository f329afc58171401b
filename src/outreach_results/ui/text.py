"""Escaping of text from outside for Markdown and Plotly, beside the words of dates and numbers."""

from __future__ import annotations

import html
import re

from outreach_results.models.dates import *  # noqa: F403 -- they are words like all others here
from outreach_results.models.numbers import *  # noqa: F403

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!|~$:<>&^=@/\"']")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}

# Streamlit turns these into links, icons and arrows after Markdown has removed the escapes. Wrapped in an element of
# its own, such as a color directive that names no color, a character is not matched together with those that follow.
_LATE = re.compile(
    r"(?<=www)\. | :(?=// | [\w+-]+:) | @ | [<>=~-](?=[<>=~-])",
    re.IGNORECASE | re.VERBOSE,
)


def escape(text: str) -> str:
    """Text escaped for Markdown, so that every character shows literally."""
    one_line = " ".join(text.split())
    pieces, end = [], 0
    for late in _LATE.finditer(one_line):
        pieces += [_escaped(one_line[end : late.start()]), f":color[{_escaped(late[0])}]"]
        end = late.end()
    return "".join([*pieces, _escaped(one_line[end:])])


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), text)


def escape_plotly(text: str) -> str:
    """Text escaped for a Plotly figure, which interprets some HTML, formulas and templates."""
    return html.escape(" ".join(text.split()), quote=False).replace("$", "&#36;").replace("%{", "&#37;{")
