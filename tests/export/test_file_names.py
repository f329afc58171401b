"""Names of files: safe on every system, in their own script, and a different one for every content."""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.export import content_disposition, distinct, file_name
from outreach_results.models import Filters

SCRIPTS = ["測試", "日本語", "Кампания", "حملة", "हिन्दी", "Zürich", "ελληνικά", "한국어", "แคมเปญ"]
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def name_of(text):
    return file_name(text, "csv", Filters())


def offered(header):
    """The file name that a client reads from the header: ``filename*`` counts where there is one."""
    parameters = dict(part.split("=", 1) for part in header.split("; ")[1:])
    encoded = parameters.get("filename*")
    return parameters["filename"].strip('"') if encoded is None else unquote(encoded.removeprefix("UTF-8''"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_letters_of_every_script_stay(name):
    assert name_of(name) == f"{unicodedata.normalize('NFC', name)}.csv"


@pytest.mark.parametrize("name", ["a b", "../../etc/passwd", ".hidden", "a\u202eb", "CON", "a/b", "", "🙂", "x" * 151])
def test_a_replaced_name_gets_a_digest(name):
    assert re.fullmatch(r"[^.].*_[0-9a-f]{8}\.csv", name_of(name))


@given(ANY_TEXT)
def test_every_name_is_safe(text):
    name = name_of(text)
    assert name.endswith(".csv")
    assert len(name.encode()) <= 160
    assert not name.startswith(".")
    assert not re.search(r"[\x00-\x20/\\\\:*?\"<>|\u202e]", name)


@given(ANY_TEXT, ANY_TEXT)
def test_two_names_never_become_one(one, other):
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert same or name_of(one) != name_of(other)


def test_long_names_that_begin_alike_differ():
    assert name_of("測" * 200 + "1") != name_of("測" * 200 + "2")


def test_names_a_file_system_confuses_are_numbered():
    names = ["a.json", "A.json", "a_2.json", "account.json", "é.json", "e\u0301.json"]
    result = distinct(names, ["account.json"])
    assert result == ["a.json", "A_2.json", "a_2_2.json", "account_2.json", "é.json", "e\u0301_2.json"]
    folded = [unicodedata.normalize("NFC", name).casefold() for name in [*result, "account.json"]]
    assert not [pair for pair in combinations(folded, 2) if pair[0] == pair[1]]


@pytest.mark.parametrize("name", [*SCRIPTS, "plain"])
def test_a_client_reads_the_name_in_its_script(name):
    header = content_disposition(name_of(name))
    assert header.isascii()
    assert offered(header) == name_of(name)


def test_plain_name_has_one_parameter():
    assert content_disposition("a_b.csv") == 'attachment; filename="a_b.csv"'
    assert content_disposition("測.csv") == "attachment; filename=\"_.csv\"; filename*=UTF-8''%E6%B8%AC.csv"
