"""Column types and helpers that all tables share, and the metadata that holds them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant: aware and UTC on both sides, with microseconds, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must carry its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Serial = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER


def bytewise(length: int) -> TypeEngine[str]:
    """Text that is compared byte by byte on every database, so that an index serves ranges of beginnings."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def identifier(name: str = "id", **options: Any) -> Column[str]:
    """A UUIDv7 primary key."""
    return Column(name, String(36), primary_key=True, **options)


def serial() -> Column[int]:
    """The primary key of an append-only table: larger is later."""
    return Column("id", Serial, primary_key=True, autoincrement=True)


def refers(
    name: str, target: str, *, nullable: bool = False, index: bool = True, **options: Any
) -> Column[str]:
    """A reference to the `id` of another table."""
    return Column(name, String(36), ForeignKey(f"{target}.id"), nullable=nullable, index=index, **options)


def instant(name: str, *, nullable: bool = False, **options: Any) -> Column[datetime]:
    """A column of instants."""
    return Column(name, Instant(), nullable=nullable, **options)
