"""The report of the sample's February."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outreach_results import results
from outreach_results.export.report import Report, ReportOptions, report_content
from outreach_results.models import Filters
from outreach_results.store.engine import Store
from support.optional import present

Make = Callable[..., Report]


@pytest.fixture(scope="session")
def make_report(sample_store: Store) -> Make:
    """``make_report(period, options)`` is the report of a period of the sample."""

    def make(code: str = "last_month", options: ReportOptions | None = None) -> Report:
        return report_content(sample_store, present(results.chosen_period(sample_store, Filters(), code)), options)

    return make


@pytest.fixture(scope="session")
def report(make_report: Make) -> Report:
    """That of the last month, without names."""
    return make_report()
