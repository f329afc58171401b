"""Texts of CSV files: those a spreadsheet would run as a formula, and those that the database itself writes.

The database writes a million rows as texts faster than Python does.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Case, ColumnElement, Text, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class iso_text(FunctionElement[str]):  # noqa: N801 -- used like a function of SQL
    """An instant as ``2026-01-31T14:23:00Z``, with six decimals of a second where there is a fraction."""

    type = Text()
    inherit_cache = True


class dollars_text(FunctionElement[str]):  # noqa: N801
    """Micro-dollars as exact decimal dollars, without zeros at the end."""

    type = Text()
    inherit_cache = True


class escaped_text(FunctionElement[str]):  # noqa: N801
    """`escape_formula` as a function of SQL."""

    type = Text()
    inherit_cache = True


def flag_text(column: ColumnElement[bool]) -> Case[str]:
    """true or false."""
    return case((column, "true"), else_="false")


@compiles(iso_text, "sqlite")
def _iso_sqlite(element: iso_text, compiler: Any, **kwargs: Any) -> str:
    micros = compiler.process(element.clauses, **kwargs)
    second = f"strftime('%Y-%m-%dT%H:%M:%S', {micros} / 1000000, 'unixepoch')"
    return f"{second} || CASE {micros} % 1000000 WHEN 0 THEN 'Z' ELSE printf('.%06dZ', {micros} % 1000000) END"


@compiles(iso_text, "postgresql")
def _iso_postgresql(element: iso_text, compiler: Any, **kwargs: Any) -> str:
    instant = compiler.process(element.clauses, **kwargs)
    utc = f"timezone('UTC', {instant})"
    fraction = f"CASE WHEN date_trunc('second', {instant}) = {instant} THEN 'Z' ELSE to_char({utc}, '.US\"Z\"') END"
    return f"to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || {fraction}"


@compiles(dollars_text, "sqlite")
def _dollars_sqlite(element: dollars_text, compiler: Any, **kwargs: Any) -> str:
    micros = compiler.process(element.clauses, **kwargs)
    return f"rtrim(rtrim(printf('%d.%06d', {micros} / 1000000, {micros} % 1000000), '0'), '.')"


@compiles(dollars_text, "postgresql")
def _dollars_postgresql(element: dollars_text, compiler: Any, **kwargs: Any) -> str:
    return f"trim_scale({compiler.process(element.clauses, **kwargs)} / 1000000.0)::text"


@compiles(escaped_text, "sqlite")
def _escaped_sqlite(element: escaped_text, compiler: Any, **kwargs: Any) -> str:
    text = compiler.process(element.clauses, **kwargs)
    return f"CASE WHEN ltrim({text}, '''') GLOB '[-=+@' || char(9, 10, 13) || ']*' THEN '''' || {text} ELSE {text} END"


@compiles(escaped_text, "postgresql")
def _escaped_postgresql(element: escaped_text, compiler: Any, **kwargs: Any) -> str:
    text = compiler.process(element.clauses, **kwargs)
    return f"CASE WHEN {text} ~ '^''*[-=+@\\t\\r\\n]' THEN '''' || {text} ELSE {text} END"
