"""What campaign types are called, and which one is meant by what somebody typed."""

from __future__ import annotations

import pytest

from outreach_results.models.campaign_types import type_name, type_names, type_of


@pytest.mark.parametrize(
    ("mcp", "name"),
    [
        ("sales-outreach", "Sales outreach"),
        ("q2_renewals", "Q2 renewals"),
        ("DACH-Vertrieb", "DACH-Vertrieb"),
        ("a--b", "a--b"),
        ("見出し", "見出し"),
    ],
)
def test_a_code_becomes_words(mcp: str, name: str) -> None:
    assert type_name(mcp) == name


def test_two_types_are_never_called_the_same() -> None:
    assert type_names(["sales-outreach", "sales_outreach", "hiring"]) == {
        "sales-outreach": "sales-outreach",
        "sales_outreach": "sales_outreach",
        "hiring": "Hiring",
    }


@pytest.mark.parametrize("typed", ["Sales outreach", " sales OUTREACH ", "sales-outreach"])
def test_a_known_type_is_meant_by_its_name_too(typed: str) -> None:
    assert type_of(typed, ["hiring", "sales-outreach"]) == "sales-outreach"
    assert type_of("Something new", ["hiring"]) == "Something new"
