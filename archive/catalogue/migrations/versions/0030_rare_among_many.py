"""Indexes by which what is rare among millions of rows is found: entries of a type, objects not listed or read yet.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_RARE = (
    ("ix_objects_unlisted", "objects", ["id"], sa.text("inventory IS NULL")),
    ("ix_objects_unread", "objects", ["checked_at", "at"], sa.text("checked_at IS NULL")),
    (
        "ix_objects_copy_unread",
        "objects",
        ["copy_checked_at", "at"],
        sa.text("copy IS NOT NULL AND copy_checked_at IS NULL"),
    ),
    ("ix_deposits_erased", "deposits", ["id"], sa.text("erased_at IS NOT NULL")),
)


def upgrade() -> None:
    op.create_index("ix_log_entries_type", "log_entries", ["type", "seq"])
    for name, table, columns, where in _RARE:
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _columns, _where in reversed(_RARE):
        op.drop_index(name, table)
    op.drop_index("ix_log_entries_type", "log_entries")
