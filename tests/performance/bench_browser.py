"""In Chromium: how long until a page's numbers stand and until everything is drawn, beside three others in one run.

- *The floor*: a bare Streamlit page with four metrics, a line and a table (`app_of_the_floor`), started as Streamlit
  ships it: without our settings, our compression and our way of sending. Beside it, for information, the same page sent
  as ours is (`app_sending_the_floor`).
- *Dash*: the same numbers, figures and tables as our page's (`app_of_dash`), without filters, links and downloads; in
  an environment of its own, because it is no dependency of the product.
- *Constants*: a Streamlit page that draws the same figures and nothing else, sent as ours is; for information.

*Warm* is a new tab of a browser that was there twice before, so that it has compiled scripts: less would measure
Chromium, not the page. A *first visit* is one of a new profile. *Everything* ends with the last change of anything on
the page, all figures and numbers being there and the script over. Both count from the beginning of the navigation.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from databases import Databases, main_size
from figures import BENCH, Figure, in_turns, large, middle, milliseconds, ratio_of
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from slow_line import Line, slow_line
from watching import changed_s, numbers_s, settle, watch

from support.chromium import find_chromium
from support.server import ROOT, clean_environment, free_port, running_server

HERE = Path(__file__).parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
WARM_ROUNDS, FIRST_ROUNDS = 5, 3
VISITS_BEFORE = 2
NUMBERS_AT_MOST, WARM_AT_MOST, FIRST_AT_MOST = 1.0, 0.7, 0.8
SLOW_AT_MOST_S = 3.0
BYTES_AT_MOST = 1.6e6
DASH_AT_MOST = 1.5
DASH = "dash==4.4.1"
DASH_PYTHON = BENCH / "dash" / "bin" / "python"
_WINDOW = {"width": 1440, "height": 900}
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# As shipped, but for what has nothing to do with the page: a browser that would open by itself, and another host.
_AS_SHIPPED = ("--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false")

NUMBERS = {
    "benchmarks": "[class*='st-key-bullet-row'] strong",
    "data": "td.number",
    "inbox": ".st-key-status_choice button",
    "overview": ".tile .value",
    "trends": "td.number",
    "usage": "[data-testid='stMetricValue']",
}
"""What holds the first numbers of each page."""

_FIGURE = ".js-plotly-plot .main-svg:first-of-type"


@dataclass(frozen=True)
class Target:
    """A page to visit: its address, what holds its numbers and how many, and the parts that it is made of."""

    address: str
    numbers: str | None = None
    count: int = 1
    parts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """The seconds of one visit; ``numbers`` is None where a page has none."""

    numbers: float | None
    everything: float


def build(databases: Databases) -> None:
    """What is measured on, and the environment of Dash, which takes a minute."""
    databases.full("SQLite", main_size())
    if not DASH_PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(DASH_PYTHON.parents[1])], check=True)
        subprocess.run([str(DASH_PYTHON), "-m", "pip", "install", "-qq", DASH], check=True)


def measure(databases: Databases) -> list[Figure]:
    """All targets, for every page."""
    size = main_size()
    url = databases.full("SQLite", size)
    print(f"  at {large(size)} emails", flush=True)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        figures = _record(folder, url)
        with (
            running_server(folder, {"OUTREACH_DATABASE_URL": url}) as server,
            running_server(folder, {}, *_AS_SHIPPED, script=HERE / "app_of_the_floor.py", cwd=folder) as floor_server,
            running_server(folder, {}, script=HERE / "app_sending_the_floor.py") as sent_server,
            running_server(folder, {"FIGURES": name}, script=HERE / "app_of_constants.py") as constants_server,
            slow_line(server.url) as line,
            _dash(folder) as dash_url,
        ):
            ours = {page: _ours(server.url, page, figures[page]) for page in PAGES}
            slow = {page: _ours(line.url, page, figures[page]) for page in PAGES}
            constants = {page: _figures_alone(f"{constants_server.url}/?page={page}", figures[page]) for page in PAGES}
            dash = {page: _figures_alone(_address(dash_url, page), figures[page]) for page in PAGES}
            floor, sent = _floor(floor_server.url), _floor(sent_server.url)
            result = _warm(playwright, folder, ours, floor, sent, constants, dash)
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
            for page in PAGES:
                result += _first(browser, page, ours[page], floor)
                result += _over_the_line(browser, page, slow[page], line)
            browser.close()
    return sorted(result, key=lambda figure: figure.what)


def _warm(
    playwright: Playwright,
    folder: Path,
    ours: dict[str, Target],
    floor: Target,
    sent: Target,
    constants: dict[str, Target],
    dash: dict[str, Target],
) -> list[Figure]:
    """Third and later visits, in a profile on disk: without one, Chromium keeps no compiled scripts."""
    result: list[Figure] = []
    context = playwright.chromium.launch_persistent_context(
        folder / "profile",
        executable_path=find_chromium(),
        args=_ARGUMENTS,
        viewport=_WINDOW,  # type: ignore[arg-type]
    )

    def visits(target: Target) -> Callable[[], Visit]:
        for _ in range(VISITS_BEFORE):
            _visit(context, target)
        return lambda: _visit(context, target)

    of_floor, of_sent = visits(floor), visits(sent)
    for page in PAGES:
        print(f"  {page}, warm", flush=True)
        here, bare, alike, there = in_turns(
            WARM_ROUNDS, visits(ours[page]), of_floor, visits(constants[page]), visits(dash[page])
        )
        result += [
            _numbers(page, "warm", here, bare),
            _everything(page, "warm", here, "the floor as shipped", bare, WARM_AT_MOST),
            _everything(page, "warm", here, "Dash", there, DASH_AT_MOST),
            _everything(page, "warm", here, "constants, for information", alike, None),
        ]
    bare, as_ours = in_turns(WARM_ROUNDS, of_floor, of_sent)
    result.append(_everything("the floor sent as ours", "warm", as_ours, "the floor as shipped", bare, None))
    context.close()
    return result


def _first(browser: Browser, page: str, ours: Target, floor: Target) -> list[Figure]:
    print(f"  {page}, first visits", flush=True)
    here, bare = in_turns(FIRST_ROUNDS, lambda: _first_visit(browser, ours), lambda: _first_visit(browser, floor))
    return [
        _numbers(page, "first visit", here, bare),
        _everything(page, "first visit", here, "the floor as shipped", bare, FIRST_AT_MOST),
    ]


def _over_the_line(browser: Browser, page: str, target: Target, line: Line) -> list[Figure]:
    """A first visit over a slow line, and what it carries."""
    took, loaded = [], []
    for _ in range(FIRST_ROUNDS):
        before = line.bytes_down
        took.append(_first_visit(browser, target).everything)
        loaded.append(line.bytes_down - before)
    return [
        Figure(
            "browser",
            f"{page}, first visit at 10 Mbit/s and 40 ms: everything drawn",
            milliseconds(middle(took)),
            f"at most {SLOW_AT_MOST_S:g} s",
            middle(took) / SLOW_AT_MOST_S,
            at_most=1.0,
        ),
        Figure(
            "browser",
            f"{page}, first visit: bytes",
            f"{middle(loaded) / 1e6:.2f} MB",
            f"at most {BYTES_AT_MOST / 1e6:g} MB",
            middle(loaded) / BYTES_AT_MOST,
            at_most=1.0,
        ),
    ]


def _numbers(page: str, visit: str, here: list[Visit], bare: list[Visit]) -> Figure:
    ours, floors = _seconds_of_numbers(here), _seconds_of_numbers(bare)
    return Figure(
        "browser",
        f"{page}, {visit}: numbers",
        milliseconds(middle(ours)),
        f"the floor's four metrics {milliseconds(middle(floors))}",
        ratio_of(ours, floors),
        at_most=NUMBERS_AT_MOST,
    )


def _everything(
    page: str, visit: str, here: list[Visit], what: str, there: list[Visit], at_most: float | None
) -> Figure:
    ours, theirs = ([one.everything for one in visits] for visits in (here, there))
    return Figure(
        "browser",
        f"{page}, {visit}: everything drawn",
        milliseconds(middle(ours)),
        f"{what} {milliseconds(middle(theirs))}",
        ratio_of(ours, theirs),
        at_most=at_most,
    )


def _seconds_of_numbers(visits: list[Visit]) -> list[float]:
    return [visit.numbers for visit in visits if visit.numbers is not None]


# --- what is visited ---


def _ours(server: str, page: str, figures: int) -> Target:
    return Target(_address(server, page), NUMBERS[page], parts={"h1": 1, _FIGURE: figures})


def _figures_alone(address: str, figures: int) -> Target:
    return Target(address, parts={"h1": 1, _FIGURE: figures})


def _floor(server: str) -> Target:
    parts = {"h1": 1, _FIGURE: 1, "[data-testid='stDataFrame'] canvas": 1}
    return Target(server, "[data-testid='stMetricValue']", count=4, parts=parts)


def _address(server: str, page: str) -> str:
    return server + ("/" if page == "overview" else f"/{page}")


def _first_visit(browser: Browser, target: Target) -> Visit:
    context = browser.new_context(viewport=_WINDOW)  # type: ignore[arg-type]
    visit = _visit(context, target)
    context.close()
    return visit


def _visit(context: BrowserContext, target: Target) -> Visit:
    """A visit in a new tab."""
    page = context.new_page()
    watch(page, target.numbers, target.count)
    page.goto(target.address, wait_until="commit")
    settle(page, target.parts, numbers=target.numbers is not None)
    visit = Visit(numbers_s(page) if target.numbers else None, changed_s(page))
    page.close()
    return visit


def _record(folder: Path, url: str) -> dict[str, int]:
    """Write what every page shows to ``folder``; how many figures each page has."""
    command = [sys.executable, str(HERE / "record_pages.py"), str(folder)]
    # The yardsticks draw with Plotly's figures as Streamlit's own charts have them, so that is what is recorded.
    environment = clean_environment({"OUTREACH_DATABASE_URL": url, "OUTREACH_STREAMLIT_CHARTS": "true"})
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return {page: len(json.loads((folder / f"{page}.json").read_text())["figures"]) for page in PAGES}


@contextmanager
def _dash(folder: Path) -> Iterator[str]:
    """The address of a server of Dash with the recorded pages."""
    port = free_port()
    process = subprocess.Popen(
        [str(DASH_PYTHON), str(HERE / "app_of_dash.py"), str(folder), str(port)],
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
