"""Tables of who asks: accounts, their roles and scopes, sessions, tokens, and creations that may be sent again."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers, serial

accounts = Table(
    "accounts",
    metadata,
    identifier(),
    Column("name", String(80), nullable=False, unique=True),
    Column("pseudonym", String(36), nullable=False, unique=True),  # the actor in the log
    refers("station_id", "stations", nullable=True),  # a station's own account
    instant("created_at"),
    Column("version", Integer, nullable=False),
)

# What an account is and may, as a history: password, display name, locale, zone, state, role, scope.
account_facts = Table(
    "account_facts",
    metadata,
    serial(),
    refers("account_id", "accounts"),
    Column("fact", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("actor", String(36), nullable=False),
    Column("basis", String(80)),
    instant("at"),
    Index("ix_account_facts_account_fact", "account_id", "fact"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the cookie's value
    refers("account_id", "accounts"),
    Column("csrf", String(64), nullable=False),
    instant("created_at"),
    instant("seen_at"),
    instant("expires_at"),
    instant("revoked_at", nullable=True),
    Column("agent", String(200), nullable=False),
    Column("second", Boolean, nullable=False),  # whether a second factor was shown
    Column("theirs", String(64), index=True),  # digest of a provider's name for its own session, to end both
)

api_tokens = Table(
    "api_tokens",
    metadata,
    identifier(),
    refers("account_id", "accounts"),
    Column("name", String(120), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("actions", Json, nullable=False),  # narrower than the account's roles; empty: all of them
    instant("created_at"),
    instant("expires_at", nullable=True),
    instant("revoked_at", nullable=True),
    instant("seen_at", nullable=True),
)

signin_attempts = Table(
    "signin_attempts",
    metadata,
    serial(),
    Column("subject", String(64), nullable=False),  # digest of the name or of the address
    instant("at"),
    Column("succeeded", Integer, nullable=False),
    Index("ix_signin_attempts_subject_at", "subject", "at"),
)

# Who was refused lately because he asked for too much; told to administrators, and forgotten after a day.
limited = Table(
    "limited",
    metadata,
    Column("account_id", String(36), primary_key=True),  # or "strangers", for all who were not signed in
    Column("code", String(40), primary_key=True),
    Column("refusals", Integer, nullable=False),
    instant("since"),
    instant("last_at"),
)

# Queries that somebody keeps to ask again. They may name people: rows of the database only, never of log or vault.
saved_searches = Table(
    "saved_searches",
    metadata,
    identifier(),
    refers("account_id", "accounts", index=False),
    Column("name", String(120), nullable=False),
    Column("query", Text, nullable=False),
    instant("created_at"),
    UniqueConstraint("account_id", "name"),
)

# Documents that searches found, for an hour, where several machines answer: ids and scores, and a digest of the query.
result_lists = Table(
    "result_lists",
    metadata,
    Column("name", String(22), primary_key=True),  # random
    Column("query", String(64), nullable=False),
    Column("documents", Text, nullable=False),
    instant("until", index=True),
)

# What a request with an Idempotency-Key made, so that the same request makes it once.
idempotency = Table(
    "idempotency",
    metadata,
    refers("account_id", "accounts", index=False),
    Column("key", String(64), nullable=False),  # digest of the sender's key
    Column("request", String(64), nullable=False),  # digest of what was asked for
    Column("made", String(36), nullable=False),  # the identifier of what was made
    instant("at"),
    PrimaryKeyConstraint("account_id", "key"),
)
