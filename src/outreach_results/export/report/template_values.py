"""A report as plain texts and pictures, for the templates of PDF and HTML."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from outreach_results.export.report.chart import chart, heading
from outreach_results.export.report.content import Report

LEADING = 4
"""How many of the outcomes are large."""


def template_values(report: Report) -> dict[str, Any]:
    """All that the templates show; every text is a plain string, never markup."""
    versus = report.period.versus
    outcomes = [asdict(one) for one in report.outcomes]
    for one in outcomes:
        moved, comma, remark = one["change"].partition(", ")
        one["change"] = f"{moved} vs. {versus}{comma}{remark}" if moved and versus else one["change"]
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "color": report.options.brand.color,
        "leading": outcomes[:LEADING],
        "others": outcomes[LEADING:],
        "goals": report.goals,
        "changes": report.changes,
        "attention": report.attention,
        "charts": [{"heading": heading(one), "svg": chart(one)} for one in report.series if one.points["value"].any()],
        "versus": f"Dotted line: {versus}." if report.period.comparison is not None else "",
        "campaigns": [asdict(one) for one in report.campaigns],
        "replies": [asdict(one) for one in report.replies],
        "names": "" if report.options.with_names else "Names and addresses are left out.",
        "benchmarks": [asdict(one) for one in report.benchmarks],
        "definitions": report.definitions,
        "small_print": report.small_print,
    }
