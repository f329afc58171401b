"""axe, which knows the rules of accessible pages."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

from support.visitor import Visitor

WCAG_2_2_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")

STREAMLITS_OWN = (
    (
        "svg-img-alt",
        '[data-testid="stMetric"]',
        "Streamlit draws the sparkline of a metric without a description of its points.",
    ),
)
"""Rule, where, and why it cannot be corrected here. docs/accessibility.md says the same to readers."""

_VIOLATIONS = """async ([within, tags, excused]) => {
    const found = await axe.run(within ?? document, {runOnly: tags, resultTypes: ['violations']});
    const element = node => document.querySelector(node.target.at(-1));
    const isExcused = (rule, node) => excused.some(([id, place]) => id === rule && element(node)?.closest(place));
    return found.violations.flatMap(({id, nodes}) => nodes
        .filter(node => !isExcused(id, node))
        .map(node => `${id}: ${node.html.slice(0, 160)} (${node.failureSummary.slice(0, 300)})`));
}"""


def violations(visitor: Visitor, *, within: str | None = None) -> list[str]:
    """What breaks WCAG 2.2 AA on the page as it stands, without what is Streamlit's own.

    Args:
        within: a CSS selector of what was added to a page that was looked at before.
    """
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE_SCRIPT)
    excused = [[rule, place] for rule, place, _ in STREAMLITS_OWN]
    result: list[str] = visitor.page.evaluate(_VIOLATIONS, [within, list(WCAG_2_2_AA), excused])
    return result
