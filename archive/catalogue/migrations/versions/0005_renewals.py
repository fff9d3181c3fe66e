"""Renewals of evidence, and what each stamp's token rests on.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "renewals",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("algorithm", sa.String(12), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(128)),
        sa.Column("token", sa.LargeBinary()),
        sa.Column("authority", sa.String(200)),
        sa.Column("time_class", sa.String(10)),
        sa.Column("gen_time", Instant()),
        sa.Column("verified_at", Instant()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", Instant()),
        sa.Column("failure", sa.String(60)),
        sa.Column("expires", Instant()),
        sa.Column("rests_on", sa.String(200)),
        sa.Column("renewed_by", sa.String(36)),
        sa.CheckConstraint(
            "kind IN ('timestamp-renewal', 'hashtree-renewal')", name=op.f("ck_renewals_kind")
        ),
        sa.CheckConstraint(
            "state IN ('preparing', 'prepared', 'stamped', 'verified', 'published')",
            name=op.f("ck_renewals_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewals")),
        sa.UniqueConstraint("number", name=op.f("uq_renewals_number")),
    )
    op.create_index(op.f("ix_renewals_state"), "renewals", ["state"])
    op.create_index(op.f("ix_renewals_renewed_by"), "renewals", ["renewed_by"])
    op.add_column("stamps", sa.Column("expires", Instant()))
    op.add_column("stamps", sa.Column("rests_on", sa.String(200)))
    op.add_column("stamps", sa.Column("renewed_by", sa.String(36)))
    op.create_index(op.f("ix_stamps_renewed_by"), "stamps", ["renewed_by"])


def downgrade() -> None:
    op.drop_index(op.f("ix_stamps_renewed_by"), "stamps")
    for column in ("renewed_by", "rests_on", "expires"):
        op.drop_column("stamps", column)
    op.drop_table("renewals")
