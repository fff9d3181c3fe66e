"""Tables of what comes in: portfolios, stations, batches, deposits, pages, readings."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers, serial

portfolios = Table(
    "portfolios",
    metadata,
    identifier(),
    Column("name", String(200), nullable=False, unique=True),
    Column("external_id", String(200), unique=True),
    instant("created_at"),
)

stations = Table(
    "stations",
    metadata,
    identifier(),
    Column("name", String(200), nullable=False, unique=True),
    refers("portfolio_id", "portfolios", nullable=True),
    Column("device", Json, nullable=False),  # maker, model, serial, profile, dpi: what the manifests claim
    instant("created_at"),
    instant("disabled_at", nullable=True),
)

batches = Table(
    "batches",
    metadata,
    identifier(),
    Column("name", String(200), nullable=False),
    # station: handed over by a station; import: command line or REST without declared counts; unassigned: the queue
    Column("origin", String(16), nullable=False),
    refers("portfolio_id", "portfolios", nullable=True),
    refers("station_id", "stations", nullable=True),
    Column("operator", String(36)),  # an account's pseudonym
    Column("sides_mode", String(8), nullable=False),  # simplex or duplex
    Column("sheets", Integer),  # declared
    Column("sides", Integer),  # declared
    Column("state", String(8), nullable=False),  # open or closed
    refers("supplement_of", "batches", nullable=True),
    Column("close_reason", String(40)),
    instant("opened_at"),
    instant("closed_at", nullable=True),
    Column("version", Integer, nullable=False),
    Column("record_n", Integer, nullable=False),
    Column("receipt", Text),  # the signed batch receipt, once closed
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    CheckConstraint("origin IN ('station', 'import', 'unassigned')", name="origin"),
)

# What is still open, and what still waits for its receipt, is few among many.
for _name, _few in (
    ("ix_batches_open", batches.c.state == "open"),
    ("ix_batches_unreceipted", batches.c.closed_at.is_not(None) & batches.c.receipt.is_(None)),
):
    Index(_name, batches.c.id, sqlite_where=_few, postgresql_where=_few)

# The command line and REST find their open batch by its name; two of one name would part what belongs together.
Index(
    "uq_batches_open_name",
    batches.c.name,
    unique=True,
    sqlite_where=(batches.c.state == "open") & (batches.c.origin != "station"),
    postgresql_where=(batches.c.state == "open") & (batches.c.origin != "station"),
)

batch_items = Table(
    "batch_items",
    metadata,
    identifier(),
    refers("batch_id", "batches", index=False),
    Column("sequence", Integer, nullable=False),
    refers("deposit_id", "deposits", nullable=True),  # none: a void number without a scan
    # held, void, replaced, separator, blank; what the operator sees (Waiting, Held, Needs you) is derived
    Column("state", String(12), nullable=False),
    Column("reason", String(40)),
    refers("replaced_by", "batch_items", nullable=True),
    # Names the act of handing over (path and digest, idempotency key, claim), so that a repeat is recognised.
    Column("source", String(200)),
    Column("repeats", Integer, nullable=False),
    instant("at"),
    Column("actor", String(36), nullable=False),
    UniqueConstraint("batch_id", "source"),
    CheckConstraint("state IN ('held', 'void', 'replaced', 'separator', 'blank')", name="state"),
    Index("ix_batch_items_batch_sequence", "batch_id", "sequence", "id"),
)
# How much an account has handed over lately (quotas).
Index("ix_batch_items_actor_at", batch_items.c.actor, batch_items.c.at)
# One living item a number; those that were replaced keep their number and stay.
Index(
    "uq_batch_items_living",
    batch_items.c.batch_id,
    batch_items.c.sequence,
    unique=True,
    sqlite_where=batch_items.c.state != "replaced",
    postgresql_where=batch_items.c.state != "replaced",
)

deposits = Table(
    "deposits",
    metadata,
    identifier(),
    refers("batch_id", "batches", index=False),
    Column("sequence", Integer, nullable=False),
    Column("name", Text),  # the original file name; purged at erasure
    Column("media_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("sha512", String(128), nullable=False),
    instant("received_at", index=True),
    Column("protection_class", String(40), nullable=False),
    Column("retention_class", String(40), nullable=False),
    Column("page_count", Integer),  # none until read
    Column("reading_n", Integer, nullable=False),  # 0: not read yet
    Column("receipt", Text),  # the signed receipt, once the log has the entry
    instant("erased_at", nullable=True),
    Index("ix_deposits_batch", "batch_id", "id"),  # with the newest of a batch at its end
)

# What still waits for its receipt is few among many.
Index(
    "ix_deposits_unreceipted",
    deposits.c.id,
    sqlite_where=deposits.c.receipt.is_(None),
    postgresql_where=deposits.c.receipt.is_(None),
)
Index(
    "ix_deposits_erased",
    deposits.c.id,
    sqlite_where=deposits.c.erased_at.is_not(None),
    postgresql_where=deposits.c.erased_at.is_not(None),
)

manifests = Table(
    "manifests",
    metadata,
    refers("deposit_id", "deposits", index=False),
    Column("version", Integer, nullable=False),
    Column("role", String(10), nullable=False),  # received or derived
    Column("digest", String(64), nullable=False, unique=True),
    Column("group_node", String(64), nullable=False),
    Column("seq", BigInteger, index=True),  # of its entry in the log
    refers("stamp_id", "stamps", nullable=True),
    Column("stamp_position", Integer),
    instant("at"),
    PrimaryKeyConstraint("deposit_id", "version"),
    CheckConstraint("role IN ('received', 'derived')", name="role"),
)

pages = Table(
    "pages",
    metadata,
    refers("deposit_id", "deposits", index=False),
    Column("number", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dpi", Integer, nullable=False),
    Column("rotation", Integer, nullable=False),
    Column("skew", Float, nullable=False),
    Column("blank", Boolean, nullable=False),
    Column("source", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("quality", Json, nullable=False),
    Column("confidence", Float, nullable=False),  # mean of the words, 0..1
    Column("words", Integer, nullable=False),
    Column("error", String(200)),
    Column("separator", String(80)),  # what makes it a sheet that only parts papers; none: it is a page
    # Where the page lies in the objects `reading-<n>` and `derived/images-<n>` of its deposit, in plain bytes.
    Column("reading_offset", BigInteger, nullable=False),
    Column("reading_length", BigInteger, nullable=False),
    Column("image_offset", BigInteger),
    Column("image_length", BigInteger),
    Column("thumb_offset", BigInteger),
    Column("thumb_length", BigInteger),
    PrimaryKeyConstraint("deposit_id", "number"),
)

readings = Table(
    "readings",
    metadata,
    refers("deposit_id", "deposits", index=False),
    Column("n", Integer, nullable=False),
    instant("at"),
    Column("engine", Json, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("outcome", String(40), nullable=False),  # READ, or the code of the refusal
    Column("detail", Text),
    PrimaryKeyConstraint("deposit_id", "n"),
)

# Where within a file a new paper may begin: what the machine proposed, and what became of it. A history by place.
cuts = Table(
    "cuts",
    metadata,
    serial(),
    refers("deposit_id", "deposits", index=False),
    Column("page", Integer, nullable=False),  # of the deposit; the paper would begin with it
    Column("confidence", Float, nullable=False),
    Column("reasons", Json, nullable=False),  # codes of ocr.parts
    Column("state", String(10), nullable=False),
    Column("actor", String(36)),  # none: the machine
    instant("at"),
    CheckConstraint("state IN ('proposed', 'accepted', 'refused', 'withdrawn')", name="state"),
    Index("ix_cuts_deposit_page", "deposit_id", "page"),
)

# What a page is found by when it was scanned again: hashes of its figures. Made anew from readings.
page_marks = Table(
    "page_marks",
    metadata,
    refers("deposit_id", "deposits", index=False),
    Column("page", Integer, nullable=False),
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("deposit_id", "page", "mark"),
    Index("ix_page_marks_mark", "mark"),
)

# Digests that a station announced for a batch: what is not among the items is missing.
announced = Table(
    "announced",
    metadata,
    serial(),
    refers("batch_id", "batches"),
    Column("sequence", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("batch_id", "sequence"),
)
