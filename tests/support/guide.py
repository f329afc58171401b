"""The blocks of `docs/deploy.md`, for tests that follow it."""

from __future__ import annotations

import re

from support.server import ROOT

GUIDE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^ *```(\w+)\n(.*?)^ *```$", GUIDE, re.S | re.M)
"""The language and the text of each."""


def block(language: str, containing: str) -> str:
    """The block in that language with that text."""
    [found] = [text for kind, text in BLOCKS if kind == language and containing in text]
    return found


def said(command: str) -> str:
    """A command that the guide names within a sentence.

    Raises:
        AssertionError: it does not, so nobody would run it.
    """
    assert f"`{command}`" in " ".join(GUIDE.split()), f"{command} is no longer in the guide"
    return command


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A text of the guide with what this machine has in place of what it names.

    Raises:
        AssertionError: the guide no longer names it.
    """
    for there, here in changes:
        assert there in text, f"{there} is no longer in the guide"
        text = text.replace(there, here)
    return text
