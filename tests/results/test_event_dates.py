"""Where sending changed fast, rates by event date say so."""

from __future__ import annotations

from datetime import date

import pytest

from outreach_results import results
from outreach_results.models import Basis, Filters
from outreach_results.store.engine import Store
from support.optional import present

FIRST_WEEK = Filters(start=date(2025, 11, 10), end=date(2025, 11, 16))


def test_the_first_week_has_replies_still_to_come(every_sample_store: Store):
    bias = present(results.reply_rate_bias(every_sample_store, FIRST_WEEK))
    shown, final = (
        results.totals(every_sample_store, Filters(start=FIRST_WEEK.start, end=FIRST_WEEK.end, basis=basis)).stats
        for basis in (Basis.ACTIVITY, Basis.SEND)
    )
    assert bias < 0.95
    # Few replies: the bias is that of an average account.
    assert bias == pytest.approx(present(shown.replied) / present(final.replied), abs=0.25)


def test_the_whole_history_has_next_to_no_bias(sample_store: Store):
    assert results.reply_rate_bias(sample_store, Filters()) == pytest.approx(1.0, abs=0.05)


def test_by_send_date_there_is_no_bias(sample_store: Store):
    assert results.reply_rate_bias(sample_store, Filters(basis=Basis.SEND)) is None


def test_without_emails_there_is_no_bias(sample_store: Store, sqlite_store: Store):
    assert results.reply_rate_bias(sample_store, Filters(campaigns=()), "sales-outreach") is None
    assert results.reply_rate_bias(sqlite_store, Filters()) is None
