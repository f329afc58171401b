"""A person in front of the dashboard: one Chromium context with one page, and what was wrong on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Download, FloatRect, Locator, Page, Request, WebSocket

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
"""What makes a visitor one with a phone."""

CALM_MS = 300
"""A page is settled after this long without a run: the time a click may take to become a message to the server."""

ANSWERED_CALM_MS = 120
"""The same once a message was sent and answered: the time in which another run may follow."""

ANSWER_MS = 2_000
"""After this long without an answer a message is taken for one that the server does not answer."""

# Between a message to the server and its first answer nothing on the page says that something is on its way.
_WATCH_MESSAGES = """() => {
    const send = WebSocket.prototype.send, watched = new WeakSet();
    WebSocket.prototype.send = function (...message) {
        window.sentAt = window.lastSentAt = performance.now();
        if (!watched.has(this)) {
            watched.add(this);
            this.addEventListener('message', () => { window.sentAt = undefined });
        }
        return send.apply(this, message);
    };
}"""

# Streamlit looks for its server's root below the page it was opened on first, and finds it one level up.
_PROBE = re.compile(r"/_stcore/(health|host-config)$")
_LOCAL = frozenset({"127.0.0.1", "localhost"})

_IS_CALM = """([calm, answeredCalm, answer]) => {
    const app = document.querySelector('[data-testid="stApp"]');
    const busy = !app
        || performance.now() - window.sentAt < answer
        || app.dataset.testConnectionState !== 'CONNECTED'
        || app.dataset.testScriptState !== 'notRunning'
        || document.querySelector('[data-stale="true"], [data-testid="stSkeleton"], [data-testid="stSpinner"]');
    if (busy) { window.calmSince = undefined; return false; }
    window.calmSince ??= performance.now();
    const isAnswered = window.lastSentAt > (window.settledAt ?? -1);
    if (performance.now() - window.calmSince < (isAnswered ? answeredCalm : calm)) return false;
    window.settledAt = performance.now();
    return true;
}"""


# So many frames in one place: what scrolls or is drawn anew moves in each.
_AT_REST = """(mark, frames) => new Promise(done => {
    let before = '', left = frames;
    const look = () => {
        const {x, y, width, height} = mark.getBoundingClientRect(), now = [x, y, width, height].join();
        left = now === before ? left - 1 : frames;
        before = now;
        left ? requestAnimationFrame(look) : done({x, y, width, height});
    };
    look();
})"""


def box_at_rest(mark: Locator) -> FloatRect:
    """Where something is in the window, once it stays there."""
    box: FloatRect = mark.evaluate(_AT_REST, 10)
    return box


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file as it arrived."""

    name: str
    content: bytes

    @property
    def text(self) -> str:
        """The content of a file of text."""
        return self.content.decode("utf-8-sig")


