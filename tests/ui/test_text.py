"""Escaping of text from outside, and formatted numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from outreach_results.ui import text
from support.hostile import HOSTILE

# Letters would seldom meet to something that Markdown reads; these often do.
active_texts = st.text(st.sampled_from("\\`*_{}[]()#+-.!|~$:<>&^=@/\"' \n\tabw1;x"), max_size=40)
any_texts = st.text(max_size=60)
texts = active_texts | any_texts | st.sampled_from(HOSTILE)

markdown = MarkdownIt("js-default", {"html": True, "linkify": False, "typographer": False})


class Shown(HTMLParser):
    """The text that a browser would show, and the elements around it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, _attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data

    def note_markup(self, content):
        self.tags.append(content)

    handle_comment = handle_decl = handle_pi = unknown_decl = note_markup


def one_line(words):
    return " ".join(words.replace("\0", "\N{REPLACEMENT CHARACTER}").split())


def without_isolation(source):
    """The source without the color directives that separate characters; CommonMark does not know them."""
    for character in (r"\.", r"\:", r"\@", "&lt;", "&gt;", r"\=", r"\~", r"\-"):
        source = source.replace(f":color[{character}]", character)
    return source


@given(texts)
@example("a\n# b")
@example("| a |\n|---|\n| b |")
@example("[a]: http://example.com")
@example(r"\*a\*")
@example("&lt;b&gt; &#36; &copy")
@example("</p><script>")
def test_escape_shows_every_character_literally(words):
    shown = Shown(markdown.render(without_isolation(text.escape(words))))
    assert one_line(shown.text) == one_line(words)
    assert set(shown.tags) <= {"p"}


@given(texts, texts)
def test_escaped_text_inside_markdown(before, after):
    source = f"**{text.escape('a' + before + 'a')}** and {text.escape(after)}"
    shown = Shown(markdown.render(without_isolation(source)))
    assert one_line(shown.text) == one_line(f"a{before}a and {after}")
    assert [tag for tag in shown.tags if tag != "p"] == ["strong"]


@given(active_texts)
def test_plain_text_is_one_line(words):
    assert "\n" not in text.escape(words)


def test_this_check_would_see_what_is_not_plain():
    assert Shown(markdown.render("a **b** <i>c</i>")).tags == ["p", "strong", "i"]
    assert Shown(markdown.render("&amp;amp;")).text.strip() == "&amp;"


@given(texts)
@example("<br>")
@example("<a href='http://example.com'>x</a>")
@example("&lt;b&gt;")
def test_no_tag_survives_in_a_chart(words):
    shown = Shown(text.escape_plotly(words))
    assert shown.tags == []
    assert one_line(shown.text) == one_line(words.replace("\0", "\N{REPLACEMENT CHARACTER}"))


@given(texts)
@example("%{x} and $x^2$")
def test_chart_text_has_no_template_or_formula(words):
    assert "%{" not in text.escape_plotly(words)
    assert "$" not in text.escape_plotly(words)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "0"), (7, "7"), (1247, "1,247"), (1_234_567, "1,234,567"), (-1247, "-1,247"), (12.0, "12")],
)
def test_counts_have_thousands_separators(value, shown):
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((None, "–"), (0, "0.0%"), (0.0, "0.0%"), (0.245614, "24.6%"), (1, "100.0%"), (1.5, "150.0%")),
        *((0.0005, "0.1%"), (0.000499, "<0.1%"), (1e-9, "<0.1%")),
    ],
)
def test_percent_format(value, shown):
    assert text.percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((None, "–"), (0, "$0.00"), (8.74, "$8.74"), (1234567.891, "$1,234,567.89"), (0.1, "$0.10")),
        *((0.018, "$0.018"), (0.0005, "$0.001"), (0.0004, "<$0.001")),
        *((-8.74, "-$8.74"), (-0.018, "-$0.018"), (-1e-6, "-<$0.001")),
    ],
)
def test_money_format(value, shown):
    assert text.money(value) == shown


@pytest.mark.parametrize(
    ("relative", "shown"), [(0.62, "+62%"), (-0.085, "-8%"), (0, "+0%"), (-0.004, "+0%"), (2.1, "×3.1")]
)
def test_change_format(relative, shown):
    assert text.change(relative) == shown


def test_instants_are_shown_in_the_reporting_zone():
    instant = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert text.moment(instant, ZoneInfo("UTC")) == "Jan 31, 2026, 11:30 PM"
    assert text.moment(instant, ZoneInfo("Asia/Tokyo")) == "Feb 1, 2026, 8:30 AM"


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(74.4, 81.3, "$74–$81"), (3.2, 4.1, "$3.20–$4.10"), (1200.4, 1900.0, "$1,200–$1,900")],
)
def test_wide_money_range_has_no_cents(low, high, shown):
    assert text.money_range(low, high) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [("3.1%", "5.5%", "3.1–5.5%"), ("<0.1%", "1.0%", "<0.1–1.0%"), ("30", "42", "30–42"), ("$0.00", "$0.00", "$0.00")],
)
def test_range_has_its_percent_sign_once(low, high, shown):
    assert text.span(low, high) == shown


@pytest.mark.parametrize(
    ("n", "noun", "shown"),
    [
        (1, "campaign", "1 campaign"),
        (1_247, "campaign", "1,247 campaigns"),
        (2, "reply", "2 replies"),
        (2, "whole day", "2 whole days"),
        (1, "person", "1 person"),
        (2, "person", "2 people"),
        (0, "row of contacts", "0 rows of contacts"),
        (3, "process", "3 processes"),
    ],
)
def test_a_count_is_singular_or_plural(n, noun, shown):
    assert text.counted(n, noun) == shown
