"""The table of verifications of everything: they take minutes, so a worker makes them and people look on."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text

from archive.catalogue.schema.columns import Json, identifier, instant, metadata

checks = Table(
    "checks",
    metadata,
    identifier(),
    Column("state", String(8), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("report", Json),
    Column("reason_code", String(40)),
    Column("reason", Text),
    Column("asked_by", String(36), nullable=False),
    instant("asked_at"),
    instant("finished_at", nullable=True),
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
)
