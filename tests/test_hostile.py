"""Words of strangers are shown as characters wherever they leave the dashboard: reports, digests, assistants, the log.

What pages show of them is looked at in tests/browser/test_every_page.py.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from outreach_results import results
from outreach_results.delivery.wording import mrkdwn
from outreach_results.digests.kept import Digest, Every
from outreach_results.digests.message import message
from outreach_results.errors import OutreachError
from outreach_results.export import unescape_formula
from outreach_results.export.report import ReportOptions, report_download
from outreach_results.ingest.load import load
from outreach_results.logs import JsonLines, text_records
from outreach_results.mcp_server.tools import TOOLS
from outreach_results.models import Filters
from outreach_results.store.engine import Store, open_store
from support.databases import sqlite_url
from support.hostile import HOSTILE, add_hostile_names, hostile_records
from support.optional import present

NAMES = {" ".join(words.split()) for words in HOSTILE}
LONG_NAMES = [name for name in NAMES if len(name) > 10]
"""Those that are in no text by chance."""
# What Slack and Mattermost take for a mention, a link, an emoji, code or a style.
MARKUP_OF_CHATS = re.compile(
    r"<|(?<!\d):[\w+-]+:|\w+://|mailto:\w|[@#]\w|`(?!\u2060)|(?<!\w)([*_~])[^\s\u2060][^*_~]*\1"
)
TEXTS_OF_LOGS = (*HOSTILE, "a\r\nb\x1b[2Jc", "x\nERROR: forged\x85\u2028y\x9b2J")
FEBRUARY = datetime(2026, 2, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def hostile(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database in which everything that strangers write is hostile."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(sqlite_url(path))
    load(store, "hostile", hostile_records())
    add_hostile_names(store)
    yield store
    store.close()


class Elements(HTMLParser):
    """What a document is made of, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.kinds: set[tuple[str, ...]] = set()
        self.words: list[str] = []
        self.feed(document)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = sorted(name for name, _ in attrs)
        links = [str(value).partition("?")[0] for name, value in attrs if name in ("href", "src", "xlink:href")]
        self.kinds.add((tag, *names, *links))

    def handle_comment(self, data: str) -> None:
        self.kinds.add(("comment", data))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def report_of(store: Store, fmt: str) -> bytes:
    period = present(results.chosen_period(store, Filters(), "all"))
    return report_download(store, period, fmt, ReportOptions(with_names=True)).content()


def digest_of(store: Store, now: datetime) -> tuple[str, str]:
    digest = Digest(name=HOSTILE[0], every=Every.MONTHLY, created_at=now)
    written = present(message(store, digest, ReportOptions(), "https://results.example", now=now, day=now.date()))
    return written.words.html, written.words.text


def test_report_in_html_has_no_element_of_theirs(hostile: Store, sample_store: Store) -> None:
    ours, found = (Elements(report_of(store, "html").decode()) for store in (sample_store, hostile))
    assert found.kinds <= ours.kinds
    assert [name for name in NAMES if name not in found.text] == []


def test_report_in_pdf_has_no_link_and_no_action(hostile: Store) -> None:
    reader = PdfReader(io.BytesIO(report_of(hostile, "pdf")))
    kinds = {
        str(found.get(key))
        for number in range(1, len(reader.xref[0]) if reader.xref else 0)
        if isinstance(found := reader.get_object(number), DictionaryObject)
        for key in ("/S", "/Subtype")
    }
    assert not kinds & {"/URI", "/JavaScript", "/Launch", "/Link", "/SubmitForm", "/EmbeddedFile"}
    shown = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    plain = [re.sub(r"\s", "", name) for name in NAMES if name.isascii()]
    assert [name for name in plain if name not in shown] == []


def test_report_in_excel_has_no_formula(hostile: Store) -> None:
    book = openpyxl.load_workbook(io.BytesIO(report_of(hostile, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
    assert not [cell for cell in cells if cell.hyperlink]
    texts = {" ".join(unescape_formula(cell.value).split()) for cell in cells if isinstance(cell.value, str)}
    assert {name for name in NAMES if name not in texts} == set()


def test_digest_shows_characters(hostile: Store, sample_store: Store) -> None:
    html, text = digest_of(hostile, FEBRUARY)
    ours = Elements(digest_of(sample_store, datetime(2026, 3, 1, 9, tzinfo=UTC))[0])
    found = Elements(html)
    assert found.kinds <= ours.kinds
    shown = [name for name in NAMES if name in found.text]
    assert shown
    assert all(name in " ".join(text.split()) for name in shown)


def test_webhook_shows_characters() -> None:
    """All of a message's words but its own go through `mrkdwn`."""
    for words in (*HOSTILE, "<!channel> @here #general <@U123> :100: 10:30"):
        shown_in_chats = mrkdwn(words)
        assert not MARKUP_OF_CHATS.search(shown_in_chats)
        assert unescape(shown_in_chats).replace("\u2060", "") == " ".join(words.split())


def test_assistants_get_their_words_as_data(hostile: Store) -> None:
    """Wherever a word of theirs stands in an answer, it is marked as written by others."""
    loose: list[str] = []

    def look(value: object, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                look(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                look(inner, path)
        elif not path.endswith(".written_by_others") and any(name in str(value) for name in LONG_NAMES):
            loose.append(path)

    given = {"campaign_id": "camp_hostile_1", "by": "step"}
    for tool in TOOLS.values():
        needed = {name: given[name] for name in tool.input_schema().get("required", ())}
        more = {"with_text": True} if tool.name == "replies" else {}
        try:
            look(json.loads(tool.call(hostile, needed | more).model_dump_json()), tool.name)
        except OutreachError as refusal:
            look(str(refusal), tool.name)
    # What identifies a kind of campaign, which assistants ask for by it, and the account's own plan.
    assert set(loose) == {
        *("campaigns.campaigns.mcp", "compare_campaigns.campaigns.mcp"),
        "usage.answer.plan.name",
    }


def test_log_has_a_line_for_each_message() -> None:
    for words in TEXTS_OF_LOGS:
        record = logging.LogRecord("outreach_results", logging.WARNING, "", 0, "%s", (words,), None)
        line = JsonLines().format(record)
        assert len(line.splitlines()) == 1
        assert json.loads(line)["message"] == re.sub(r"[\w.]+@[\w.]+", "(address)", words)


def test_text_log_has_no_line_of_theirs() -> None:
    """Neither a message nor the text of an error begins a line, or holds what a terminal obeys."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    log = logging.getLogger("hostile")
    log.propagate, log.handlers = False, [handler]
    with text_records():
        for words in TEXTS_OF_LOGS:
            log.warning("Said: %s", words)
            try:
                raise ValueError(words)
            except ValueError:
                log.exception("Failed: %s", words)
    text = written.getvalue()
    ours = re.compile(r"WARNING: Said: |ERROR: Failed: |    ")
    lines = text.removesuffix("\n").split("\n")
    assert [line for line in lines if not ours.match(line)] == []
    assert sum(line.startswith(("WARNING", "ERROR")) for line in lines) == 2 * len(TEXTS_OF_LOGS)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", text)
    assert "a\\r\\nb\\x1b[2Jc" in text
