"""Tables of the evidence: the log and its outbox, stamps, vault objects."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    literal_column,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, serial

archive_state = Table(
    "archive_state",
    metadata,
    Column("name", String(40), primary_key=True),  # archive_id, origin, ...
    Column("value", Text, nullable=False),
)

log_outbox = Table(
    "log_outbox",
    metadata,
    serial(),
    Column("type", String(24), nullable=False),
    instant("time"),
    Column("actor", String(36), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("object_type", String(12), nullable=False),
    Column("object_id", String(80), nullable=False),
    Column("chain", String(8), nullable=False),
    Column("reason", String(40)),
    # A record that the keeper must put into the vault before it sequences the entry.
    Column("record_key", String(200)),
    Column("record_owner", String(120)),
    Column("record_body", LargeBinary),
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(24), nullable=False),
    Column("object_type", String(12), nullable=False),
    Column("object_id", String(80), nullable=False),
    Column("chain", String(8), nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("leaf", String(64), nullable=False),
    # With a type each: of two indexes by one column each, the one by the type of entries could be taken, which leads to
    # a large part of the log.
    Index("ix_log_entries_subject", "subject", "type"),
    Index("ix_log_entries_object", "object_id", "object_type", "seq"),
    Index("ix_log_entries_type", "type", "seq"),
)

IS_ERASURE = log_entries.c.type == literal_column("'erase'")
"""The condition of entries that erased something, in the very words of their index."""

Index("ix_log_entries_erasures", log_entries.c.seq, sqlite_where=IS_ERASURE, postgresql_where=IS_ERASURE)

log_heads = Table(
    "log_heads",
    metadata,
    Column("object_type", String(12), nullable=False),
    Column("object_id", String(80), nullable=False),
    Column("chain", String(8), nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("leaf", String(64), nullable=False),
    PrimaryKeyConstraint("object_type", "object_id", "chain"),
)

stamps = Table(
    "stamps",
    metadata,
    identifier(),
    Column("number", Integer, nullable=False, unique=True),
    Column("state", String(10), nullable=False, index=True),
    instant("opened_at"),
    instant("demanded_at", nullable=True),  # a person does not want to wait for it
    instant("closed_at", nullable=True),
    Column("reason", String(12)),  # why it was closed: full, due, on-demand
    Column("root", String(64)),
    Column("checkpoint", Text),  # the note text without signature lines
    Column("note", Text),  # the same checkpoint with its signatures
    Column("checkpoint_size", BigInteger),
    Column("format", Integer, nullable=False),
    Column("token", LargeBinary),  # DER of the ContentInfo
    Column("authority", String(200)),
    Column("time_class", String(10)),
    instant("gen_time", nullable=True),
    instant("verified_at", nullable=True),
    Column("attempts", Integer, nullable=False),
    instant("retry_at", nullable=True),
    Column("failure", String(60)),
    # What its token rests on, and what has renewed it: by these the due list needs no token (archive/renewal_due.py).
    instant("expires", nullable=True),
    Column("rests_on", String(200)),
    Column("renewed_by", String(36), index=True),
    CheckConstraint("state IN ('open', 'closed', 'stamped', 'verified', 'published')", name="state"),
)

renewals = Table(
    "renewals",
    metadata,
    identifier(),
    Column("number", Integer, nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("algorithm", String(12), nullable=False),  # the hash of its tree
    Column("state", String(10), nullable=False, index=True),
    Column("reason", String(12), nullable=False),  # why it was begun: due, on-demand
    instant("begun_at"),
    Column("plan", Json, nullable=False),  # what it covers, fixed when it was begun
    Column("done", Integer, nullable=False),  # how many leaves of its tree are there, of how many
    Column("total", Integer, nullable=False),
    Column("root", String(128)),
    Column("token", LargeBinary),  # DER of the ContentInfo
    Column("authority", String(200)),
    Column("time_class", String(10)),
    instant("gen_time", nullable=True),
    instant("verified_at", nullable=True),
    Column("attempts", Integer, nullable=False),
    instant("retry_at", nullable=True),
    Column("failure", String(60)),
    instant("expires", nullable=True),
    Column("rests_on", String(200)),
    Column("renewed_by", String(36), index=True),
    CheckConstraint("kind IN ('timestamp-renewal', 'hashtree-renewal')", name="kind"),
    CheckConstraint("state IN ('preparing', 'prepared', 'stamped', 'verified', 'published')", name="state"),
)

objects = Table(
    "objects",
    metadata,
    serial(),
    Column("key", String(200), nullable=False, index=True),
    Column("version", String(100), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the stored (encrypted) bytes
    Column("size", BigInteger, nullable=False),  # of the stored bytes
    Column("plain_digest", String(64)),  # SHA-256 of the plain bytes, where known
    Column("owner", String(120)),  # whose key opens it; none: stored in clear
    instant("at"),
    instant("retain_until", nullable=True),
    Column("locked", Boolean, nullable=False),  # whether the lock has been set in the vault
    Column("inventory", Integer),  # segment that lists it
    # Fixity: when the stored bytes were last read and compared, and what was wrong with them then.
    instant("checked_at", nullable=True, index=True),
    Column("fault", String(8)),  # missing, altered, no-key, erased
    # The same of its copy in the second vault; `copy` is the version there.
    Column("copy", String(100)),
    instant("copy_checked_at", nullable=True, index=True),
    Column("copy_fault", String(8)),  # missing, altered
)

fixity_reports = Table(
    "fixity_reports",
    metadata,
    serial(),
    Column("report", String(36), nullable=False, unique=True),  # its name in the vault
    instant("begun_at"),
    instant("ended_at", nullable=True, index=True),  # none: it is being added to
    Column("objects", BigInteger, nullable=False),  # that were read since it was begun, in both vaults
    Column("bytes", BigInteger, nullable=False),
    Column("faults", Integer, nullable=False),  # found since then
    Column("repaired", Integer, nullable=False),
    Column("digest", String(64)),  # of what the vault keeps of it: the subject of its entry
)

# What is not as it should be is few among many.
_FAULTY = objects.c.fault.is_not(None) | objects.c.copy_fault.is_not(None)
Index("ix_objects_faulty", objects.c.id, sqlite_where=_FAULTY, postgresql_where=_FAULTY)

# What was not read again yet is what came in lately.
for _name, _checked, _unread in (
    ("ix_objects_unread", objects.c.checked_at, objects.c.checked_at.is_(None)),
    (
        "ix_objects_copy_unread",
        objects.c.copy_checked_at,
        objects.c.copy.is_not(None) & objects.c.copy_checked_at.is_(None),
    ),
):
    Index(_name, _checked, objects.c.at, sqlite_where=_unread, postgresql_where=_unread)

# What the inventory does not name yet is few among many.
Index(
    "ix_objects_unlisted",
    objects.c.id,
    sqlite_where=objects.c.inventory.is_(None),
    postgresql_where=objects.c.inventory.is_(None),
)

# What still waits for its lock is few among many.
Index(
    "ix_objects_unlocked",
    objects.c.id,
    sqlite_where=objects.c.retain_until.is_not(None) & ~objects.c.locked,
    postgresql_where=objects.c.retain_until.is_not(None) & ~objects.c.locked,
)
