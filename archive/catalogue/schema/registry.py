"""Tables of the registry: parties, claims, assignments. Owned by the collection system; linked to from papers."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from archive.catalogue.schema.columns import Json, bytewise, identifier, instant, metadata, refers, serial

parties = Table(
    "parties",
    metadata,
    identifier(),
    Column("kind", String(10), nullable=False),  # person, company, court, authority
    Column("display_name", String(300), nullable=False),
    Column("sort_name", String(300), nullable=False, index=True),  # folded, for type-ahead
    Column("external_id", String(200), unique=True),
    Column("birth_date", Date),
    Column("town", String(120)),
    Column("address", Json, nullable=False),
    Column("other_addresses", Json, nullable=False, server_default="[]"),
    Column("digest", String(64)),  # of what was imported last: the same again changes nothing
    instant("created_at"),
    instant("updated_at"),
    Column("version", Integer, nullable=False),
)

party_names = Table(
    "party_names",
    metadata,
    serial(),
    refers("party_id", "parties"),
    Column("name", String(300), nullable=False),
    Column("folded", String(300), nullable=False, index=True),
    Column("script", String(8), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

party_identifiers = Table(
    "party_identifiers",
    metadata,
    refers("party_id", "parties", index=False),
    Column("type", String(20), nullable=False),  # as in the field names: pesel, nip, iban, ...
    Column("value", String(64), nullable=False),
    Column("valid", Boolean, nullable=False),  # whether its check digit holds
    Column("reversed", bytewise(64), nullable=False, server_default=""),  # for those who know the end of it
    PrimaryKeyConstraint("party_id", "type", "value"),
    Index("ix_party_identifiers_value", "value"),
    Index("ix_party_identifiers_reversed", "reversed"),
)

# What names are found by: words for type-ahead, beginnings, ends and pairs for linking (`archive.names`).
party_keys = Table(
    "party_keys",
    metadata,
    Column("key", bytewise(64), nullable=False),
    refers("party_id", "parties"),
    PrimaryKeyConstraint("key", "party_id"),
    sqlite_with_rowid=False,
)

# What papers name, so that those are linked anew which a change of the registry concerns.
document_keys = Table(
    "document_keys",
    metadata,
    Column("key", bytewise(64), nullable=False),
    refers("document_id", "documents"),
    PrimaryKeyConstraint("key", "document_id"),
    sqlite_with_rowid=False,
)

claims = Table(
    "claims",
    metadata,
    identifier(),
    Column("number", String(120), nullable=False, index=True),
    refers("portfolio_id", "portfolios", nullable=True),
    Column("original_creditor", String(36), index=True),
    Column("creditor", String(36), index=True),
    Column("currency", String(3)),
    Column("principal_minor", BigInteger),
    Column("principal_source", String(60)),
    Column("principal_as_of", Date),
    Column("dates", Json, nullable=False),
    Column("external_id", String(200), unique=True),
    Column("digest", String(64)),
    instant("created_at"),
    instant("updated_at"),
    Column("version", Integer, nullable=False),
)

claim_parties = Table(
    "claim_parties",
    metadata,
    refers("claim_id", "claims", index=False),
    refers("party_id", "parties"),
    Column("role", String(16), nullable=False),  # debtor, co_debtor, guarantor
    PrimaryKeyConstraint("claim_id", "party_id", "role"),
)

claim_numbers = Table(
    "claim_numbers",
    metadata,
    refers("claim_id", "claims", index=False),
    Column("type", String(20), nullable=False),  # contract_number, case_number, invoice_number, ...
    Column("value", String(120), nullable=False),
    Column("folded", bytewise(120), nullable=False),  # letters and digits only, upper case
    # Read by the version before; written for it while it still runs beside this one.
    Column("reversed", bytewise(120), nullable=False, server_default=""),
    Column(
        "skeleton", bytewise(120), nullable=False, server_default=""
    ),  # what recognition confuses made one
    PrimaryKeyConstraint("claim_id", "type", "value"),
    Index("ix_claim_numbers_folded", "folded"),
    Index("ix_claim_numbers_reversed", "reversed"),
    Index("ix_claim_numbers_skeleton", "skeleton"),
)

# The numbers of a claim from each of their characters on: whatever part of one is typed begins one of these.
claim_keys = Table(
    "claim_keys",
    metadata,
    Column("key", bytewise(64), nullable=False),
    refers("claim_id", "claims"),
    PrimaryKeyConstraint("key", "claim_id"),
    sqlite_with_rowid=False,
)

assignments = Table(
    "assignments",
    metadata,
    serial(),
    refers("claim_id", "claims"),
    Column("from_party", String(36)),
    Column("to_party", String(36), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("basis_document", String(36)),
    Column("actor", String(36), nullable=False),
    instant("at"),
    Column("ordinal", Integer, nullable=False),
)

# What a record was before each change: rows are only added.
registry_changes = Table(
    "registry_changes",
    metadata,
    serial(),
    Column("object_type", String(10), nullable=False),  # party or claim
    Column("object_id", String(36), nullable=False),
    Column("version", Integer, nullable=False),  # of the record as it was
    Column("before", Json, nullable=False),
    Column("actor", String(36), nullable=False),
    Column("import_id", String(36)),
    instant("at"),
    Index("ix_registry_changes_object", "object_type", "object_id"),
)

import_mappings = Table(
    "import_mappings",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("what", String(10), nullable=False),  # debtors or claims
    Column("columns", Json, nullable=False),
    Column("actor", String(36), nullable=False),
    instant("at"),
)

imports = Table(
    "imports",
    metadata,
    identifier(),
    Column("what", String(10), nullable=False),  # debtors or claims
    Column("file_name", String(200), nullable=False),
    Column("options", Json, nullable=False),  # mapping, encoding, separator, portfolio
    Column("dry_run", Boolean, nullable=False),
    Column("state", String(8), nullable=False),  # waiting, running, done, failed
    Column("reason", Text),
    Column("counts", Json, nullable=False),
    Column("actor", String(36), nullable=False),
    instant("at"),
    instant("finished_at", nullable=True),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
)

# Rows of a file that were refused, and why; those that were taken are counted.
import_problems = Table(
    "import_problems",
    metadata,
    serial(),
    refers("import_id", "imports"),
    Column("line", Integer, nullable=False),
    Column("field", String(60), nullable=False),
    Column("code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("value", String(60), nullable=False, server_default=""),  # the cell that cannot be taken
)

# What would become of each row of a file that is only tried.
import_rows = Table(
    "import_rows",
    metadata,
    serial(),
    refers("import_id", "imports", index=False),
    Column("line", Integer, nullable=False),
    Column("outcome", String(9), nullable=False),  # added, changed, unchanged, refused
    Column("external_id", String(200)),
    Column("record_id", String(36)),  # of the record that there is already
    Column("title", String(300)),  # name or number, as the row has it
    Column("changes", Json, nullable=False),  # field, values before, values after
    Index("ix_import_rows_outcome", "import_id", "outcome", "id"),
    Index("ix_import_rows_place", "import_id", "id"),
)

# The file of an import until it has been read: rows of a megabyte, so that any worker can read it. Then they go.
import_pieces = Table(
    "import_pieces",
    metadata,
    refers("import_id", "imports", index=False),
    Column("position", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("import_id", "position"),
)
