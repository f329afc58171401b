"""When a page in Chromium shows its numbers, and when nothing on it changes any more; shadow roots included."""

from __future__ import annotations

import json

from playwright.sync_api import Page

CALM_MS = 300
WITHIN_MS = 60_000

# Mutations in shadow roots, where our components stand, are seen by an observer of each root only. Numbers are looked
# for in the observer, because frames are drawn seldom while scripts are evaluated.
_WATCH = """([selector, count]) => {
    const roots = new Set();
    const observer = new MutationObserver((changes) => {
        window.changedAt = performance.now();
        for (const change of changes) for (const node of change.addedNodes) reach(node);
        if (selector && window.numbersAt === undefined && standing() >= count) window.numbersAt = performance.now();
    });
    const observe = (root) => {
        if (roots.has(root)) return;
        roots.add(root);
        observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
        reach(root);
    };
    const reach = (node) => {
        if (node.shadowRoot) observe(node.shadowRoot);
        for (const one of node.querySelectorAll?.('*') ?? []) if (one.shadowRoot) observe(one.shadowRoot);
    };
    const standing = () => [...roots].flatMap((root) => [...root.querySelectorAll(selector)])
        .filter((one) => /[0-9]/.test(one.textContent)).length;
    addEventListener('click', () => { window.clickedAt = window.changedAt = performance.now(); }, true);
    document.addEventListener('DOMContentLoaded', () => observe(document));
}"""

# Dash has no state of a script.
_IS_CALM = """([calm, parts, numbers]) =>
    (document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState ?? 'notRunning') === 'notRunning'
    && Object.entries(parts).every(([selector, count]) => document.querySelectorAll(selector).length >= count)
    && (!numbers || window.numbersAt !== undefined)
    && performance.now() - window.changedAt > calm"""


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
    page.wait_for_function(_IS_CALM, arg=[CALM_MS, parts or {}, numbers], polling=50, timeout=WITHIN_MS)


def changed_s(page: Page) -> float:
    """Seconds from the beginning of the visit to the last change."""
    return float(page.evaluate("window.changedAt / 1000"))


def numbers_s(page: Page) -> float:
    """Seconds from the beginning of the visit until the numbers that `watch` was given were there."""
    return float(page.evaluate("window.numbersAt / 1000"))


def since_click_s(page: Page) -> float:
    """Seconds from the last click to the last change."""
    return float(page.evaluate("(window.changedAt - window.clickedAt) / 1000"))
