"""Links are indexed by document and what they lead to: reports asked of each paper whether any party's link is its.

Revision ID: 0032
Revises: 0031
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_links_document_id", "links")
    op.create_index("ix_links_document", "links", ["document_id", "target_type"])


def downgrade() -> None:
    op.drop_index("ix_links_document", "links")
    op.create_index("ix_links_document_id", "links", ["document_id"])
