"""Where the Chromium is that the tests drive."""

from __future__ import annotations

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_chromium() -> str | None:
    """The path that OUTREACH_TEST_CHROMIUM names, or an installed one; None where there is none."""
    named = os.environ.get("OUTREACH_TEST_CHROMIUM")
    return next(filter(None, map(shutil.which, (named,) if named else (*_NAMES, _ON_MACOS))), None)
