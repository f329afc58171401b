"""``outreach-results report``: a period as PDF, HTML or Excel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from outreach_results import results
from outreach_results.cli.audit import note_export
from outreach_results.cli.output import write_file
from outreach_results.cli.session import console, open_database_of_today
from outreach_results.config import settings
from outreach_results.errors import OutreachError
from outreach_results.models import Basis, Filters
from outreach_results.results import PERIODS, ChosenPeriod
from outreach_results.results.usage import next_month
from outreach_results.store.engine import Store

_FORMATS = ("pdf", "html", "xlsx")


def report(
    output: Annotated[Path, typer.Option("-o", "--output", help=f"A file that ends in {', '.join(_FORMATS)}.")],
    period: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(code.replace('_', '-') for code in PERIODS)}, a month like 2026-02, or days like "
            "2026-02-01..2026-02-14. Named periods count back from the last day of the data."
        ),
    ] = "last-month",
    campaign: Annotated[
        list[str] | None, typer.Option("--campaign", help="Only this one; may be given several times.")
    ] = None,
    client: Annotated[
        list[str] | None, typer.Option("--client", help="Only this client's, by its id; may be given several times.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Only with this tag; may be given several times.")
    ] = None,
    send_date: Annotated[bool, typer.Option("--send-date", help="Count on the day an email was sent.")] = False,
    humans_only: Annotated[bool, typer.Option("--humans-only", help="Without bots and automatic replies.")] = False,
    names: Annotated[bool, typer.Option("--names", help="Name the people whose replies are quoted.")] = False,
    brand_name: Annotated[str | None, typer.Option(help="Whose name stands on it.")] = None,
    brand_color: Annotated[str | None, typer.Option(help="The color of headings, such as #7a1f5c.")] = None,
    logo: Annotated[Path | None, typer.Option(help="A PNG or JPEG of at most 512 KB.")] = None,
) -> None:
    """Write a period's report: outcomes, what changed, campaigns, replies, benchmarks."""
    from outreach_results.export.report import ReportOptions, brand_for, brand_of, report_download

    fmt = output.suffix.removeprefix(".").lower()
    if fmt not in _FORMATS:
        raise OutreachError(f"The file's name says its format: let it end in {', '.join(_FORMATS)}.")
    own = settings()
    brand = brand_of(
        own.brand_name if brand_name is None else brand_name, brand_color or own.brand_color, logo or own.brand_logo
    )
    store = open_database_of_today()
    if brand_name is None and brand_color is None and logo is None:
        brand = brand_for(store, client, brand)
    basis = Basis.SEND if send_date else Basis.ACTIVITY
    chosen = Filters(tuple(campaign) if campaign else None, basis=basis, humans_only=humans_only)
    filters = results.narrowed(store, chosen, clients=client or None, tags=tag or None)
    download = report_download(store, _period(store, filters, period), fmt, ReportOptions(brand, with_names=names))
    note_export(store, download)
    write_file(output, download.chunks)
    console.print(f"Written: {output}", markup=False)


def _period(store: Store, filters: Filters, written: str) -> ChosenPeriod:
    code: str | None = written.replace("-", "_")
    if code not in PERIODS:
        first, last = _days(written)
        filters, code = replace(filters, start=first, end=last), None
    period = results.chosen_period(store, filters, code)
    if period is None:
        raise OutreachError("There are no results yet. Import a file first, or load the sample: outreach-results demo")
    return period


def _days(written: str) -> tuple[date, date]:
    """The days of a month, or of two dates."""
    first, between, last = written.partition("..")
    try:
        if between:
            return date.fromisoformat(first), date.fromisoformat(last)
        month = date.fromisoformat(f"{written}-01")
        return month, date.fromordinal(next_month(month).toordinal() - 1)
    except ValueError:
        allowed = ", ".join(code.replace("_", "-") for code in PERIODS)
        raise OutreachError(
            f"{written[:40]!r} isn't a period. Use {allowed}, a month like 2026-02, or days like "
            "2026-02-01..2026-02-14."
        ) from None
