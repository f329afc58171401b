"""What the browser tests share: one Chromium for each test process, a fresh visitor for each test."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from support.server import Server
from support.visitor import Visitor

# What Chromium does on its own account would be taken for the page's doing.
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-first-run",
    "--process-per-site",  # see ContextPool
)

OpenVisitor = Callable[..., Visitor]
WIDE: ViewportSize = {"width": 1360, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")


@dataclass(frozen=True, slots=True)
class Chromium:
    """A running browser, and the event loop that Playwright drives it with.

    Playwright leaves its loop marked as running between calls. In the same process other tests run loops of their
    own, so the mark is there only while a browser test is.
    """

    browser: Browser
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def in_use(self) -> Iterator[Browser]:
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Chromium]:
    """One Chromium for all browser tests of this process."""
    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(_QUIET))
        asyncio._set_running_loop(None)
        yield Chromium(browser, loop)
        asyncio._set_running_loop(loop)


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[Browser]:
    """The Chromium, ready for this test."""
    with chromium.in_use() as ready:
        yield ready


class ContextPool:
    """Contexts that earlier visitors left clean, with the scripts of the server in their caches.

    A context of its own for each visitor would load and compile the megabytes of Streamlit and Plotly every time,
    which took more than half of the processor time of these tests. For the same reason each context has a page that
    nobody looks at: the process that runs the scripts stays, and opening a page takes a third less.
    """

    def __init__(self) -> None:
        self._free: defaultdict[tuple[object, ...], list[tuple[BrowserContext, Page]]] = defaultdict(list)

    @contextmanager
    def borrow(self, browser: Browser, url: str, *, has_touch: bool) -> Iterator[BrowserContext]:
        """A context that nobody else has until the block ends."""
        free = self._free[url, has_touch]
        context, idle = free.pop() if free else self._new(browser, url, has_touch=has_touch)
        try:
            yield context
        finally:
            for page in context.pages:
                if page is not idle:
                    page.close()
            idle.evaluate("localStorage.clear()")
            context.clear_cookies()
            free.append((context, idle))

    @staticmethod
    def _new(browser: Browser, url: str, *, has_touch: bool) -> tuple[BrowserContext, Page]:
        context = browser.new_context(base_url=url, locale="en-US", has_touch=has_touch)
        context.set_default_timeout(20_000)
        idle = context.new_page()
        idle.goto("/_stcore/health")
        return context, idle


@pytest.fixture(scope="session")
def context_pool() -> ContextPool:
    """The pool of this process; its contexts end with the Chromium."""
    return ContextPool()


@pytest.fixture
def open_visitor(browser: Browser, context_pool: ContextPool, request: pytest.FixtureRequest) -> Iterator[OpenVisitor]:
    """``open_visitor(server=…, color_scheme="dark", **PHONE)`` is another person with cookies and storage of their own.

    What `PHONE` holds is in `support.visitor`. Without ``server`` they visit the live server. At the end every visitor
    is checked: an error on the console or a request to another host fails the test, unless the test calls
    ``visitor.errors.clear()`` and says why.
    """
    visitors: list[Visitor] = []
    with ExitStack() as stack:

        def enter(
            server: Server | None = None,
            *,
            viewport: ViewportSize = WIDE,
            color_scheme: Literal["light", "dark"] = "light",
            has_touch: bool = False,
        ) -> Visitor:
            visited: Server = server or request.getfixturevalue("live_server")
            context = stack.enter_context(context_pool.borrow(browser, visited.url, has_touch=has_touch))
            visitor = stack.enter_context(Visitor.enter(context))
            visitor.page.set_viewport_size(viewport)
            visitor.page.emulate_media(color_scheme=color_scheme)
            visitors.append(visitor)
            return visitor

        yield enter
    for visitor in visitors:
        visitor.check()


@pytest.fixture
def visitor(open_visitor: OpenVisitor) -> Visitor:
    """A person with a wide screen, who has not opened any page yet."""
    return open_visitor()


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """The visitor's page, for what Playwright says best itself."""
    return visitor.page
