"""The audit log as a table."""

from __future__ import annotations

import pandas as pd

from outreach_results.store import audit
from outreach_results.store.engine import Store


def audit_table(store: Store, at_most: int | None = None) -> pd.DataFrame:
    """Who did what, newest first: ``at`` (UTC), ``by`` (NA: not known), ``action`` and what it is ``about``."""
    rows = [(entry.at, entry.by, entry.action.value, entry.about) for entry in audit.entries(store, at_most=at_most)]
    return pd.DataFrame(rows, columns=["at", "by", "action", "about"])
