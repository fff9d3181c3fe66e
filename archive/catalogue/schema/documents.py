"""Tables of documents: papers as people mean them, with fields, links, scopes and relations.

Fields, links and scopes are histories: rows are only ever added, and the present is the newest row of each key
(`current`). Rows go away only where a deposit is erased.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from archive.catalogue.schema.columns import Json, Serial, identifier, instant, metadata, refers, serial

documents = Table(
    "documents",
    metadata,
    identifier(),
    refers("batch_id", "batches"),
    refers("portfolio_id", "portfolios", nullable=True),
    # received -> read -> searchable; failed keeps its reason; void and erased stay visible to those who may know
    Column("state", String(12), nullable=False),
    Column("reason_code", String(40)),
    Column("reason", Text),
    Column("kind", String(24), nullable=False),
    Column("kind_confidence", Float, nullable=False),
    Column("kind_by", String(36)),  # a person's pseudonym where a person decided; none: the machine
    Column("subkind", String(40)),
    Column("language", String(8), nullable=False),
    Column("direction", String(3)),  # in or out
    Column("document_date", Date, index=True),
    Column("sent_date", Date),
    Column("received_date", Date),
    Column("amount_minor", BigInteger),
    Column("currency", String(3)),
    Column("page_count", Integer),  # none until read
    instant("received_at", index=True),
    instant("searchable_at", nullable=True),
    Column("version", Integer, nullable=False),  # the ETag
    Column("record_n", Integer, nullable=False),
    CheckConstraint("state IN ('received', 'read', 'searchable', 'failed', 'void', 'erased')", name="state"),
    CheckConstraint("direction IN ('in', 'out')", name="direction"),
    Index("ix_documents_batch_state", "batch_id", "state"),
    # With the key: nearly all papers are of one state, by which those of a list or a page must not be looked for alone.
    Index("ix_documents_state", "state", "id"),
)

document_deposits = Table(
    "document_deposits",
    metadata,
    refers("document_id", "documents", index=False),
    Column("position", Integer, nullable=False),
    refers("deposit_id", "deposits"),
    PrimaryKeyConstraint("document_id", "position"),
)

document_pages = Table(
    "document_pages",
    metadata,
    refers("document_id", "documents", index=False),
    Column("position", Integer, nullable=False),  # page number within the document, from 1
    refers("deposit_id", "deposits", index=False),
    Column("page", Integer, nullable=False),  # page number within the deposit, from 1
    PrimaryKeyConstraint("document_id", "position"),
    Index("ix_document_pages_deposit_page", "deposit_id", "page"),
)

fields = Table(
    "fields",
    metadata,
    serial(),
    refers("document_id", "documents"),
    Column("name", String(60), nullable=False),
    Column("value", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("page", Integer, nullable=False),  # within the document
    Column("box", Json, nullable=False),  # fractions of the upright page
    Column("rule", String(80), nullable=False),
    Column("printed", Text),  # the value on the page where a file's own data says another; none: the same
    Column("state", String(10), nullable=False),  # machine, confirmed, corrected, withdrawn
    Column("actor", String(36)),  # none: the machine
    Column("despite", Text),  # amounts that a person meant though they do not add up
    instant("at"),
    # Another document of the same bytes about which a person said it; none: it was said of this one. No foreign key,
    # since that one may be erased.
    Column("decided_on", String(36)),
    instant("decided_at", nullable=True),  # when it was said there
    Index("ix_fields_value", "value", postgresql_using="hash"),
)

# What waits for a person, and why: derived from the present fields, so that it can be listed by what is at stake.
field_doubts = Table(
    "field_doubts",
    metadata,
    Column("field_id", Serial, ForeignKey("fields.id"), primary_key=True, autoincrement=False),
    refers("document_id", "documents"),
    Column("reasons", String(60), nullable=False),  # codes of archive.doubts, parted by spaces
    Column("stake_minor", BigInteger, nullable=False),
    Column(
        "weight_minor", BigInteger, nullable=False, server_default="0"
    ),  # how much of the stake is in doubt
    Index("ix_field_doubts_weight", "weight_minor", "document_id"),
)

links = Table(
    "links",
    metadata,
    serial(),
    Column("link_id", String(36), nullable=False, index=True),
    refers("document_id", "documents", index=False),
    Column("first_page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("target_type", String(10), nullable=False),  # party or claim
    # No foreign key: the registry belongs to another system and may be imported after a rebuild.
    Column("target_id", String(36), nullable=False),
    Column("role", String(24), nullable=False),
    Column("score", Float, nullable=False),
    Column("basis", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("actor", String(36)),
    instant("at"),
    CheckConstraint("state IN ('proposed', 'automatic', 'confirmed', 'rejected')", name="state"),
    CheckConstraint("target_type IN ('party', 'claim')", name="target_type"),
    Index("ix_links_target", "target_type", "target_id"),
    # With the type: of two indexes by one column each, the one by type could be taken, which leads to half of all rows.
    Index("ix_links_document", "document_id", "target_type"),
)

# What waits for a person is few among many; rows that a later one has overtaken are among them.
Index(
    "ix_links_proposed",
    links.c.document_id,
    sqlite_where=links.c.state == "proposed",
    postgresql_where=links.c.state == "proposed",
)

document_scopes = Table(
    "document_scopes",
    metadata,
    serial(),
    refers("document_id", "documents"),
    # 0 and 0: the whole document. A span narrower than the document replaces its scopes on those pages.
    Column("first_page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("scope", String(60), nullable=False),  # portfolio:ID, creditor:ID, matter:ID, unassigned
    Column("granted", Integer, nullable=False),  # 1 given, 0 taken back
    Column("actor", String(36), nullable=False),
    instant("at"),
    Index("ix_document_scopes_scope", "scope", "document_id"),
)

relations = Table(
    "relations",
    metadata,
    serial(),
    refers("document_id", "documents"),
    refers("other_id", "documents"),
    # annex_of, delivery_proof_of, answer_to, rescan_of; of papers that were cut or put together: cut_from, joined_into
    Column("relation", String(24), nullable=False),
    # cut_from: which pages of the other the document was; joined_into: which pages of the other it became
    Column("first_page", Integer),
    Column("last_page", Integer),
    Column("granted", Integer, nullable=False),
    Column("actor", String(36), nullable=False),
    instant("at"),
)
