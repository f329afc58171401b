"""Only a few script runs execute at a time, in order of arrival."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock

import pytest

from outreach_results.server.run_limiter import RunLimiter
from support.http import eventually

A_LONG_TIME = 60.0


class Crowd:
    """Runs through the limiter; ``began`` lists them in the order in which they started."""

    def __init__(self, turns: RunLimiter, pool: ThreadPoolExecutor) -> None:
        self.began: list[str] = []
        self.most_at_once = 0
        self._turns, self._pool = turns, pool
        self._inside = 0
        self._lock = Lock()

    def run(self, name: str, until: Event) -> Future[None]:
        return self._pool.submit(self._run, name, until)

    def _run(self, name: str, until: Event) -> None:
        with self._turns.slot():
            with self._lock:
                self.began.append(name)
                self._inside += 1
                self.most_at_once = max(self.most_at_once, self._inside)
            until.wait(20)
            with self._lock:
                self._inside -= 1


def test_few_run_at_a_time_and_all_finish() -> None:
    with ThreadPoolExecutor(20) as pool:
        crowd, at_once = Crowd(RunLimiter(3, patience=A_LONG_TIME), pool), Event()
        at_once.set()
        for ended in [crowd.run(f"{n}", at_once) for n in range(200)]:
            ended.result(20)
    assert len(crowd.began) == 200
    assert 1 <= crowd.most_at_once <= 3


def test_runs_are_served_in_order_of_arrival() -> None:
    turns = RunLimiter(1, patience=A_LONG_TIME)
    with ThreadPoolExecutor(10) as pool:
        crowd, end = Crowd(turns, pool), Event()
        for n in range(8):
            crowd.run(f"{n}", end)
            eventually(lambda n=n: len(crowd.began) + turns.waiting == n + 1)  # type: ignore[misc]
        assert crowd.began == ["0"]
        end.set()
    assert crowd.began == [f"{n}" for n in range(8)]


def test_a_run_that_takes_long_is_not_waited_for() -> None:
    with ThreadPoolExecutor(4) as pool:
        crowd, never, at_once = Crowd(RunLimiter(2, patience=0.2), pool), Event(), Event()
        at_once.set()
        crowd.run("an import", never)
        crowd.run("another import", never)
        crowd.run("a click", at_once).result(20)
        assert "a click" in crowd.began
        never.set()


def test_what_goes_wrong_gives_its_turn_back() -> None:
    turns = RunLimiter(1, patience=A_LONG_TIME)
    with pytest.raises(ZeroDivisionError), turns.slot():
        _ = 1 / 0
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: turns.slot().__enter__()).result(5)
