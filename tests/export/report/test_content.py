"""What a report says: the numbers of the questions, and no names unless they are allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.export.report import Brand, Report, ReportOptions, report_content
from outreach_results.export.report.chart import chart
from outreach_results.export.report.content import without_names
from outreach_results.models import Filters, InboxReply, Sentiment, numbers
from outreach_results.models.metric_definitions import TILES
from outreach_results.models.retention import Retention
from outreach_results.store.brand import brand_of
from outreach_results.store.engine import Store
from outreach_results.store.replies.retention import remove_old_texts
from support.optional import present


def test_outcomes_lead_with_what_counts(report: Report) -> None:
    assert [one.name for one in report.outcomes] == [metric.name for metric in TILES]
    outcomes = {one.name: one for one in report.outcomes}
    summary = report.summary
    assert outcomes["positive_replies"].value == numbers.number(summary.positive)
    assert outcomes["reply_rate"].value == numbers.percent(summary.headlines.rates["reply_rate"].rate)
    assert outcomes["reply_rate"].detail == "3.4–6.1%"
    assert outcomes["cost_per_meeting_usd"].value == numbers.money(present(summary.price).value)


def test_campaigns_are_those_of_the_table(report: Report, sample_store: Store) -> None:
    table = results.campaign_table(sample_store, report.period.filters)
    assert [row.name for row in report.campaigns] == list(table["name"])
    assert [row.sent for row in report.campaigns] == [numbers.number(sent) for sent in table["emails_sent"]]


def test_names_are_left_out_unless_allowed(
    make_report: Callable[..., Report], report: Report, sample_store: Store
) -> None:
    named = make_report("last_month", ReportOptions(with_names=True))
    assert all(quote.who for quote in named.replies)
    assert not any(quote.who for quote in report.replies)
    for quote, with_name in zip(report.replies, named.replies, strict=True):
        for part in with_name.who.replace(",", "").split():
            assert part.lower() not in quote.text.lower().split()


def test_replies_without_their_text_are_not_quoted(writable_sample: Store) -> None:
    remove_old_texts(writable_sample, Retention(1, "d"))
    period = present(results.chosen_period(writable_sample, Filters(), "last_month"))
    assert report_content(writable_sample, period, None).replies == ()


def test_small_print_says_how_old_the_data_is(report: Report) -> None:
    text = " ".join(report.small_print)
    assert "Data through Mar 27, 2026" in text
    assert "time zone UTC" in text


def test_empty_period_is_refused(sample_store: Store) -> None:
    filters = Filters(start=date(2020, 1, 1), end=date(2020, 1, 31))
    period = present(results.chosen_period(sample_store, filters))
    with pytest.raises(OutreachError, match=r"^Nothing happened in Jan 1 – 31, 2020 in these campaigns\."):
        report_content(sample_store, period)
    nobody = replace(present(results.chosen_period(sample_store, Filters(), "28d")), filters=Filters(("none",)))
    with pytest.raises(OutreachError, match="Choose another period"):
        report_content(sample_store, nobody)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Brand(color="red"), "'red' isn't a color"),
        (lambda: Brand(name="x" * 81), "at most 80 characters"),
    ],
)
def test_brand_that_cannot_be_used_is_refused(make: Callable[[], Brand], sentence: str) -> None:
    with pytest.raises(OutreachError, match=sentence):
        make()


def test_logo_of_50_mb_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(OutreachError, match="larger than 512 KB"):
        brand_of("", "#000000", path)
    with pytest.raises(OutreachError, match="cannot be read: no such file"):
        brand_of("", "#000000", tmp_path / "none.png")


def test_chart_of_nothing_known_is_only_a_frame(report: Report) -> None:
    series = report.series[0]
    unknown = replace(series, points=series.points.assign(value=float("nan"), low=float("nan"), compared=float("nan")))
    assert "fill-opacity" not in chart(replace(unknown, points=unknown.points.assign(high=float("nan"))))


def test_name_is_found_in_an_address_and_unaccented() -> None:
    reply = InboxReply(
        id="r",
        campaign_id="c",
        email="thais.oliveira@example.com",
        company="Nordlicht GmbH",
        sentiment=Sentiment.POSITIVE,
        source_sentiment=Sentiment.POSITIVE,
        preview="Obrigado! Write to thais.oliveira@example.com. Abraço, Thaís Oliveira, NORDLICHT",
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    assert without_names(reply) == "Obrigado! Write to [name]. Abraço, [name], [name]"
