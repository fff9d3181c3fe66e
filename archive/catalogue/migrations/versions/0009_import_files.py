"""Files of imports wait in the catalogue until a worker has read them; links that wait for a person are found quickly.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_pieces",
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_pieces_import_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_pieces")),
    )
    proposed = sa.text("state = 'proposed'")
    op.create_index(
        "ix_links_proposed", "links", ["document_id"], sqlite_where=proposed, postgresql_where=proposed
    )
