"""Tables of webhooks: who is told of what, and the outbox of what is still to be told, or could not be."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers

webhooks = Table(
    "webhooks",
    metadata,
    identifier(),
    Column("name", String(120), nullable=False),
    Column("url", String(500), nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed (`archive.secrets`)
    Column("events", Json, nullable=False),
    Column("scopes", Json, nullable=False),  # of papers that it is told of, as an account has them
    Column("created_by", String(36), nullable=False),
    instant("created_at"),
    instant("disabled_at", nullable=True),
)

webhook_outbox = Table(
    "webhook_outbox",
    metadata,
    identifier(),  # the id of the message, by which its receiver knows it again
    refers("webhook_id", "webhooks"),
    Column("event", String(40), nullable=False),
    Column("entry", BigInteger),  # of the log that it tells of, which orders messages
    Column("body", Text, nullable=False),  # the bytes that are sent and signed, each time the same
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("created_at"),
    instant("ready_at"),
    instant("ended_at", nullable=True),
    Column("status", Integer),  # of the last answer
    Column("failure", String(200)),
    CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state"),
    Index("ix_webhook_outbox_state_ready", "state", "ready_at"),
)
