"""Tables of what others say of the archive's evidence: answers of time-stamp authorities, cosignatures of witnesses."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from archive.catalogue.schema.columns import instant, metadata, refers

stamp_asks = Table(
    "stamp_asks",
    metadata,
    refers("stamp_id", "stamps", index=False),
    Column("authority", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("at"),  # of the last one
    Column("failure", String(60), nullable=False),
    Column("refused", Boolean, nullable=False),  # not asked again for this stamp until a person wants it
    instant("retry_at", nullable=True),
    instant("looked_at", nullable=True),  # when a person said that he has seen the refusal
    PrimaryKeyConstraint("stamp_id", "authority"),
)

stamp_tokens = Table(
    "stamp_tokens",
    metadata,
    refers("stamp_id", "stamps", index=False),
    Column("place", Integer, nullable=False),  # from 2: the first token stands in `stamps`
    Column("token", LargeBinary, nullable=False),
    Column("authority", String(200), nullable=False),
    Column("time_class", String(10), nullable=False),
    instant("gen_time"),
    instant("verified_at"),
    # As in `stamps`: what it rests on, and what has renewed it.
    instant("expires", nullable=True),
    Column("rests_on", String(200)),
    Column("renewed_by", String(36), index=True),
    PrimaryKeyConstraint("stamp_id", "place"),
)

witnesses = Table(
    "witnesses",
    metadata,
    Column("name", String(200), primary_key=True),  # of its key
    Column("size", BigInteger),  # entries of the log that it has seen, as it says
    instant("asked_at"),
    instant("answered_at", nullable=True),
    Column("failure", Text),  # why the last request brought no cosignature
)

cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", BigInteger, nullable=False),
    Column("witness", String(200), nullable=False),
    Column("note", Text, nullable=False),  # the checkpoint with the log's signature and this one
    instant("at"),  # by the clock of the witness
    PrimaryKeyConstraint("size", "witness"),
)
