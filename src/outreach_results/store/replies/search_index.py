"""Search tokens: the words of a text, split in the same way for every database.

Databases split texts each in their own way, and none of them knows all scripts. So texts are split here, once, and the
databases' full-text indexes (FTS5 of SQLite, ``tsvector`` of PostgreSQL) only ever see plain words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, bindparam, false
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from outreach_results.store.schema import FULL_TEXT, inbox

LONGEST = 40
"""Characters of a word that are indexed: anything longer is a key or an address."""

MOST = 5_000
"""Different words of a text that are indexed, from its beginning: a ``tsvector`` holds at most a megabyte."""

# Scripts that set no space between words: each letter is a word of its own.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def tokenize(*texts: str | None) -> list[str]:
    """The different words of texts in the order they first occur: lower case, without accents, letters and digits."""
    return list(dict.fromkeys(_words(texts)))[:MOST]


def _words(texts: Iterable[str | None]) -> Iterator[str]:
    for text in texts:
        if text:
            plain = text.lower() if text.isascii() else _plain(text)
            for word in _WORD.findall(plain):
                yield word[:LONGEST]


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in parts if not unicodedata.category(letter).startswith("M"))
    return unicodedata.normalize("NFKC", letters).casefold()


def is_search(q: str | None) -> bool:
    """Whether the text is a search at all: neither None nor blank."""
    return bool(q and q.strip())


def matching(q: str | None) -> list[ColumnElement[bool]]:
    """The condition on `inbox` that every word of ``q`` occurs in the reply; an empty list without a search.

    The beginning of a word is enough, apart from single letters and from words within a longer expression, such as an
    address: of ``ada@acme.example``, the words are whole. A search without any letter or digit finds nothing.
    """
    if not is_search(q):
        return []
    tokens = search_tokens(q)
    return [has_tokens(inbox.c.words, bindparam("search_tokens", tokens, type_=_TokenQuery())) if tokens else false()]


def search_tokens(q: str | None) -> list[_Token]:
    """The value of the parameter ``search_tokens`` of the condition."""
    return list(dict.fromkeys(_query_tokens(q or "")))


_Token = tuple[str, bool]
"""A word of a search, and whether words that begin with it match too."""


def _query_tokens(q: str) -> Iterator[_Token]:
    for expression in q.split():
        words = tokenize(expression)
        for word in words:
            # The parts of an address are whole words, and a single letter would begin too many.
            yield word, len(words) == 1 and len(word) > 1


class _TokenQuery(TypeDecorator[list[_Token]]):
    """Search tokens as a query in the syntax of the database's full-text index."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[_Token] | None, dialect: Dialect) -> str:
        quote, prefix, and_ = ('"', "*", " AND ") if dialect.name == "sqlite" else ("'", ":*", " & ")
        return and_.join(f"{quote}{word}{quote}{prefix if is_prefix else ''}" for word, is_prefix in value or ())


class has_tokens(FunctionElement[bool]):  # noqa: N801 - it is used like a function
    """The condition that ``inbox.words`` of a reply holds all tokens."""

    inherit_cache = True
    name = "has_tokens"


@compiles(has_tokens, "sqlite")
def _on_sqlite(element: has_tokens, compiler: SQLCompiler, **options: Any) -> str:
    column, tokens = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT rowid FROM {FULL_TEXT} WHERE {FULL_TEXT} MATCH {tokens})"


@compiles(has_tokens, "postgresql")
def _on_postgresql(element: has_tokens, compiler: SQLCompiler, **options: Any) -> str:
    column, tokens = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} @@ CAST({tokens} AS tsquery)"


class unindexed(FunctionElement[Any]):  # noqa: N801 - it is used like a function
    """A column whose condition shall not choose the index to read; SQLite believes that two make a better choice."""

    inherit_cache = True
    name = "unindexed"

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed, "sqlite")
def _compile_unindexed(element: unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(unindexed, "postgresql")
def _as_it_is(element: unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)
