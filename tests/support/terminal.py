"""Commands, run as the terminal does."""

from __future__ import annotations

import sys

import pytest

from outreach_results.cli import main


def exit_status(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run a command; its exit status. What it says is left to whoever captures it."""
    monkeypatch.setattr(sys, "argv", ["outreach-results", *map(str, arguments)])
    try:
        main.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
