"""In Chromium: how long until a page's numbers and figures stand, beside a page of the same figures from constants.

The yardstick is a Streamlit script that draws the same Plotly figures, recorded from the page itself, and nothing else:
no database, no filters, no tables. It gets the same protecting and compressing middleware, so that what is compared is
the page, not the way it is sent. Dash draws them too, in a process and an environment of its own, because it is no
dependency of the product, nor of its tests.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from databases import Databases, sizes
from figures import BENCH, Figure, in_turns, middle, milliseconds, ratio_of
from playwright.sync_api import Browser, Page, sync_playwright
from slow_line import slow_line

from support.chromium import find_chromium
from support.server import ROOT, clean_environment, free_port, running_server

HERE = Path(__file__).parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ROUNDS = 5
AT_MOST = 1.25
SLOW_AT_MOST_S = 3.5
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

DASH_AT_MOST = 1.5
DASH = "dash==4.4.1"

# Dash has no state of a script.
_STANDS = """(figures) => document.querySelector('h1')
    && document.querySelectorAll('.js-plotly-plot .main-svg:first-of-type').length >= figures
    && (document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState ?? 'notRunning') === 'notRunning'"""


def measure(databases: Databases) -> list[Figure]:
    """First visit and revisit of every page, and its first visit over a slow line (`slow_line`)."""
    url = databases.full("SQLite", sizes()[0])
    result: list[Figure] = []
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        recorded = _record(Path(folder), url)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
        with (
            running_server(Path(folder), {"OUTREACH_DATABASE_URL": url}) as server,
            running_server(Path(folder), {"FIGURES": folder}, script=HERE / "app_of_constants.py") as constants,
            slow_line(server.url) as slowly,
            _dash(Path(folder)) as dash,
        ):
            for page in PAGES:
                print(f"  {page}", flush=True)
                result += _page(browser, page, recorded[page], server.url, constants.url)
                result.append(_beside_dash(browser, page, recorded[page], server.url, dash))
                result.append(_slow(browser, page, recorded[page], slowly))
        browser.close()
    return result


def _page(browser: Browser, page: str, figures: int, ours: str, constants: str) -> list[Figure]:
    address = _address(ours, page)
    yardstick = f"{constants}/?page={page}"
    result = []
    for what, visit in (("first visit", _first_visit), ("revisit", _revisit)):
        visit(browser, address, figures), visit(browser, yardstick, figures)
        here, there = in_turns(
            ROUNDS,
            lambda visit=visit: visit(browser, address, figures),  # type: ignore[misc]
            lambda visit=visit: visit(browser, yardstick, figures),  # type: ignore[misc]
        )
        result.append(
            Figure(
                "browser",
                f"{page}, {what} ({figures} figures)",
                milliseconds(middle(here)),
                f"constants {milliseconds(middle(there))}",
                ratio_of(here, there),
                at_most=AT_MOST,
            )
        )
    return result


def _beside_dash(browser: Browser, page: str, figures: int, ours: str, dash: str) -> Figure:
    """A revisit, which is what most visits are."""
    here, there = in_turns(
        ROUNDS,
        lambda: _revisit(browser, _address(ours, page), figures),
        lambda: _revisit(browser, _address(dash, page), figures),
    )
    return Figure(
        "browser",
        f"{page}, revisit",
        milliseconds(middle(here)),
        f"Dash {milliseconds(middle(there))}",
        ratio_of(here, there),
        at_most=DASH_AT_MOST,
    )


@contextmanager
def _dash(folder: Path) -> Iterator[str]:
    """The address of a server of Dash with the recorded figures; installs Dash the first time."""
    python = BENCH / "dash" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(BENCH / "dash")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", DASH], check=True)
    port = free_port()
    process = subprocess.Popen(
        [str(python), str(HERE / "app_of_dash.py"), str(folder), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _slow(browser: Browser, page: str, figures: int, ours: str) -> Figure:
    runs = [_first_visit(browser, _address(ours, page), figures) for _ in range(ROUNDS)]
    return Figure(
        "browser",
        f"{page}, first visit at 10 Mbit/s and 40 ms",
        milliseconds(middle(runs)),
        f"at most {SLOW_AT_MOST_S} s",
        middle(runs) / SLOW_AT_MOST_S,
        at_most=1.0,
    )


def _address(server: str, page: str) -> str:
    return server + ("/" if page == "overview" else f"/{page}")


def _first_visit(browser: Browser, address: str, figures: int) -> float:
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    took = _time(context.new_page(), address, figures)
    context.close()
    return took


def _revisit(browser: Browser, address: str, figures: int) -> float:
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    page = context.new_page()
    _time(page, address, figures)
    took = _time(page, address, figures)
    context.close()
    return took


def _time(page: Page, address: str, figures: int) -> float:
    begin = time.perf_counter()
    page.goto(address)
    page.wait_for_function(_STANDS, arg=figures, polling=20, timeout=60_000)
    return time.perf_counter() - begin


def _record(folder: Path, url: str) -> dict[str, int]:
    """Write every page's figures to ``folder``; how many each page has."""
    command = [sys.executable, str(HERE / "record_figures.py"), str(folder)]
    # The yardstick draws with Streamlit's own charts, so that is what is recorded.
    environment = clean_environment({"OUTREACH_DATABASE_URL": url, "OUTREACH_STREAMLIT_CHARTS": "true"})
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return {page: len(json.loads((folder / f"{page}.json").read_text())) for page in PAGES}
