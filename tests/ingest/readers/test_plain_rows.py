"""The quick way through the rows of a CSV may never say anything else than the careful one."""

from __future__ import annotations

import io

from hypothesis import example, given
from hypothesis import strategies as st

from outreach_results.export import CSV_COLUMNS
from outreach_results.ingest.columns import Columns, one_by_one
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.campaign_csv import _Rows, read_rows
from outreach_results.ingest.readers.plain_rows import PlainRows
from outreach_results.ingest.records import CampaignRecord, EmailRecord, EventRecord, Rejected
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS

HEAD = ["camp_1", "First contact", "sales-outreach", "2026-01-01T00:00:00Z"]
PLAIN = ["e1", "ada@prospect.example", "Ada", "Prospect", "opened", "2026-01-05T12:00:00Z", "ev1", "false", ""]
SENT = ("e1", "", "", "", "sent", "2026-01-05T12:00:00Z", "", "", "", "0.5", ".", "5.")
REST = len(CSV_COLUMNS) - len(HEAD) - len(PLAIN)

texts = st.sampled_from(["", "x", "Ada", "'=1+1", "O'Brien", "é", "x" * 199, "x" * 201, "x" * 2001, "a\r\nb"])
instants = st.sampled_from(
    [
        "2026-01-05T12:00:00Z",
        "2026-01-05T12:00:00.123456Z",
        "2026-01-05T12:00:00+00:00",
        "2026-01-05T12:00:00+01:00",
        "2026-01-05T12:00:00",
        "1989-12-31T00:00:00Z",
        "yesterday",
        "",
    ]
)
kinds = st.sampled_from(["sent", "delivered", "opened", "clicked", "replied", "meeting_booked", "", "Opened"])
flags = st.sampled_from(["true", "false", "", "TRUE", "0", "maybe"])
amounts = st.one_of(
    st.sampled_from(
        ["", ".", ".5", "5.", "1e3", "-1", "0.0000005", "0.123456", "999999999", "9" * 16, "nan", "1_0", "٣"]
    ),
    st.decimals(0, 10**6, places=6).map(str),
)
rows = st.tuples(texts, texts, texts, texts, kinds, instants, texts, flags, texts, amounts, amounts, amounts)


details = st.just(()) | st.tuples(*[texts] * (len(EMAIL_DETAILS) + len(EVENT_DETAILS)))


def whole(cells, details=()):
    return [*HEAD, *cells, *[""] * (len(CSV_COLUMNS) - len(HEAD) - len(cells) - len(details)), *details]


def told(records):
    """What records say, however often: of emails whose they are, when they were sent, and what else is known."""
    sendings = {record for record in records if isinstance(record, EmailRecord) and record.sent_at}
    known = {record[:5] for record in records if isinstance(record, EmailRecord) and not any(record[9:])}
    details = {record for record in records if isinstance(record, EmailRecord) and any(record[9:])}
    return sendings, known, details, {record for record in records if isinstance(record, EventRecord)}


@given(st.lists(st.tuples(rows, details), min_size=1, max_size=6))
@example([((*PLAIN, "0.017746", "", "1"), ()), (PLAIN, ())])
@example([(SENT, ("1", "A", "", "", "", "", "", "")), (PLAIN, ("", "", "", "", "", "", "", "open"))])
def test_fast_and_careful_reader_agree(all_cells):
    every_row = [whole(*cells) for cells in all_cells]
    quick, careful = _Rows(list(CSV_COLUMNS), "x.csv"), _Rows(list(CSV_COLUMNS), "x.csv")
    items, others = PlainRows(list(CSV_COLUMNS), quick.describe).read(every_row)
    plain_ones = [row for place, row in enumerate(every_row) if place not in others]
    expected = [record for row in plain_ones for record in careful.careful(row)]
    assert told(list(one_by_one(items))) == told(expected)


def test_plain_rows_go_the_quick_way():
    sent, opened, escaped = whole((*SENT[:9], "0.5")), whole(PLAIN), whole(("e2", "'=1+1", *PLAIN[2:]))
    ways = _Rows(list(CSV_COLUMNS), "x.csv")
    items, others = PlainRows(list(CSV_COLUMNS), ways.describe).read([escaped, sent, opened, [], ["short"]])
    assert others == [0, 3, 4]
    assert [type(item) for item in items] == [CampaignRecord, Columns, EmailRecord, Columns]


def test_a_campaign_that_cannot_be_is_no_plain_row():
    rows = [["", "", "", "never", *PLAIN, *[""] * REST], whole(PLAIN)]
    items, others = PlainRows(list(CSV_COLUMNS), _Rows(list(CSV_COLUMNS), "x.csv").describe).read(rows)
    assert others == [0]
    assert len(list(one_by_one(items))) == 3


def test_email_fields_are_repeated_only_when_new():
    other = [*PLAIN[:2], "Ada Lovelace", *PLAIN[3:6], "ev2", *PLAIN[7:]]
    lines = [",".join([*HEAD, *cells, *[""] * REST]) for cells in (PLAIN, PLAIN, other, other)]
    records = list(one_by_one(read_rows(io.StringIO("\n".join([",".join(CSV_COLUMNS), *lines])), "x.csv")))
    assert [r.name for r in records if isinstance(r, EmailRecord)] == ["Ada", "Ada Lovelace"]
    assert not [r for r in records if isinstance(r, Rejected | FieldError)]
