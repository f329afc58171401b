"""An empty table for people who keep their results by hand."""

from __future__ import annotations

import csv
import io
from functools import lru_cache

TEMPLATE_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("Email", "the address that was written to", "yes"),
    ("Date", "the day on which the email was sent, such as 2026-01-31", "optional"),
    ("Campaign", "its name; you are asked for it where the column is missing", "optional"),
    ("First name", "the person's", "optional"),
    ("Last name", "the person's", "optional"),
    ("Company", "the person's", "optional"),
    ("Opened", "yes or no, how often, or when first", "one of these"),
    ("Clicked", "likewise", "one of these"),
    ("Replied", "likewise", "one of these"),
    ("Bounced", "likewise; without it, how many were delivered is unknown", "one of these"),
    ("Unsubscribed", "likewise", "one of these"),
    ("Meeting booked", "likewise", "one of these"),
    ("Cost", "in dollars", "optional"),
)
"""Header, what stands below it, and whether it is needed."""


# Kept, because a page offers both in every run, and openpyxl takes longer for its own than the rest of that page.
@lru_cache(maxsize=1)
def template_csv() -> bytes:
    """The header alone, as CSV that Excel opens in UTF-8."""
    written = io.StringIO()
    csv.writer(written).writerow([name for name, _, _ in TEMPLATE_COLUMNS])
    return written.getvalue().encode("utf-8-sig")


@lru_cache(maxsize=1)
def template_xlsx() -> bytes:
    """The header alone, as an Excel workbook."""
    from openpyxl import Workbook  # here, as in content/workbook.py

    workbook = Workbook(write_only=True)
    workbook.create_sheet("Results").append([name for name, _, _ in TEMPLATE_COLUMNS])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()
