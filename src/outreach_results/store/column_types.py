"""How ids, instants and local dates are stored, the same on every database."""

import json
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Dialect, Engine, Text, any_, bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_EPOCH_DAY = EPOCH.toordinal()


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC of an aware instant: exact."""
    return (instant - EPOCH) // MICROSECOND


def local_hour(local: datetime) -> int:
    """Hours since 1970 on the clocks of the instant's own zone."""
    return (local.toordinal() - _EPOCH_DAY) * 24 + local.hour


def day_of_hour(hour: int) -> date:
    """The local date that a local hour lies in."""
    return date.fromordinal(_EPOCH_DAY + hour // 24)


def id_in(
    connection: Connection, column: ColumnElement[str], ids: Collection[str], name: str = "ids"
) -> ColumnElement[bool]:
    """``column IN ids`` with a single parameter, however many ids there are.

    Args:
        name: of the parameter, where a statement has several.
    """
    if is_sqlite(connection):
        values = text(f"SELECT value FROM json_each(:{name})").bindparams(**{name: json.dumps(list(ids))})
        return column.in_(values)
    return column == any_(bindparam(name, list(ids), type_=ARRAY(Text)))


def is_sqlite(bind: Connection | Engine) -> bool:
    """Whether that is SQLite; otherwise it is PostgreSQL."""
    return bind.dialect.name == "sqlite"


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: ``timestamptz`` on PostgreSQL, integer microseconds since 1970 on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]
        return EPOCH + value * MICROSECOND  # type: ignore[no-any-return]


# Compared byte by byte on every database, so that rows come in the same order everywhere.
Id = Text().with_variant(Text(collation="C"), "postgresql")
