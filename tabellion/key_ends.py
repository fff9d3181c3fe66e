"""The keys of an installation with their ends: those that sign or wrap, and the authorities whose word is believed."""

from collections.abc import Iterator

from api.held_keys import HeldKey
from signing.algorithms import key_use
from signing.timestamp import TimestampTrust
from tabellion.authorities import known_authorities
from tabellion.public_trust import public_keys
from tabellion.wiring import Parts


def held_keys(parts: Parts) -> tuple[HeldKey, ...]:
    """The keys that sign, the generations of the archive key, then authorities; those in use before those retired.

    A key that signs ends when another follows it; the seal's with its certificate, an authority with that of its CA, or
    of its signer where that is ours.
    """
    return (*_signing(parts), *_wrapping(parts), *_authorities(parts))


def _signing(parts: Parts) -> Iterator[HeldKey]:
    seal = parts.chest.seal
    for key in public_keys(parts):
        retired, until = key.valid_until is not None, key.valid_until
        if seal is not None and not retired and key.use == "seal":
            until = seal.certificate.not_valid_after_utc
        yield HeldKey(key.use, key.key_id, key.algorithm.value, key.valid_from, until, retired)


def _wrapping(parts: Parts) -> Iterator[HeldKey]:
    for key in parts.chest.wrapper.keys:
        retired = key.retired_at is not None
        yield HeldKey("objects", key.id, "aes-256", key.created_at, key.retired_at, retired)


def _authorities(parts: Parts) -> Iterator[HeldKey]:
    own = parts.chest.authority
    for trust in known_authorities(parts):
        if trust.authority == own.trust.authority:
            signer = own.tsa_certificate
            begins, ends = signer.not_valid_before_utc, signer.not_valid_after_utc
            yield HeldKey("authority", trust.authority, own.tsa_key.algorithm.value, begins, ends)
        else:
            yield from _pinned(trust)


def _pinned(trust: TimestampTrust) -> Iterator[HeldKey]:
    for anchor in trust.anchors:
        use = key_use(anchor.public_key())
        begins, ends = anchor.not_valid_before_utc, anchor.not_valid_after_utc
        algorithm = f"{use.algorithm}-{use.bits}" if use.bits else use.algorithm
        yield HeldKey("authority", trust.authority, algorithm, begins, ends)