@dataclass
class Visitor:
    """Drives one page and remembers every console error and every request that left this machine.

    Requests to other hosts never go out: the browser of the tests knows no other host.
    """

    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def enter(cls, context: BrowserContext) -> Iterator[Visitor]:
        """Open a page in a context, watched from its first request on until the block ends."""
        visitor = cls(context, context.new_page())
        visitor.page.add_init_script(f"({_WATCH_MESSAGES})()")
        context.on("request", visitor._note_foreign_request)
        visitor.page.on("console", visitor._note_console_error)
        visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
        visitor.page.on("websocket", visitor._note_foreign_websocket)
        yield visitor
        context.remove_listener("request", visitor._note_foreign_request)

    def check(self) -> None:
        """Fail where the page had errors or asked another host for something."""
        assert not self.errors, f"console errors on {self.page.url}: {self.errors}"
        assert not self.left, f"requests to other hosts from {self.page.url}: {self.left}"

    # --- getting around ---

    def open(self, address: str = "/") -> None:
        """Go to an address below the server's root, and wait until all is drawn."""
        self.page.goto(address)
        self.settle()

    def reload(self) -> None:
        """Load the same address again."""
        self.page.reload()
        self.settle()

    def back(self) -> None:
        """The browser's back button."""
        self.page.go_back()
        self.settle()

    def turn_to(self, title: str) -> None:
        """Switch to another page by its link in the navigation."""
        self.page.get_by_test_id("stTopNavLink").filter(has_text=title).click()
        self.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run, everything is drawn and nothing is on its way."""
        self.page.evaluate("window.calmSince = undefined")
        self.page.wait_for_function(_IS_CALM, arg=[CALM_MS, ANSWERED_CALM_MS, ANSWER_MS], polling=30)

    def click(self, what: Locator) -> None:
        """Click, and wait for what comes of it."""
        what.click()
        self.settle()

    def choose(self, filter_name: str, choice: str) -> None:
        """Choose one of those that a filter of the bar offers."""
        self.page.get_by_role("combobox", name=filter_name).click()
        self.click(self.page.get_by_role("option", name=choice, exact=True))

    def open_options(self) -> Locator:
        """Open the rarer filters: how things are counted."""
        self.page.locator(".st-key-view-options").get_by_role("button").click()
        return self.page.get_by_role("dialog")

    def close_options(self) -> None:
        """Close what `open_options` opened."""
        self.page.keyboard.press("Escape")
        self.page.get_by_role("dialog").wait_for(state="detached")

    # --- looking ---

    @property
    def path(self) -> str:
        """The address without its parameters."""
        return urlsplit(self.page.url).path

    @property
    def parameters(self) -> dict[str, list[str]]:
        """What the address says after the question mark, in its order."""
        result: dict[str, list[str]] = {}
        for name, value in parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True):
            result.setdefault(name, []).append(value)
        return result

    @property
    def main(self) -> Locator:
        """The page without the navigation."""
        return self.page.get_by_test_id("stMain")

    @property
    def title(self) -> str:
        """The page's heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def metric(self, label: str) -> str:
        """The number of the tile or card with that label, as it is shown."""
        tile = self.page.locator(".tile").filter(has=self.page.locator(".label").get_by_text(label, exact=True))
        if tile.count():
            return tile.locator(".value").inner_text().strip()
        card = self.page.get_by_test_id("stMetric").filter(
            has=self.page.get_by_test_id("stMetricLabel").get_by_text(label, exact=True)
        )
        return card.get_by_test_id("stMetricValue").inner_text().strip()

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate(
                """() => Math.max(...[document.documentElement, document.querySelector('[data-testid="stMain"]')]
                    .filter(Boolean).map(box => box.scrollWidth - box.clientWidth))"""
            )
        )

    def file(self, title: str, label: str = "CSV") -> Locator:
        """The button that downloads a card's file."""
        return self.page.get_by_role("link", name=f"Download {title} as {label}", exact=True)

    def save_pictures(self, title: str, count: int = 1) -> list[Downloaded]:
        """Save the pictures of a card from its menu: so many, by their names."""
        saved: list[Download] = []
        self.page.on("download", lambda one: saved.append(one))  # a built-in method cannot be called back
        self.page.get_by_role("button", name=f"More for {title}", exact=True).click()
        self.click(self.page.get_by_role("button", name=f"Save {title} as PNG", exact=True))
        if len(saved) < count:
            self.page.wait_for_event("download", lambda _: len(saved) >= count)
        files = [Downloaded(one.suggested_filename, Path(one.path()).read_bytes()) for one in saved]
        return sorted(files, key=lambda file: file.name)

    def download(self, what: Locator) -> Downloaded:
        """Click what starts a download, and return the file."""
        with self.page.expect_download() as coming:
            what.click()
        return Downloaded(coming.value.suggested_filename, Path(coming.value.path()).read_bytes())

    # --- watching ---

    def _note_foreign_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname not in _LOCAL:
            self.left.append(request.url)

    def _note_foreign_websocket(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).hostname not in _LOCAL:
            self.left.append(socket.url)

    def _note_console_error(self, message: ConsoleMessage) -> None:
        source = str(message.location.get("url", ""))
        if message.type == "error" and not ("404" in message.text and _PROBE.search(source)):
            self.errors.append(f"{message.text} ({source})")
