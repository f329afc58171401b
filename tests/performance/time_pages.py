"""Time every page's script on the configured database; prints JSON: seconds by page and case."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from drawn_again import Drawn
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest

from outreach_results.results import kept
from outreach_results.ui import cache, shell

ROOT = Path(__file__).parents[2]
ROUNDS = 5
_durations: list[float] = []


def main() -> None:
    """Time them all."""
    run_pages_through_the_entry()
    keep_compiled_scripts()
    _time_the_script()
    result: dict[str, dict[str, list[float]]] = {}
    for page in sorted(path.stem for path in (ROOT / "pages").glob("*.py")):
        _run(page)
        result[page] = {
            "new data": [_run(page, forget="all") for _ in range(ROUNDS)],
            "new question": [_run(page, forget="answers") for _ in range(ROUNDS)],
            "nothing new": [_run(page) for _ in range(ROUNDS)],
        }
        drawn = Drawn()
        with drawn.recorded():
            _run(page)
        with _nothing_but(drawn):
            _run(page)
            result[page]["constants"] = [_run(page) for _ in range(ROUNDS)]
    json.dump(result, sys.stdout)


def _run(page: str, *, forget: Literal["nothing", "answers", "all"] = "nothing") -> float:
    if forget != "nothing":
        cache._answer.clear()
    if forget == "all":
        kept.forget()
    app = AppTest.from_file(ROOT / "app.py", default_timeout=300)
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    app.run()
    if app.exception:
        raise RuntimeError(f"{page}: {app.exception[0].value}")
    return _durations[-1]


def run_pages_through_the_entry() -> None:
    """Have `AppTest` run a page within app.py, as the server does."""
    start = PagesManager.__init__

    def start_as_on_the_server(self: PagesManager, *args: Any, **kwargs: Any) -> None:
        PagesManager.uses_pages_directory = False
        start(self, *args, **kwargs)

    PagesManager.__init__ = start_as_on_the_server  # type: ignore[method-assign]


def keep_compiled_scripts() -> None:
    """Compile each file once, as a server does; `AppTest` would for every run, of a page but not of constants."""
    ScriptCache.get_bytecode = _once(ScriptCache.get_bytecode)  # type: ignore[method-assign, assignment]


def _once(compiled: Callable[[ScriptCache, str], Any]) -> Callable[[ScriptCache, str], Any]:
    known: dict[str, Any] = {}

    def get(self: ScriptCache, path: str) -> Any:
        if path not in known:
            known[path] = compiled(self, path)
        return known[path]

    return get


def _time_the_script() -> None:
    """`shell.show_errors` is what app.py wraps around filters and page."""
    as_it_is = shell.show_errors

    @contextmanager
    def timed() -> Iterator[None]:
        begin = time.perf_counter()
        with as_it_is():
            try:
                yield
            finally:
                _durations.append(time.perf_counter() - begin)

    shell.show_errors = timed


@contextmanager
def _nothing_but(drawn: Drawn) -> Iterator[None]:
    """In place of filters and page: what they drew, from constants."""

    def draw(_page: str) -> None:
        drawn.again()
        st.stop()

    as_it_is = shell.open_view
    shell.open_view = draw  # type: ignore[assignment]
    try:
        yield
    finally:
        shell.open_view = as_it_is


if __name__ == "__main__":
    main()
