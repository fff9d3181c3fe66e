"""Tables of the registry: parties, claims, assignments. Owned by the collection system; linked to from papers."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, String, Table

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers, serial

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
    PrimaryKeyConstraint("party_id", "type", "value"),
    Index("ix_party_identifiers_value", "value"),
)

claims = Table(
    "claims",
    metadata,
    identifier(),
    Column("number", String(120), nullable=False, index=True),
    refers("portfolio_id", "portfolios", nullable=True),
    Column("original_creditor", String(36)),
    Column("creditor", String(36)),
    Column("currency", String(3)),
    Column("principal_minor", BigInteger),
    Column("principal_source", String(60)),
    Column("principal_as_of", Date),
    Column("dates", Json, nullable=False),
    Column("external_id", String(200), unique=True),
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
    Column("folded", String(120), nullable=False),  # letters and digits only, upper case
    PrimaryKeyConstraint("claim_id", "type", "value"),
    Index("ix_claim_numbers_folded", "folded"),
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
