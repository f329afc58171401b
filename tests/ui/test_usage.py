"""The sentences of the usage page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from outreach_results import results
from outreach_results.metrics import RunOut
from outreach_results.models import Plan
from outreach_results.ui import usage
from support.optional import present

END = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            RunOut(0.0),
            "**On track**: under 1% chance of hitting the limit.",
        ),
        (RunOut(0.07), "**On track**: 7% chance of hitting the limit."),
        (
            RunOut(1.0, date(2026, 3, 24), date(2026, 3, 26)),
            "**The quota runs out between Tue, Mar 24, and Thu, Mar 26** (80% likely).",
        ),
        (
            RunOut(1.0, date(2026, 3, 24), date(2026, 3, 24)),
            "**The quota runs out on Tue, Mar 24** (80% likely).",
        ),
        (
            RunOut(0.62, date(2026, 3, 28)),
            "**The quota may run out from Sat, Mar 28 on**, or last to the end: "
            "the chance that it runs out this month is 62%.",
        ),
        (RunOut(0.4, END), "**The quota may run out on Tue, Mar 31**, the last day: the chance is 40%."),
    ],
)
def test_run_out_day_states_its_certainty(result, words):
    assert usage.run_out_sentence(result, END) == words


def test_month_table_has_past_and_coming_days(sample_store):
    month = results.outlook(sample_store, date(2026, 3, 1))
    table = usage.progress_table(month)
    assert [f"{day:%d}" for day in table["date"]] == [f"{n:02}" for n in range(1, 32)]
    assert table["emails_sent"].sum() == 2600
    assert table["emails_sent"].isna().sum() == table["total_low"].notna().sum() == 4
    assert table["total_likely"].iloc[-1] == round(present(month.forecast).likely_emails)


def test_progress_table_of_past_month(sample_store):
    table = usage.progress_table(results.outlook(sample_store, date(2026, 1, 1)))
    assert list(table.columns) == ["date", "emails_sent"]
    assert table["emails_sent"].sum() == 1247


def test_months_show_the_plan_and_its_price(sample_store):
    months = results.usage_by_month(sample_store)
    table = usage.month_table(months, Plan(name="Pro", email_limit=10_000, price_usd=20))
    january = table[table["month"] == "2026-01"].iloc[0]
    assert january["quota_share"] == pytest.approx(0.1247)
    assert january["total_usd"] == pytest.approx(42.45)
    assert usage.month_table(months, None)["quota_share"].isna().all()


def test_a_plan_without_emails_divides_by_nothing(sample_store):
    month = replace(results.outlook(sample_store, date(2026, 1, 1)), plan=Plan(name="Free", email_limit=0, price_usd=0))
    assert "(–)" in usage._used(month)[0]
    assert pd.isna(usage.month_table(results.usage_by_month(sample_store), month.plan)["quota_share"]).all()
