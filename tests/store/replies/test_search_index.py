"""How texts are split into words, and how a search finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Filters
from outreach_results.results import InboxFilters
from outreach_results.store.replies.search_index import LONGEST, MOST, tokenize
from support.records import at, campaign, email, reply


def matching_ids(store, q):
    return [shown.id for shown in results.inbox(store, Filters(), InboxFilters(q=q)).replies]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World! hello", ["hello", "world"]),
        ("jo.smith+news@acme-labs.example", ["jo", "smith", "news", "acme", "labs", "example"]),
        ("don't", ["don", "t"]),
        ("snake_case", ["snake", "case"]),
        ("Zoë MÜLLER Łódź naïve", ["zoe", "muller", "łodz", "naive"]),
        ("Straße ΟΔΟΣ", ["strasse", "οδοσ"]),
        ("ﬁne ① Ⅷ", ["fine", "1", "viii"]),
        ("感谢您", ["感", "谢", "您"]),
        ("ありがとう acme", ["あ", "り", "か", "と", "う", "acme"]),
        ("감사합니다", ["감사합니다"]),
        ("שלום مرحبا", ["שלום", "مرحبا"]),
        ("2026-01-31", ["2026", "01", "31"]),
        ("\x00\ud800 a", ["a"]),
        ("😀 !?", []),
        (None, []),
    ],
)
def test_tokens_have_no_case_and_no_accents(text, words):
    assert tokenize(text) == words


def test_very_long_words_and_texts_are_cut():
    assert tokenize("x" * 1000) == ["x" * LONGEST]
    assert len(tokenize(" ".join(map(str, range(MOST + 9))))) == MOST


@given(st.text())
def test_words_are_words_of_themselves(text):
    words = tokenize(text)
    assert tokenize(" ".join(words)) == words
    assert all(word and not word.isspace() and "'" not in word and '"' not in word for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "Grüße aus Zürich",
        "感谢您的来信",
        "a 'quoted' \"word\" \\ back:slash & | ! (brackets) <-> *",
        "AND OR NOT NEAR",
        "😀 emoji",
        "x" * 3000,
        "ﷺ ①",
        "İstanbul ǅ ŉ",
    ],
)
def test_reply_is_found_by_each_of_its_words(store, text):
    other = reply("r2", at(2), body="Other", preview="")
    load(store, "replies", [campaign(), email(), reply("r1", at(1), body=text, preview=""), other])
    for q in (*text.split(), text):
        assert matching_ids(store, q) == (["r1"] if tokenize(q) else []), q


def test_word_prefix_is_enough_but_not_one_letter(store):
    approved = reply("r1", at(1), body="Budget approved", preview="", name="I. Newton")
    load(store, "replies", [campaign(), email(), approved])
    searches = ["budg", "bu", "b", "udget", "i", "n", "budget appro", "budget denied"]
    assert [q for q in searches if matching_ids(store, q)] == ["budg", "bu", "i", "budget appro"]


def test_the_words_of_an_address_are_whole(store):
    load(store, "replies", [campaign(), email(), reply("r1", at(1), address="ada@acme-labs.example")])
    searches = ["ada@acme-labs.example", "ada@acme", "acme-labs", "acme-la", "ada@ac", "acm exam"]
    assert [q for q in searches if matching_ids(store, q)] == [
        "ada@acme-labs.example",
        "ada@acme",
        "acme-labs",
        "acm exam",
    ]


@given(q=st.text(min_size=1, max_size=60).filter(lambda q: "\x00" not in q and q.isprintable()))
def test_no_search_is_an_error(sample_store, q):
    results.inbox(sample_store, Filters(), InboxFilters(q=q))
