"""Somebody who looks at a database in all ways, and changes it: by page, API and command line."""

from __future__ import annotations

import subprocess
import sys

from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from outreach_results.api import api_routes
from outreach_results.ui import cache
from support.dashboard import run_page, tiles, words
from support.http import eventually
from support.server import clean_environment

STATS = "/api/v1/campaigns/camp_abc123/stats"


def run_pages_inside_the_entry() -> None:
    """For a process of its own: as the fixture ``pages_through_the_entry``, until the process ends."""
    as_it_is = PagesManager.__init__

    def start(self: PagesManager, *args: object, **kwargs: object) -> None:
        PagesManager.uses_pages_directory = False
        as_it_is(self, *args, **kwargs)  # type: ignore[arg-type]

    PagesManager.__init__ = start  # type: ignore[method-assign]


class Person:
    """Goes on looking: the server is the same all the time. Each method gives what is wrong; '' where nothing is."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._api = TestClient(Starlette(routes=api_routes(cache.store)), headers={"Authorization": f"Bearer {key}"})

    def page(self, name: str = "overview") -> str:
        """What is wrong on a page; '' where it shows its numbers."""
        app = run_page(name)
        sentence = _errors(app)
        assert sentence or (tiles(app) if name == "overview" else words(app))
        return sentence

    def api(self) -> str:
        """What is wrong according to the API."""
        answer = self._api.get(STATS)
        assert answer.status_code in (200, 503)
        return "" if answer.status_code == 200 else str(answer.json()["detail"])

    def command(self, *arguments: str) -> str:
        """What a command says that fails."""
        ended = subprocess.run(
            [sys.executable, "-c", "from outreach_results.cli.main import main; main()", *arguments],
            env=clean_environment({"OUTREACH_DATABASE_URL": self._url}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in ended.stderr
        return "" if ended.returncode == 0 else ended.stderr

    def note(self) -> str:
        """Write a note on *Trends*."""
        app = run_page("trends")
        app.text_input(key="note-text").set_value("A note")
        next(button for button in app.button if button.label == "Add").click().run()
        return _errors(app)

    def mark(self) -> str:
        """Mark a reply in the inbox: what is said of it, which is a sentence in any case."""
        app = run_page("inbox", period="all")
        next(button for button in app.button if button.key == "inbox-handle").click().run()
        assert not app.exception
        return " ".join(words(app))

    def upload(self) -> str:
        """Import a file on *Data*."""
        app = run_page("data")
        app.file_uploader[0].set_value([("Q1.csv", b"Email,Opened\nada@acme.example,yes\n", "text/csv")]).run()
        if sentence := _errors(app):
            return sentence
        app.button(key="import-now").click().run()
        if sentence := _errors(app):
            return sentence
        job = app.session_state["import-job"]
        eventually(lambda: job.is_done)
        app.run()
        said = _errors(app)
        assert [problem for problem in job.problems if problem not in said] == []
        return said


def _errors(app: AppTest) -> str:
    assert not app.exception
    return " ".join(error.value for error in app.error).replace("\\", "")
