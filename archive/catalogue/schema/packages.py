"""Tables of packages: what was ordered, what was made of it, and which deposits it holds, so that it can be erased."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers

packages = Table(
    "packages",
    metadata,
    identifier(),
    Column("state", String(8), nullable=False),
    # Selection, language, checkpoint and evidence version name a package: asking again gives the kept one.
    Column("selection", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("checkpoint", BigInteger, nullable=False),
    Column("note", Text, nullable=False),  # that checkpoint, signed
    Column("evidence", String(64), nullable=False),
    Column("wanted", Json, nullable=False),  # the order; emptied at erasure
    Column("pending", Boolean, nullable=False),  # whether a time proof was still to come
    Column("digest", String(64)),  # SHA-256 of the container, once it is made
    Column("size", BigInteger),
    instant("ordered_at"),
    Column("ordered_by", String(36), nullable=False),  # a pseudonym
    instant("made_at", nullable=True),
    # How many of its documents are done, for who waits; nothing hangs on it.
    Column("done", Integer, nullable=False, server_default="0"),
    Column("reason_code", String(40)),
    Column("reason", Text),
    UniqueConstraint("selection", "language", "checkpoint", "evidence"),
    CheckConstraint("state IN ('building', 'ready', 'failed', 'erased')", name="state"),
)

package_documents = Table(
    "package_documents",
    metadata,
    refers("package_id", "packages", index=False),
    Column("position", Integer, nullable=False),
    # No foreign key: a package outlives what a rebuild may not find.
    Column("document_id", String(36), nullable=False, index=True),
    PrimaryKeyConstraint("package_id", "position"),
)

package_deposits = Table(
    "package_deposits",
    metadata,
    refers("package_id", "packages", index=False),
    Column("deposit_id", String(36), nullable=False, index=True),
    PrimaryKeyConstraint("package_id", "deposit_id"),
)
