"""Packages: what was ordered, what was made of it, which deposits it holds.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant, Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "packages",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("selection", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("checkpoint", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("ordered_at", Instant(), nullable=False),
        sa.Column("ordered_by", sa.String(36), nullable=False),
        sa.Column("made_at", Instant(), nullable=True),
        sa.Column("reason_code", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('building', 'ready', 'failed', 'erased')", name=op.f("ck_packages_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packages")),
        sa.UniqueConstraint(
            "selection",
            "language",
            "checkpoint",
            "evidence",
            name=op.f("uq_packages_selection_language_checkpoint_evidence"),
        ),
    )
    op.create_table(
        "package_documents",
        sa.Column("package_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_package_documents_package_id")
        ),
        sa.PrimaryKeyConstraint("package_id", "position", name=op.f("pk_package_documents")),
    )
    op.create_index(op.f("ix_package_documents_document_id"), "package_documents", ["document_id"])
    op.create_table(
        "package_deposits",
        sa.Column("package_id", sa.String(36), nullable=False),
        sa.Column("deposit_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_package_deposits_package_id")),
        sa.PrimaryKeyConstraint("package_id", "deposit_id", name=op.f("pk_package_deposits")),
    )
    op.create_index(op.f("ix_package_deposits_deposit_id"), "package_deposits", ["deposit_id"])


def downgrade() -> None:
    op.drop_table("package_deposits")
    op.drop_table("package_documents")
    op.drop_table("packages")
