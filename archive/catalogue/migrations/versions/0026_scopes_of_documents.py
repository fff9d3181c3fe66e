"""The index of scopes by scope and document: a list asks of each document whether it has one.

Revision ID: 0026
Revises: 0025
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_document_scopes_scope", "document_scopes")
    op.create_index("ix_document_scopes_scope", "document_scopes", ["scope", "document_id"])


def downgrade() -> None:
    op.drop_index("ix_document_scopes_scope", "document_scopes")
    op.create_index("ix_document_scopes_scope", "document_scopes", ["scope"])
