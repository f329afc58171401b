"""The quick way through a row of a CSV may never say anything else than the careful one."""

from __future__ import annotations

import io

from hypothesis import example, given
from hypothesis import strategies as st

from outreach_results.export import CSV_COLUMNS
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.campaign_csv import _Rows, read_rows
from outreach_results.ingest.records import EmailRecord, Rejected
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS

HEAD = ["camp_1", "First contact", "sales-outreach", "2026-01-01T00:00:00Z"]
PLAIN = ["e1", "ada@prospect.example", "Ada", "Prospect", "opened", "2026-01-05T12:00:00Z", "ev1", "false", ""]
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


@given(rows, details)
@example((*PLAIN, "0.017746", "", "1"), ())
@example(
    ("e1", "", "", "", "sent", "2026-01-05T12:00:00Z", "", "", "", "0.5", ".", "5."), ("1", "A", "", "", "", "", "", "")
)
def test_fast_and_careful_reader_agree(cells, details):
    row = [*HEAD, *cells, *[""] * (len(CSV_COLUMNS) - len(HEAD) - len(cells) - len(details)), *details]
    quick, careful = _Rows(), _Rows()
    for way in (quick, careful):
        list(way.careful([*HEAD, *[""] * (len(CSV_COLUMNS) - len(HEAD))]))  # the campaign is known by then
    records = quick.plain(row)
    if records is not None:
        assert list(records) == list(careful.careful(row))


def test_a_plain_row_goes_the_quick_way():
    way = _Rows()
    row = [*HEAD, *PLAIN, *[""] * REST]
    assert way.plain(row) is None, "nothing is known of the campaign yet"
    list(way.careful(row))
    assert way.plain(row) is not None


def test_email_fields_are_repeated_only_when_new():
    other = [*PLAIN[:2], "Ada Lovelace", *PLAIN[3:6], "ev2", *PLAIN[7:]]
    lines = [",".join([*HEAD, *cells, *[""] * REST]) for cells in (PLAIN, PLAIN, other, other)]
    records = list(read_rows(io.StringIO("\n".join([",".join(CSV_COLUMNS), *lines])), "x.csv"))
    assert [r.name for r in records if isinstance(r, EmailRecord)] == ["Ada", "Ada", "Ada Lovelace"]
    assert not [r for r in records if isinstance(r, Rejected | FieldError)]
