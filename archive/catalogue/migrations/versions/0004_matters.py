"""Matters with their selections and packages, open trays, and verifications of everything.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("report", json, nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.String(length=36), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("finished_at", instant, nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ck_checks_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_table(
        "matters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("court", sa.String(length=200), nullable=True),
        sa.Column("case_numbers", json, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opened_by", sa.String(length=36), nullable=False),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_n", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_matters_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
    )
    op.create_index(op.f("ix_matters_opened_by"), "matters", ["opened_by"])
    op.create_table(
        "matter_claims",
        sa.Column("matter_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_claims_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", "claim_id", name=op.f("pk_matter_claims")),
    )
    op.create_table(
        "selections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("matter_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frozen_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_selections_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_selections_matter_id_number")),
    )
    op.create_table(
        "selection_items",
        sa.Column("selection_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("passed_over", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selections.id"], name=op.f("fk_selection_items_selection_id")
        ),
        sa.PrimaryKeyConstraint("selection_id", "position", name=op.f("pk_selection_items")),
    )
    op.create_index(op.f("ix_selection_items_document_id"), "selection_items", ["document_id"])
    op.create_table(
        "trays",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("matter_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_trays_matter_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_trays")),
    )
    op.create_index(op.f("ix_trays_matter_id"), "trays", ["matter_id"])
    op.create_table(
        "matter_packages",
        sa.Column("matter_id", sa.String(length=36), nullable=False),
        sa.Column("selection_id", sa.String(length=36), nullable=False),
        sa.Column("package_id", sa.String(length=36), nullable=False),
        sa.Column("ordered_by", sa.String(length=36), nullable=False),
        sa.Column("ordered_at", instant, nullable=False),
        sa.Column("filed_at", instant, nullable=True),
        sa.Column("filed_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_packages_matter_id")),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selections.id"], name=op.f("fk_matter_packages_selection_id")
        ),
        sa.PrimaryKeyConstraint("matter_id", "package_id", name=op.f("pk_matter_packages")),
    )
    op.create_index(op.f("ix_matter_packages_package_id"), "matter_packages", ["package_id"])
    op.create_index(op.f("ix_matter_packages_selection_id"), "matter_packages", ["selection_id"])


def downgrade() -> None:
    for table in (
        "matter_packages",
        "trays",
        "selection_items",
        "selections",
        "matter_claims",
        "matters",
        "checks",
    ):
        op.drop_table(table)
