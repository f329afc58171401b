"""In Chromium: how long a click takes until nothing on the page changes any more, and what its script took.

Navigation and filters stand beside the same elements from constants (`changed_streamlit`), on the same server with the
same clicks. A click that changes one element stands beside the rerun of a bare Streamlit page (`app_of_the_floor`), to
which 50 ms are added. All of it is warm; each change of the period asks what was not asked before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from databases import Databases, main_size
from figures import Figure, in_turns, middle, milliseconds, ratio_of
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from watching import settle, since_click_s, watch

from support.chromium import find_chromium
from support.server import ROOT, running_server

HERE = Path(__file__).parent
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
WITH_FILTERS = ("overview", "trends", "inbox", "benchmarks")
ROUNDS = 5
CONSTANTS_AT_MOST = 1.5
SCRIPT_AT_MOST_S = 0.015
MORE_THAN_FLOOR_S = 0.05
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_IS_THERE = {"h1": 1}  # Streamlit calls a script that has not begun yet over
_PERIODS = ("Last 7 days", "Last 90 days", "This month", "Last month", "This quarter", "Year to date", "All time")

FRAGMENTS: dict[str, tuple[str, str]] = {
    "tile": ("overview", ".tile"),
    "next reply": ("inbox", ".st-key-inbox-rows li button"),
    "tab": ("inbox", ".st-key-status_choice button"),
    "pill": ("inbox", ".st-key-sentiment_choice button"),
    "hours of another metric": ("trends", ".st-key-hours-metric button"),
}
"""Clicks that change one element: the page, and the buttons of which one after the other is clicked."""


class Tab:
    """An open page of a server, and the file with the times of the server's scripts."""

    def __init__(self, page: Page, url: str, times: Path | None = None) -> None:
        self.page = page
        self._url = url
        self._times = times

    def open(self, page: str) -> None:
        """Load a page anew."""
        self.page.goto(self._url + ("/" if page == "overview" else f"/{page}"))
        settle(self.page, _IS_THERE)

    def click(self, target: Locator) -> float:
        """The seconds from a click to the last change of the page."""
        target.click()
        settle(self.page, _IS_THERE)
        return since_click_s(self.page)

    def turn_to(self, page: str) -> float:
        """The same of the link to a page."""
        return self.click(self.page.get_by_test_id("stTopNavLink").filter(has_text=page.capitalize()))

    def choose_period(self, period: str) -> float:
        """The same of an option of the period."""
        self.page.locator(".st-key-period_choice input").click()
        return self.click(self.page.get_by_role("option", name=period, exact=True))

    def script_times(self) -> list[float]:
        """Of all runs of fragments so far, the seconds of processor time."""
        assert self._times is not None
        lines = [json.loads(line) for line in self._times.read_text(encoding="utf-8").splitlines()]
        return [line["seconds"] for line in lines if line["fragment"]]


def build(databases: Databases) -> None:
    """What is measured on."""
    databases.full("SQLite", main_size())


def measure(databases: Databases) -> list[Figure]:
    """Navigation, a change of the period, and clicks that change one element."""
    url = databases.full("SQLite", main_size())
    with TemporaryDirectory() as name, sync_playwright() as playwright, ExitStack() as stack:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
        ours = stack.enter_context(_tab(browser, folder, {"OUTREACH_DATABASE_URL": url}))
        constants = stack.enter_context(_tab(browser, folder, {"OUTREACH_DATABASE_URL": url, "FROM_CONSTANTS": "1"}))
        floor_server = stack.enter_context(running_server(folder, {}, script=HERE / "app_sending_the_floor.py"))
        floor = Tab(_page(browser), floor_server.url)
        result = [_navigation(page, ours, constants) for page in PAGES]
        result += [_filter(page, ours, constants) for page in WITH_FILTERS]
        for what in FRAGMENTS:
            result += _fragment(what, ours, floor)
        browser.close()
    return result


def _navigation(page: str, ours: Tab, constants: Tab) -> Figure:
    elsewhere = "trends" if page == "overview" else "overview"

    def turn(tab: Tab) -> Callable[[], float]:
        def turned() -> float:
            tab.turn_to(elsewhere)
            return tab.turn_to(page)

        return turned

    for tab in (ours, constants):
        tab.open(page)
    return _beside_constants(f"{page}, navigation", turn(ours), turn(constants))


def _filter(page: str, ours: Tab, constants: Tab) -> Figure:
    def choose(tab: Tab) -> Callable[[], float]:
        periods: Iterator[str] = iter(_PERIODS)
        tab.open(page)
        return lambda: tab.choose_period(next(periods))

    return _beside_constants(f"{page}, another period", choose(ours), choose(constants))


def _beside_constants(what: str, ours: Callable[[], float], constants: Callable[[], float]) -> Figure:
    print(f"  {what}", flush=True)
    ours(), constants()
    here, there = in_turns(ROUNDS, ours, constants)
    return Figure(
        "clicks",
        what,
        milliseconds(middle(here)),
        f"constants {milliseconds(middle(there))}",
        ratio_of(here, there),
        at_most=CONSTANTS_AT_MOST,
    )


def _fragment(what: str, ours: Tab, floor: Tab) -> list[Figure]:
    print(f"  {what}", flush=True)
    page, buttons = FRAGMENTS[what]
    ours.open(page)
    ours.page.locator(buttons).first.wait_for()
    floor.open("overview")
    scripts: list[float] = []
    clicks = 0

    def click() -> float:
        nonlocal clicks
        clicks += 1
        offered, before = ours.page.locator(buttons), len(ours.script_times())
        took = ours.click(offered.nth(clicks % offered.count()))
        # The inbox looks for news by fragments of its own, which are quick: the click's is the longest.
        scripts.append(max(ours.script_times()[before:], default=0.0))
        return took

    def again() -> float:
        return floor.click(floor.page.locator(".st-key-again button"))

    click(), again()
    scripts.clear()
    here, there = in_turns(ROUNDS, click, again)
    allowed = [took + MORE_THAN_FLOOR_S for took in there]
    return [
        Figure(
            "clicks",
            f"{page}, {what}",
            milliseconds(middle(here)),
            f"rerun of the floor {milliseconds(middle(there))} + {milliseconds(MORE_THAN_FLOOR_S)}",
            ratio_of(here, allowed),
            at_most=1.0,
        ),
        Figure(
            "clicks",
            f"{page}, {what}: processor time of its script",
            milliseconds(middle(scripts)),
            f"at most {milliseconds(SCRIPT_AT_MOST_S)}",
            middle(scripts) / SCRIPT_AT_MOST_S,
            at_most=1.0,
        ),
    ]


@contextmanager
def _tab(browser: Browser, folder: Path, env: dict[str, str]) -> Iterator[Tab]:
    times = folder / f"times-{len(env)}.txt"
    times.touch()
    changed = (str(HERE / "changed_streamlit.py"),)
    with running_server(folder, env | {"SCRIPT_TIMES": str(times)}, streamlit=changed) as server:
        yield Tab(_page(browser), server.url, times)


def _page(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    watch(page)
    return page
