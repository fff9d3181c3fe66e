"""Tables of what is to be done: work, leases, the index outbox."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from archive.catalogue.schema.columns import identifier, instant, metadata, serial

work = Table(
    "work",
    metadata,
    identifier(),
    Column("kind", String(12), nullable=False),  # read, link, import
    Column("object_id", String(36), nullable=False),
    Column("priority", Integer, nullable=False),  # smaller is more urgent: 10 a person waits, 50 bulk
    # Whose it is: an account, by its pseudonym, or a batch. Owners take turns (`archive.catalogue.work`); 0 goes first.
    Column("owner", String(36)),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("state", String(8), nullable=False),
    instant("ready_at"),
    Column("attempts", Integer, nullable=False),
    Column("holder", String(80)),
    Column("token", Integer, nullable=False),  # the fencing token: grows with every lease
    instant("leased_until", nullable=True),
    # Asked for again while it was leased: what was read for it may be out of date, so it becomes ready once more.
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("reason_code", String(40)),
    Column("reason", Text),
    instant("created_at"),
    instant("finished_at", nullable=True),
    CheckConstraint("state IN ('ready', 'leased', 'done', 'failed')", name="state"),
    UniqueConstraint("kind", "object_id"),
    Index("ix_work_next", "state", "priority", "turn", "ready_at"),
)
# What an owner has waiting is little among all that was ever done for him.
Index(
    "ix_work_owner",
    work.c.owner,
    work.c.priority,
    work.c.turn,
    sqlite_where=work.c.state == "ready",
    postgresql_where=work.c.state == "ready",
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("token", Integer, nullable=False),
    instant("until"),
)

# Processes say that they live, so that others can see who works.
beats = Table(
    "beats",
    metadata,
    Column("holder", String(80), primary_key=True),
    Column("kind", String(10), nullable=False),  # api, worker, keeper
    instant("at"),
)

index_outbox = Table(
    "index_outbox",
    metadata,
    serial(),
    Column("document_id", String(36), nullable=False, index=True),
    instant("at"),
)
