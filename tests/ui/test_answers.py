"""What is kept cannot be changed by who gets it, whether it is shared or copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from outreach_results.models import Filters, Pagination
from outreach_results.ui.answers import Answers, giver


@dataclass(frozen=True)
class Found:
    """An answer with parts that can be changed."""

    names: list[str] = field(default_factory=lambda: ["Ada"])
    counts: dict[str, int] = field(default_factory=lambda: {"sent": 1})
    rows: list[list[int]] = field(default_factory=lambda: [[1]])


def test_what_cannot_be_changed_is_shared():
    for answer in (Filters(("camp_1",)), (1, "a", date(2026, 1, 31)), Pagination(total=1, page=1, per_page=25)):
        give = giver(answer)
        assert give() == answer
        assert give() is give()


def test_no_change_of_an_answer_reaches_the_next():
    give = giver(Found())
    found = give()
    found.names.append("Eve")
    found.counts["sent"] = 2
    found.rows[0][0] = 2
    assert give() == Found()


def test_no_change_of_a_frame_reaches_the_next():
    frame = pd.DataFrame({"n": [1, 2], "name": ["a", "b"], "all": [[1], [2]]}).set_index("n", drop=False)
    for answer in (frame, frame.drop(columns="all")):
        give = giver(answer)
        given = give()
        given.loc[1, "n"] = 9
        given["name"] = "changed"
        given["new"] = 1
        given.index.name = "changed"
        given.columns.name = "changed"
        if "all" in given:
            given["all"].iloc[0].append(9)
        pd.testing.assert_frame_equal(give(), answer)


def test_the_oldest_is_forgotten_first():
    answers = Answers(most=2, seconds=60)
    for key in ("a", "b", "a", "c"):
        answers.get(key, lambda: 1)
    assert answers.get("a", lambda: 2) == 1
    assert answers.get("b", lambda: 2) == 2
