"""Whoever cannot see colors, use a mouse or see at all can use the dashboard."""

from __future__ import annotations

from playwright.sync_api import expect

from support.axe import STREAMLITS_OWN, violations
from support.dashboard import HOME, PAGES, title
from support.server import ROOT
from support.visitor import PHONE


def each_page(visitor):
    """Open every page in turn."""
    visitor.open("/")
    yield HOME
    for page in (page for page in PAGES if page != HOME):
        visitor.turn_to(title(page))
        yield page


# A figure and a table are described by their own name, or by that of something in them.
_DESCRIPTION = """box => [box, ...box.querySelectorAll('[aria-label]')]
    .map(one => one.getAttribute('aria-label') ?? one.textContent).find(Boolean) ?? ''"""


def descriptions(visitor, element):
    """What is said in words of each of these elements of the page."""
    return [drawn.evaluate(_DESCRIPTION) for drawn in visitor.page.locator(element).all()]


WHITE, NIGHT = "rgb(255, 255, 255)", "rgb(17, 22, 29)"


def wear(visitor, theme, background):
    """Switch the page that is open to a theme, as the operating system does in the evening."""
    visitor.page.emulate_media(color_scheme=theme)
    app = visitor.page.locator(".stApp")
    expect(app).to_have_css("background-color", background)
    visitor.settle()


def test_no_page_breaks_a_rule_of_wcag_in_either_theme(visitor):
    """Nor has it a figure or table that is not described in words."""
    broken, described = {}, {".chart-plot": [], "caption": []}
    for page in each_page(visitor):
        wear(visitor, "light", WHITE)
        broken[page] = violations(visitor)
        for element, here in described.items():
            here += descriptions(visitor, element)
        wear(visitor, "dark", NIGHT)
        broken[page] += violations(visitor)
    assert broken == {page: [] for page in PAGES}
    for element, here in described.items():
        assert len(here) >= 5, element
        assert [text for text in here if len(text.split()) < 2] == [], element
    # This check would see a broken rule.
    visitor.main.evaluate("main => main.insertAdjacentHTML('beforeend', '<p id=bad><img src=\"\"></p>')")
    assert any(rule.startswith("image-alt") for rule in violations(visitor, within="#bad"))


def test_phone_with_open_menu_breaks_no_rule(open_visitor):
    visitor = open_visitor(**PHONE)
    visitor.open("/")
    visitor.page.get_by_role("button", name="Filters · Last 28 days").tap()
    visitor.page.get_by_role("combobox", name="Dates").wait_for()
    assert violations(visitor) == []
    visitor.page.get_by_test_id("stExpandSidebarButton").tap()
    visitor.page.get_by_role("button", name="Collapse sidebar").wait_for()
    assert violations(visitor) == []


def test_open_menus_break_no_rule_in_either_theme(visitor):
    """Those of the filter bar and of a reply; the menu of a card is in `test_tables`."""
    visitor.open("/inbox")
    for name, within in {
        "All campaigns": "Campaigns",
        "View": "Attribute to",
        "Report": "",
        "Saved": "Save this view as",
        "Snooze": "",
    }.items():
        visitor.page.emulate_media(color_scheme="light")
        visitor.click(visitor.page.get_by_role("button", name=name, exact=True).locator("visible=true").first)
        menu = visitor.page.get_by_test_id("stPopoverBody").locator("visible=true")
        expect(menu).to_contain_text(within)
        for theme, background in (("light", WHITE), ("dark", NIGHT)):
            wear(visitor, theme, background)
            assert violations(visitor, within="[data-testid=stPopoverBody]") == [], (name, theme)
        visitor.page.keyboard.press("Escape")
        expect(menu).to_have_count(0)


def test_the_explanations_of_the_numbers_break_no_rule(visitor):
    visitor.open("/trends")
    visitor.page.get_by_role("button", name="Definitions").click()
    visitor.page.get_by_text("Emails opened at least once.").wait_for()
    assert violations(visitor, within="[data-testid=stPopoverBody]") == []


_FOCUSED = """() => {
    const ancestors = (one, depth = 5) =>  // a field's mark may be drawn on what surrounds it
        one?.parentElement && depth ? [one.parentElement, ...ancestors(one.parentElement, depth - 1)] : [];
    const look = one => [one, one.nextElementSibling, ...ancestors(one)].filter(Boolean).map(box => {
        const {outline, boxShadow, borderColor, backgroundColor, color, textDecoration} = getComputedStyle(box);
        return [outline, boxShadow, borderColor, backgroundColor, color, textDecoration];
    }).join();
    const before = window.focusedBefore;
    const isControl = before?.isConnected && before.dataset.testid !== 'stMain';  // that one is there to scroll it
    const unmarked = isControl && before.focusedLook === look(before) ? before.focusedName : null;
    const one = document.activeElement;
    one.focusedLook = look(one);
    one.focusedName = (one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || '').trim();
    window.focusedBefore = one;
    return [one.focusedName, unmarked];
}"""


def test_keyboard_reaches_everything_visibly(visitor):
    visitor.open("/")
    visitor.page.add_style_tag(content="* { transition: none !important }")  # marks that fade in count as marks
    names, unmarked = [], []
    for _ in range(45):
        visitor.page.keyboard.press("Tab")
        name, left_unmarked = visitor.page.evaluate(_FOCUSED)
        names.append(name)
        unmarked += [left_unmarked] if left_unmarked else []
    assert names[0] == "Skip to main content"
    for wanted in (*map(title, PAGES), "All campaigns", "Dates", "Compare with", "View"):
        assert any(wanted in name for name in names), f"{wanted} is not among {names}"
    assert any(name.startswith("Definitions") for name in names)
    assert unmarked == []

    # A switch works with the keyboard alone.
    visitor.page.get_by_role("button", name="View", exact=True).focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("switch", name="Exclude bots & auto-replies").focus()
    visitor.page.keyboard.press("Space")
    visitor.settle()
    assert visitor.parameters == {"humans": ["true"]}


def test_known_exceptions_are_documented():
    document = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
    for rule, _, reason in STREAMLITS_OWN:
        assert f"`{rule}`" in document
        assert reason in " ".join(document.split())
