"""Chosen campaigns as a text: short for many, and the same campaigns when it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.ui import campaign_codes
from support.hostile import HOSTILE

KNOWN = [f"camp_{number:06x}" for number in range(0, 200 * 7919, 7919)]


@pytest.mark.parametrize("chosen", [21, 60, 100, 179, 180, 199, 200])
def test_many_campaigns_have_a_short_text(chosen: int) -> None:
    ids = KNOWN[200 - chosen :]
    text = campaign_codes.written(ids, KNOWN)
    assert campaign_codes.is_short(text)
    assert len(text) <= 10 + 4 * 179
    assert campaign_codes.read(text, KNOWN) == (ids, False)


def test_all_but_a_few_names_those_left_out() -> None:
    assert campaign_codes.written(KNOWN[2:], KNOWN) == f"~except.{KNOWN[0]}.{KNOWN[1]}"


@pytest.mark.parametrize("chosen", [60, 190])
def test_removed_and_added_campaigns_leave_the_rest(chosen: int) -> None:
    text = campaign_codes.written(KNOWN[:chosen], KNOWN)
    later = [*KNOWN[5:], "camp_new"]
    known, has_unknown = campaign_codes.read(text, later)
    assert known == [*KNOWN[5:chosen], *(["camp_new"] if chosen == 190 else [])]  # the text said: all but some
    assert has_unknown == (chosen == 60)


@given(st.lists(st.sampled_from([*KNOWN, *HOSTILE, "~", ".", "except", "~codes."]), unique=True))
def test_a_text_stands_for_the_same_campaigns(chosen: list[str]) -> None:
    known = [*KNOWN, *HOSTILE, "~", ".", "except", "~codes."]
    ordered = [one for one in known if one in chosen]
    text = campaign_codes.written(chosen, known)
    assert not set(text) & set("%&=?#+ /")
    if campaign_codes.is_short(text):
        assert campaign_codes.read(text, known) == (ordered, False)
    else:
        assert len(ordered) <= campaign_codes.MOST_IDS


@pytest.mark.parametrize("text", ["~codes.", "~codes.!!", "~codes.AAAA\udcff", "~except.", "~except.~~.%"])
def test_a_mangled_text_is_no_error(text: str) -> None:
    known, _ = campaign_codes.read(text, KNOWN)
    assert set(known) <= set(KNOWN)
