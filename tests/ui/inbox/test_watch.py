"""The timer of the inbox, which runs every few seconds in every open tab."""

from __future__ import annotations

from sqlalchemy import Engine, event


def test_the_timer_reads_one_row(writable_sample):
    """What it compares is the version of the data, one row by its key, however many replies there are."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert writable_sample.version()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    read = [" ".join(statement.split()) for statement in statements if "SELECT" in statement]
    assert read == ['SELECT meta.value FROM meta WHERE meta."key" = ?']
