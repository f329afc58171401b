"""What is done again and again goes on after any failure, and says each once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from threading import Event

import pytest

from outreach_results.errors import StoreError
from outreach_results.periodic import PeriodicThread


class Looking(PeriodicThread):
    """Goes through what happens at each look; sets ``is_through`` at the end."""

    def __init__(self, happens: Iterator[Exception | None]) -> None:
        super().__init__("looking", retried_after_s=0.001)
        self._happens = happens
        self.is_through = Event()

    def run_once(self) -> float:
        try:
            failure = next(self._happens)
        except StopIteration:
            self.is_through.set()
            return 60.0
        if failure is not None:
            raise failure
        return 0.001


def test_no_failure_ends_it_and_each_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    down = StoreError("The database is gone.")
    looking = Looking(iter([down, down, None, down, ValueError("a defect"), down, None]))
    with caplog.at_level(logging.WARNING, "outreach_results.periodic"):
        looking.start()
        assert looking.is_through.wait(30)
        looking.stop(30)
    said = [record.getMessage() for record in caplog.records]
    could_not = "The scheduled looking could not run: The database is gone."
    unexpected = "The scheduled looking ended unexpectedly; it goes on at the next look"
    assert said == [could_not, could_not, unexpected]  # once before it worked, and once since
    assert not looking._thread.is_alive()


def test_one_that_never_started_can_be_stopped() -> None:
    looking = Looking(iter([]))
    looking.stop()
    assert looking.is_stopped
