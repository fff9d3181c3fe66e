"""Claims are found by any part of their numbers, not by the beginning and the end alone.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

from archive.names import number_parts

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000


def _bytewise(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    keys = op.create_table(
        "claim_keys",
        sa.Column("key", _bytewise(64), nullable=False),
        sa.Column("claim_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_keys_claim_id")),
        sa.PrimaryKeyConstraint("key", "claim_id", name=op.f("pk_claim_keys")),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind(), keys)
    op.create_index(op.f("ix_claim_keys_claim_id"), "claim_keys", ["claim_id"])


def downgrade() -> None:
    op.drop_table("claim_keys")


def _fill(connection: sa.Connection, keys: sa.Table) -> None:
    """Write the parts of the numbers of all claims, some claims at once."""
    numbers = sa.table("claim_numbers", sa.column("claim_id"), sa.column("folded"))
    columns = numbers.c
    after = ""
    while True:
        some = sa.select(columns.claim_id).where(columns.claim_id > after).distinct()
        ids = connection.scalars(some.order_by(columns.claim_id).limit(_AT_ONCE)).all()
        if not ids:
            return
        rows = connection.execute(sa.select(numbers).where(columns.claim_id.in_(ids))).all()
        found = {(part, row.claim_id) for row in rows for part in number_parts(row.folded)}
        if found:
            connection.execute(
                sa.insert(keys), [{"key": part, "claim_id": claim_id} for part, claim_id in sorted(found)]
            )
        after = ids[-1]
