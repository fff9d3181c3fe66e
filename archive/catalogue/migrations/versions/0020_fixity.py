"""What fixity found of each object and of its copy in the second vault, and reports of it.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant, Serial

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FAULTY = sa.text("fault IS NOT NULL OR copy_fault IS NOT NULL")


def upgrade() -> None:
    op.add_column("objects", sa.Column("checked_at", Instant(), nullable=True))
    op.add_column("objects", sa.Column("fault", sa.String(8), nullable=True))
    op.add_column("objects", sa.Column("copy", sa.String(100), nullable=True))
    op.add_column("objects", sa.Column("copy_checked_at", Instant(), nullable=True))
    op.add_column("objects", sa.Column("copy_fault", sa.String(8), nullable=True))
    op.create_index(op.f("ix_objects_checked_at"), "objects", ["checked_at"])
    op.create_index(op.f("ix_objects_copy_checked_at"), "objects", ["copy_checked_at"])
    op.create_index("ix_objects_faulty", "objects", ["id"], sqlite_where=_FAULTY, postgresql_where=_FAULTY)
    op.create_table(
        "fixity_reports",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("report", sa.String(36), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_reports")),
        sa.UniqueConstraint("report", name=op.f("uq_fixity_reports_report")),
    )
    op.create_index(op.f("ix_fixity_reports_ended_at"), "fixity_reports", ["ended_at"])


def downgrade() -> None:
    op.drop_table("fixity_reports")
    for index in ("ix_objects_faulty", "ix_objects_copy_checked_at", "ix_objects_checked_at"):
        op.drop_index(index, "objects")
    for name in ("copy_fault", "copy_checked_at", "copy", "fault", "checked_at"):
        op.drop_column("objects", name)
