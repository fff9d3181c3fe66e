"""Tables of how people prove who they are besides a password: second factors, a provider's word, sign-ins under way."""

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from archive.catalogue.schema.columns import Json, identifier, instant, metadata, refers

second_factors = Table(
    "second_factors",
    metadata,
    identifier(),
    refers("account_id", "accounts"),
    Column("kind", String(10), nullable=False),  # totp, passkey
    Column("name", String(80), nullable=False),
    # The key of a TOTP, or a passkey's identifier and public key: sealed (`archive.secrets`).
    Column("secret", LargeBinary, nullable=False),
    Column("credential", String(64), unique=True),  # digest of a passkey's identifier
    Column("counter", BigInteger, nullable=False),  # last time step that was used, or a passkey's count
    instant("created_at"),
    instant("confirmed_at", nullable=True),  # by its first code; before, it counts for nothing
    instant("used_at", nullable=True),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    refers("account_id", "accounts", index=False),
    Column("digest", String(64), nullable=False),
    instant("made_at"),
    instant("used_at", nullable=True),
    PrimaryKeyConstraint("account_id", "digest"),
)

# A sign-in between two of its requests: who has given the password and owes a code, or was sent to the provider.
sign_in_steps = Table(
    "sign_in_steps",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the cookie's value, or of a passkey's challenge
    Column("kind", String(10), nullable=False),
    refers("account_id", "accounts", nullable=True),
    Column("data", Json, nullable=False),
    instant("created_at"),
    instant("expires_at", index=True),
)

# Who a provider says somebody is; without an account until an administrator lets him in.
identities = Table(
    "identities",
    metadata,
    identifier(),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("name", String(80), nullable=False),  # as the provider calls him
    refers("account_id", "accounts", nullable=True),
    instant("asked_at"),
    instant("linked_at", nullable=True),
    Column("linked_by", String(36)),
    UniqueConstraint("issuer", "subject"),
)
