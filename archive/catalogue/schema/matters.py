"""Tables of what goes to court: matters, their selections, the packages ordered for them, and everybody's open tray."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers

matters = Table(
    "matters",
    metadata,
    identifier(),
    Column("name", String(200), nullable=False),
    Column("court", String(200)),
    Column("case_numbers", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("opened_by", String(36), nullable=False, index=True),  # a pseudonym
    instant("opened_at"),
    Column("version", Integer, nullable=False),
    Column("record_n", Integer, nullable=False),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
)

matter_claims = Table(
    "matter_claims",
    metadata,
    refers("matter_id", "matters", index=False),
    # No foreign key: the registry belongs to another system and may be imported after a rebuild.
    Column("claim_id", String(36), nullable=False),
    PrimaryKeyConstraint("matter_id", "claim_id"),
)

selections = Table(
    "selections",
    metadata,
    identifier(),
    refers("matter_id", "matters", index=False),
    Column("number", Integer, nullable=False),
    instant("frozen_at", nullable=True),  # with its first package; then it never changes again
    UniqueConstraint("matter_id", "number"),
)

selection_items = Table(
    "selection_items",
    metadata,
    refers("selection_id", "selections", index=False),
    Column("position", Integer, nullable=False),
    # No foreign key: what a selection names may have been erased before a rebuild.
    Column("document_id", String(36), nullable=False, index=True),
    Column("first_page", Integer, nullable=False),  # 0 and 0: the whole paper
    Column("last_page", Integer, nullable=False),
    Column("label", String(200)),
    Column("passed_over", Json, nullable=False),  # twins that a person saw, and left out
    PrimaryKeyConstraint("selection_id", "position"),
)

# Which matter a person collects for just now: a matter of screens, in no record.
trays = Table(
    "trays",
    metadata,
    Column("account_id", String(36), primary_key=True),
    refers("matter_id", "matters"),
)

# Packages that were ordered for a matter; what became of each, the archive's packages say.
matter_packages = Table(
    "matter_packages",
    metadata,
    refers("matter_id", "matters", index=False),
    refers("selection_id", "selections"),
    Column("package_id", String(36), nullable=False, index=True),
    Column("ordered_by", String(36), nullable=False),
    instant("ordered_at"),
    instant("filed_at", nullable=True),
    Column("filed_by", String(36)),
    PrimaryKeyConstraint("matter_id", "package_id"),
)
