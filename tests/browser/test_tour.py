"""The five questions of ``docs/tour.md``: each is answered above the fold with at most two clicks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from support.server import ROOT
from support.visitor import Visitor

MOST_CLICKS = 2
WINDOW = {"width": 1440, "height": 900}


@dataclass
class Tour:
    """Counts the clicks of a visitor."""

    visitor: Visitor
    clicks: int = 0

    @contextmanager
    def question(self, words: str) -> Iterator[None]:
        """A question of the tour, with its own clicks."""
        assert f"## {words}\n" in (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
        self.clicks = 0
        yield
        assert self.clicks <= MOST_CLICKS, words

    def click(self, what: Locator) -> None:
        self.clicks += 1
        self.visitor.click(what)

    def turn_to(self, title: str) -> None:
        self.clicks += 1
        self.visitor.turn_to(title)

    def choose_dates(self, period: str) -> None:
        self.clicks += 2  # on the list, and on one of its lines
        self.visitor.choose("Dates", period)

    @staticmethod
    def reads(answer: Locator) -> None:
        """The answer is there, and nobody has to scroll to it."""
        expect(answer).to_be_visible()
        box = answer.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= WINDOW["height"]
        assert 0 <= box["x"] < box["x"] + box["width"] <= WINDOW["width"]


def test_five_questions_take_two_clicks_each(open_visitor) -> None:
    visitor: Visitor = open_visitor(viewport=WINDOW)
    tour, page = Tour(visitor), visitor.page
    visitor.open("/")
    with tour.question("Which campaign earns most meetings per dollar?"):
        table = page.locator(".st-key-campaign-table")
        tour.click(table.get_by_role("button", name="Per meeting"))
        first = table.locator("tbody.rows tr").first
        expect(first).to_contain_text("Webinar “Scaling outbound” – attendees")
        tour.reads(first.get_by_text("$0.23"))
    with tour.question("Does its reply rate really beat the community?"):
        tour.click(first.get_by_role("link"))
        tour.turn_to("Benchmarks")
        row = page.locator(".st-key-bullet-row-reply_rate")
        tour.reads(row.get_by_text("16.7%", exact=True))
        tour.reads(row.get_by_text("Too little data").first)
        tour.reads(row.locator(".js-plotly-plot"))
    tour.choose_dates("All time")  # a longer look
    tour.reads(row.get_by_text("9.8%", exact=True))
    tour.reads(row.get_by_text("Better than the median").first)
    visitor.open("/")
    with tour.question("Which replies wait?"):
        tour.turn_to("Inbox")
        expect(page.get_by_role("radio", name="To do 101")).to_be_checked()
        tour.click(page.get_by_role("button", name="Positive 40"))
        tour.reads(page.locator(".st-key-inbox-toolbar").get_by_text("40 replies"))
        tour.reads(page.locator(".st-key-inbox-rows li").first)
        tour.reads(page.locator(".st-key-inbox-message .body"))
    visitor.open("/")
    with tour.question("When does the quota run out?"):
        tour.turn_to("Usage")
        quota = page.locator(".st-key-card-quota")
        tour.reads(quota.get_by_text("under 1% chance of hitting the limit"))
        tour.reads(page.get_by_text("$74–$81", exact=True))
    visitor.open("/")
    with tour.question("What changed last week?"):
        tour.choose_dates("Last 7 days")
        tour.reads(page.locator(".st-key-card-what-changed").get_by_text("785 emails sent"))
