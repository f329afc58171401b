"""The warning about rates by event date, for each page that shows some."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.ui.cache import ask
from outreach_results.ui.filters import View

_NOTABLE_BIAS = 0.1


def notice(view: View, mcp: str | None = None) -> None:
    """Draw a warning where sending changed so fast that rates by event date cannot be compared.

    Args:
        mcp: only the campaigns of this one; by default all that are chosen.
    """
    bias = ask(results.reply_rate_bias, view.filters, mcp)
    if bias is None or abs(bias - 1) < _NOTABLE_BIAS:
        return
    change, error = ("grew", "low") if bias < 1 else ("shrank", "high")
    st.warning(
        f"Sending {change} fast in this period. By event date, replies are divided by other emails than those they "
        f"belong to: the reply rate is about {abs(bias - 1):.0%} too {error}. Switch to send date to compare."
    )
