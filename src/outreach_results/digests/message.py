"""The words of a digest: HTML, plain text, and the text of a webhook. Its numbers are those of the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from outreach_results import results
from outreach_results.delivery.wording import Words, written
from outreach_results.digests.due import PERIOD
from outreach_results.digests.kept import Digest, Every
from outreach_results.errors import QueryError
from outreach_results.export.report import ReportOptions, report_content
from outreach_results.export.report.template_values import template_values
from outreach_results.models import Filters, dates
from outreach_results.models.url_lists import join
from outreach_results.results import ChosenPeriod
from outreach_results.store.engine import Store
from outreach_results.sync.completeness import failed_syncs, known_until

MOST_CAMPAIGNS = 10
DIGEST, INCOMPLETE, EMPTY = "digest", "incomplete", "empty"
"""What a message can be about: the numbers, or why there are none."""

_ADJECTIVE = {Every.DAILY: "Daily", Every.WEEKLY: "Weekly", Every.MONTHLY: "Monthly"}


@dataclass(frozen=True, slots=True)
class Message:
    """A digest in words. ``about`` is one of `DIGEST`, `INCOMPLETE` and `EMPTY`."""

    about: str
    period: ChosenPeriod
    words: Words


def message(
    store: Store, digest: Digest, options: ReportOptions, public_url: str | None, *, now: datetime, day: date
) -> Message | None:
    """The digest that is sent on a day, counted now; None while there is no data at all.

    It fails closed: where the period is empty, or not all of its data is here, the message says so instead.
    """
    filters, unknown = _narrowed(store, digest)
    period = results.chosen_period(store, filters, PERIOD[digest.every], today=day)
    if period is None:
        return None
    missing = unknown or _missing(store, period, now)
    if missing:
        return _without_numbers(store, digest, options, public_url, period, INCOMPLETE, missing)
    if not any(results.totals(store, period.filters).stats.model_dump().values()):
        last = results.last_day(store)
        known = "" if last is None else f" The last activity was on {dates.day(last)}."
        sentence = f"Nothing was sent and nothing happened in {period.days()}.{known}"
        return _without_numbers(store, digest, options, public_url, period, EMPTY, [sentence])
    report = template_values(report_content(store, period, options))
    data = _frame(store, digest, options, public_url, period) | {
        "outcomes": [*report["leading"], *report["others"]],
        "goals": report["goals"],
        "changes": report["changes"],
        "attention": report["attention"],
        "campaigns": report["campaigns"][:MOST_CAMPAIGNS],
        "more": max(0, len(report["campaigns"]) - MOST_CAMPAIGNS),
        "problems": [],
        "small_print": report["small_print"],
    }
    return _rendered(digest, data, DIGEST, period, f"{data['title']}: {period.days()}")


def _narrowed(store: Store, digest: Digest) -> tuple[Filters, list[str]]:
    """The campaigns that a digest is about today, and why that cannot be said."""
    if digest.clients is None and digest.tags is None:
        return Filters(digest.campaigns), []
    try:
        return results.narrowed(store, Filters(), clients=digest.clients, tags=digest.tags), []
    except QueryError as error:  # a client was removed: a digest of nothing is sent, and never one of all campaigns
        return Filters(()), [str(error)]


def _missing(store: Store, period: ChosenPeriod, now: datetime) -> list[str]:
    """Why not all of the period's data is here; empty where it is."""
    zone = store.zone()
    sentences = [
        f"The last sync of {failed.name} did not bring in everything." for failed in failed_syncs(store).values()
    ]
    known = known_until(store).astimezone(zone)
    over = period.last + timedelta(days=1)
    if known.date() < over <= now.astimezone(zone).date():
        sentences.append(
            f"Nothing was imported since {dates.moment(known, zone)}, before {dates.day(period.last)} was over."
        )
    return sentences


def _without_numbers(
    store: Store,
    digest: Digest,
    options: ReportOptions,
    public_url: str | None,
    period: ChosenPeriod,
    about: str,
    problems: list[str],
) -> Message:
    data = _frame(store, digest, options, public_url, period) | {
        "problems": problems,
        "outcomes": [],
        "goals": [],
        "changes": [],
        "attention": [],
        "campaigns": [],
        "more": 0,
        "small_print": [],
    }
    what = "not complete" if about == INCOMPLETE else "no activity"
    return _rendered(digest, data, about, period, f"{data['title']}: {period.days()}, {what}")


def _frame(
    store: Store, digest: Digest, options: ReportOptions, public_url: str | None, period: ChosenPeriod
) -> dict[str, Any]:
    compared = f"Compared with {period.compared_with}." if period.comparison else ""
    return {
        "title": options.brand.name or f"{_ADJECTIVE[digest.every]} campaign digest",
        "name": digest.name,
        "color": options.brand.color,
        "days": " · ".join(filter(None, [results.labels_in_words(store, period.filters), period.days()])),
        "zone": store.zone().key,
        "compared": compared,
        "link": view_link(public_url, period),
    }


def view_link(public_url: str | None, period: ChosenPeriod) -> str:
    """The address of the view that a digest is about; '' where the dashboard has no address that others can open."""
    if not public_url:
        return ""
    parameters = {"period": "custom", "days": f"{period.first}..{period.last}"}
    filters = period.filters
    if filters.clients is None and filters.tags is None and filters.campaigns is not None:
        parameters["campaigns"] = join(filters.campaigns)
    parameters |= {name: join(ids) for name, ids in (("client", filters.clients), ("tag", filters.tags)) if ids}
    return f"{public_url.rstrip('/')}/?{urlencode(parameters, safe='.~')}"


def _rendered(digest: Digest, data: dict[str, Any], about: str, period: ChosenPeriod, subject: str) -> Message:
    own = f"{digest.name}|{digest.created_at}|{period.last}"
    return Message(about, period, written(Path(__file__).parent, "digest", own, subject, data))
