"""The table of report formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from outreach_results.errors import QueryError
from outreach_results.export.file_names import file_name
from outreach_results.export.report.as_html import html
from outreach_results.export.report.as_pdf import pdf
from outreach_results.export.report.as_xlsx import xlsx
from outreach_results.export.report.content import Report, report_content
from outreach_results.export.report.options import ReportOptions
from outreach_results.export.streams import FORMATS, Download
from outreach_results.results import ChosenPeriod
from outreach_results.store.engine import Store


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One format of reports; ``label`` is what people call it."""

    label: str
    media_type: str
    write: Callable[[Report], Iterator[bytes]]


REPORT_FORMATS: dict[str, ReportFormat] = {
    "pdf": ReportFormat("PDF", "application/pdf", pdf),
    "html": ReportFormat("HTML", "text/html; charset=utf-8", html),
    "xlsx": ReportFormat("Excel", FORMATS["xlsx"].media_type, xlsx),
}
"""Every format of reports. To add one, write its function and name it here."""


def report_download(store: Store, period: ChosenPeriod, fmt: str, options: ReportOptions | None = None) -> Download:
    """The report of a period as a file.

    Raises:
        QueryError: there is no such format.
        OutreachError: nothing happened in the period, or the file cannot be made.
    """
    if fmt not in REPORT_FORMATS:
        raise QueryError("format", f"{fmt[:20]!r} isn't a format of reports. Use {', '.join(REPORT_FORMATS)}.")
    report = report_content(store, period, options)
    # Made before the first byte is sent, because a PDF that fails has to be an error and no broken file.
    content = b"".join(REPORT_FORMATS[fmt].write(report))
    name = file_name("report", fmt, period.filters, report.zone)
    return Download(name, REPORT_FORMATS[fmt].media_type, iter([content]))
