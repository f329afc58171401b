"""Which part of a reply its sender wrote, and which part is a signature or quotes earlier emails."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

_LANGUAGES = list(MAIL_LANGUAGES)
# The library's patterns take time that grows with the cube of a line and the square of the number of lines. Within
# these limits a text that is made to be slow takes a quarter of a second, and any other a thousandth of that.
_MOST_CHARACTERS = 3_000
_MOST_OF_A_LINE = 160

_DELIMITER = re.compile(r"[-_]{2,}")
_RULE = re.compile(r"[-_=*]{5,}")
_CLOSING = re.compile(r"[^\W\d_][^\W\d_'’. ]*( [^\W\d_'’.]+){0,4}[,.!]?")
_MOST_OF_A_CLOSING = 40
_LONGEST_SIGNATURE = 15  # lines


def own_part(body: str) -> tuple[str, str]:
    """A reply in two parts that are the whole of it: what its sender wrote, and what follows.

    The second part begins with a signature or with the line above quoted text; it is empty where there is neither, or
    where nothing would be left of the first.
    """
    lines = body.splitlines(keepends=True)
    written = [place for place, line in enumerate(lines) if line.strip()]  # the places of lines that are not blank
    kept = _own_lines([" ".join(lines[place].split()) for place in written])
    if not 0 < kept < len(written):
        return body, ""
    end = written[kept - 1] + 1
    return "".join(lines[:end]).rstrip(), "".join(lines[end:]).lstrip("\r\n")


def _own_lines(lines: Sequence[str]) -> int:
    """How many of these lines, none of them blank, are the sender's own; all of them where it is not clear."""
    text, known = _within_limits(lines)
    first = EmailMessage(text=text, languages=_LANGUAGES, keep_hyphen_lists=True).read().replies[0]
    own = len(first.content.splitlines())
    if first.headers or first.content.splitlines() != text.splitlines()[:own]:
        return len(lines)  # it begins with quoted text, so what follows is the answer to it
    if own == known < len(lines):
        own = len(lines)  # nothing was found in the part that was read
    before_quotes = own
    while own and lines[own - 1].startswith(">"):
        own -= 1
    if own < before_quotes and lines[own - 1 : own] and lines[own - 1].endswith((":", "：")):
        own -= 1  # who wrote what is quoted, in a language that the library does not know
    if own < len(lines) and own and _RULE.fullmatch(lines[own - 1]):
        own -= 1
    return own - _signature(lines[:own], first.signatures or "")


def _within_limits(lines: Sequence[str]) -> tuple[str, int]:
    """The first lines, each cut to what the library can read quickly, and how many they are."""
    text: list[str] = []
    size = 0
    for line in lines:
        size += min(len(line), _MOST_OF_A_LINE) + 1
        if size > _MOST_CHARACTERS:
            break
        text.append(line[:_MOST_OF_A_LINE].strip())
    return "\n".join(text), len(text)


def _signature(own: Sequence[str], found: str) -> int:
    """How many lines at the end of these are the signature that was found; 0 where it may be more than a signature."""
    # "Thanks, Tuesday is fine" begins like a signature and is none: only a closing alone on its line is one.
    signature = found.splitlines()
    if not signature or len(signature) > _LONGEST_SIGNATURE or list(own[-len(signature) :]) != signature:
        return 0
    begins = signature[0]
    is_closing = len(begins) <= _MOST_OF_A_CLOSING and _CLOSING.fullmatch(begins) is not None
    return len(signature) if is_closing or _DELIMITER.fullmatch(begins) else 0
