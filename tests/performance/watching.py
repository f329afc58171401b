"""When a page in Chromium shows its numbers, and when nothing on it changes any more; shadow roots included."""

from __future__ import annotations

import json

from playwright.sync_api import Error, Page

CALM_MS = 300
WITHIN_MS = 60_000

# An observer sees the mutations of one root. Roots in the shadow, where our components stand, are caught when they are
# made: a component may make its own long after its host was added. Numbers are looked for in the observer, because
# frames are drawn seldom while scripts are evaluated.
_WATCH = """([selector, count]) => {
    const roots = [document];
    const observer = new MutationObserver(() => {
        window.changedAt = performance.now();
        if (selector && window.numbersAt === undefined && standing() >= count) window.numbersAt = performance.now();
    });
    const observe = (root) =>
        observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (...options) {
        const root = attach.apply(this, options);
        roots.push(root);
        observe(root);
        return root;
    };
    const standing = () => roots.flatMap((root) => [...root.querySelectorAll(selector)])
        .filter((one) => /[0-9]/.test(one.textContent)).length;
    addEventListener('click', () => { window.clickedAt = window.changedAt = performance.now(); }, true);
    window.changedAt = performance.now();  // a page that comes all at once changes no more
    observe(document);
}"""

# Dash has no state of a script.
_IS_CALM = """([calm, parts, numbers]) =>
    (document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState ?? 'notRunning') === 'notRunning'
    && Object.entries(parts).every(([selector, count]) => document.querySelectorAll(selector).length >= count)
    && (!numbers || window.numbersAt !== undefined)
    && performance.now() - window.changedAt > calm"""

_STATE = """([_, parts]) => ({
    script: document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState,
    parts: Object.keys(parts).map((selector) => document.querySelectorAll(selector).length),
    numbersAt: window.numbersAt, changedAt: window.changedAt, now: performance.now(),
    text: document.body.innerText.slice(0, 300),
})"""


def watch(page: Page, numbers: str | None = None, count: int = 1) -> None:
    """Have the page note when it changes, from its next address on.

    Args:
        numbers: a selector, in the document or in a shadow root, of the elements that hold the page's first numbers.
        count: how many of those with a digit have to be there.
    """
    page.add_init_script(f"({_WATCH})({json.dumps([numbers, count])})")


def settle(page: Page, parts: dict[str, int] | None = None, *, numbers: bool = False) -> None:
    """Wait until the script is over, the parts and, if asked for, the numbers are there, and nothing changes any more.

    Args:
        parts: how many elements there have to be, by selector.
    """
    wanted = [CALM_MS, parts or {}, numbers]
    try:
        page.wait_for_function(_IS_CALM, arg=wanted, polling=50, timeout=WITHIN_MS)
    except Error as error:
        # Hours of other sections come before: what is missing has to be known without measuring again.
        raise RuntimeError(f"{page.url} does not stand: {page.evaluate(_STATE, wanted)} of {wanted}") from error


def changed_s(page: Page) -> float:
    """Seconds from the beginning of the visit to the last change."""
    return float(page.evaluate("window.changedAt / 1000"))


def numbers_s(page: Page) -> float:
    """Seconds from the beginning of the visit until the numbers that `watch` was given were there."""
    return float(page.evaluate("window.numbersAt / 1000"))


def since_click_s(page: Page) -> float:
    """Seconds from the last click to the last change."""
    return float(page.evaluate("(window.changedAt - window.clickedAt) / 1000"))
