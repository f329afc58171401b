"""Any order and repetition of a file's rows gives the same database: of every tool's example, and of any table.

Every row has an address or a date, if only one that cannot be used: empty rows, and rows of words only, may be where a
second table begins, so that their place says something.
"""

from __future__ import annotations

import csv
import io

import hypothesis
import pytest
from hypothesis import strategies as st

from outreach_results.ingest.importing import import_file
from outreach_results.ingest.registry import TOOL_FORMATS
from support.databases import contents, wipe
from support.sources import ANSWERS, EXAMPLES, shuffled

few = hypothesis.settings(max_examples=max(1, hypothesis.settings().max_examples // 10))
some = hypothesis.settings(max_examples=max(1, hypothesis.settings().max_examples // 3))

ADDRESSES = st.sampled_from(["ada@acme.example", "Ada@Acme.example", "ben@bolt.example", f"{'x' * 400}@x.example"])
DAYS = st.sampled_from(["2026-01-05", "2026-01-06", "2026-01-31", "2026-13-45"])
FLAGS = st.sampled_from(["yes", "no", "", "1", "0", "3", "perhaps"])
TEXTS = st.sampled_from(["", "Ada Lovelace", "Ben", "=1+1", "Zoë; a, b"])
TABLES = {
    "contacts": {"Email": ADDRESSES, "Name": TEXTS, "Opened": FLAGS, "Replied": FLAGS, "Cost": FLAGS},
    "contacts with dates": {"Email": ADDRESSES, "Sent": DAYS, "Opened at": DAYS, "Replied": FLAGS, "Step": FLAGS},
    "events": {"Email": ADDRESSES, "Event": st.sampled_from(["Sent", "Open", "Reply", "Sneeze"]), "Date": DAYS},
    "days": {"Date": DAYS, "Sent": FLAGS, "Opened": FLAGS, "Campaign": TEXTS},
}


@pytest.mark.parametrize("entry", TOOL_FORMATS, ids=lambda entry: entry.key)
def test_any_order_of_a_tools_file_is_the_same(entry, make_sqlite, tmp_path):
    path, store = EXAMPLES / entry.example, make_sqlite()
    mixed = tmp_path / path.name
    import_file(store, path, answers=ANSWERS)
    expected = contents(store)

    @few
    @hypothesis.given(st.randoms(use_true_random=False))
    def run(chance):
        wipe(store)
        mixed.write_bytes(shuffled(path, chance))
        import_file(store, mixed, answers=ANSWERS)
        assert contents(store) == expected

    run()
    import_file(store, path, answers=ANSWERS)
    assert contents(store) == expected


def table(columns, rows):
    written = io.StringIO()
    csv.writer(written).writerows([list(columns), *rows])
    return written.getvalue()


@pytest.mark.parametrize("kind", TABLES)
def test_any_order_of_a_table_is_the_same(kind, make_sqlite, tmp_path):
    columns, store, path = TABLES[kind], make_sqlite(), tmp_path / "table.csv"
    usual = {"contacts": "a@x.example,,1,0,", "contacts with dates": "a@x.example,2026-01-05,,1,"}
    usual |= {"events": "a@x.example,Sent,2026-01-05", "days": "2026-01-05,9,1,Q1"}
    first = usual[kind].split(",")

    @some
    @hypothesis.given(st.lists(st.tuples(*columns.values()), max_size=8), st.data())
    def run(rows, data):
        rows = [first, *rows]
        again = data.draw(st.permutations([*rows, *data.draw(st.lists(st.sampled_from(rows), max_size=4))]))
        results = []
        for these in (rows, again):
            wipe(store)
            path.write_text(table(columns, these), encoding="utf-8")
            import_file(store, path, answers=ANSWERS)
            results.append(contents(store))
        assert results[0] == results[1]

    run()
