"""``make screenshots``: every page in light, dark and phone width, and the pictures of the tour."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from outreach_results.sample import load_sample  # noqa: E402
from outreach_results.store.engine import open_store  # noqa: E402
from support.chromium import find_chromium  # noqa: E402
from support.server import running_server  # noqa: E402

FOLDER = Path(__file__).parent / "screenshots"
PAGES = ("overview", "trends", "inbox", "usage", "benchmarks", "data")
VARIANTS = {"light": ("light", 1440), "dark": ("dark", 1440), "phone": ("light", 390)}
TALLEST = 4_000
TOUR = {
    "meetings-per-dollar": "/?sort=meeting_cost",
    "beats-the-community": "/benchmarks?period=all&campaigns=camp_4eaf56",
    "replies-waiting": "/inbox?period=all",
    "quota": "/usage",
    "last-week": "/?period=7d",
}

_READY = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.dataset.testScriptState === 'notRunning' && document.querySelector('h1')
        && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
}"""


def main() -> None:
    """Take every screenshot."""
    FOLDER.mkdir(exist_ok=True)
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium found: run tests/install-chromium first.")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{folder}/sample.db"
        store = open_store(url)
        load_sample(store)
        store.close()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with running_server(Path(folder), {"OUTREACH_DATABASE_URL": url}) as server:
            for page in PAGES:
                address = server.url + ("/" if page == "overview" else f"/{page}")
                for variant, (scheme, width) in VARIANTS.items():
                    _take(browser, address, scheme, width, FOLDER / f"{page}-{variant}.png")
            for name, path in TOUR.items():
                _take(browser, server.url + path, "light", 1440, FOLDER / f"tour-{name}.png", is_whole=False)
        browser.close()


def _take(browser: Browser, address: str, scheme: str, width: int, file: Path, *, is_whole: bool = True) -> None:
    """Take a picture of the whole page, or of what is above the fold."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    _settle(page)
    if is_whole:
        height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(900, min(int(height) + 20, TALLEST))})
        _settle(page)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=255).save(file, optimize=True)
    context.close()


def _settle(page: Page) -> None:
    page.wait_for_function(_READY, timeout=60_000)
    page.wait_for_timeout(1_500)  # charts are animated
    page.wait_for_function(_READY, timeout=60_000)


if __name__ == "__main__":
    main()
