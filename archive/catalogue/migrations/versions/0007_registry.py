"""The registry with keys, history and imports; linking that was asked for while it ran is done again.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _bytewise(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    with op.batch_alter_table("work") as batch:
        batch.add_column(sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("parties") as batch:
        batch.add_column(sa.Column("other_addresses", json, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("digest", sa.String(64)))
    with op.batch_alter_table("claims") as batch:
        batch.add_column(sa.Column("digest", sa.String(64)))
    with op.batch_alter_table("party_identifiers") as batch:
        batch.add_column(sa.Column("reversed", _bytewise(64), nullable=False, server_default=""))
    with op.batch_alter_table("claim_numbers") as batch:
        batch.add_column(sa.Column("reversed", _bytewise(120), nullable=False, server_default=""))
        batch.add_column(sa.Column("skeleton", _bytewise(120), nullable=False, server_default=""))
        batch.alter_column(
            "folded", type_=_bytewise(120), existing_type=sa.String(120), existing_nullable=False
        )
    for column in ("original_creditor", "creditor"):
        op.create_index(f"ix_claims_{column}", "claims", [column])
    op.create_index("ix_party_identifiers_reversed", "party_identifiers", ["reversed"])
    op.create_index("ix_claim_numbers_reversed", "claim_numbers", ["reversed"])
    op.create_index("ix_claim_numbers_skeleton", "claim_numbers", ["skeleton"])
    for table, owner in (("party_keys", "party"), ("document_keys", "document")):
        owners = {"party": "parties", "document": "documents"}[owner]
        op.create_table(
            table,
            sa.Column("key", _bytewise(64), nullable=False),
            sa.Column(f"{owner}_id", sa.String(36), nullable=False),
            sa.ForeignKeyConstraint([f"{owner}_id"], [f"{owners}.id"], name=op.f(f"fk_{table}_{owner}_id")),
            sa.PrimaryKeyConstraint("key", f"{owner}_id", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
        op.create_index(op.f(f"ix_{table}_{owner}_id"), table, [f"{owner}_id"])
    op.create_table(
        "registry_changes",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("object_type", sa.String(10), nullable=False),
        sa.Column("object_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", json, nullable=False),
        sa.Column("actor", sa.String(36), nullable=False),
        sa.Column("import_id", sa.String(36)),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_changes")),
    )
    op.create_index("ix_registry_changes_object", "registry_changes", ["object_type", "object_id"])
    op.create_table(
        "import_mappings",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("columns", json, nullable=False),
        sa.Column("actor", sa.String(36), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_import_mappings")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("options", json, nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("counts", json, nullable=False),
        sa.Column("actor", sa.String(36), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("finished_at", instant),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_imports_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "import_problems",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_problems_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_problems")),
    )
    op.create_index(op.f("ix_import_problems_import_id"), "import_problems", ["import_id"])
