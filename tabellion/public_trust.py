"""What this installation publishes for verifiers, and what it trusts itself when it looks at its own packages."""

import re

from signing.keys import PublicKey
from signing.note import NoteKey
from signing.timestamp import TimestampTrust
from signing.verdict import Policy
from signing.verifier import Trust, trust_files, trust_of
from tabellion.authorities import LOCAL, known_authorities
from tabellion.wiring import Parts

SOURCE = "the keys of this installation"
_UNUSUAL = re.compile(r"[^a-z0-9.-]+")


def public_keys(parts: Parts) -> list[PublicKey]:
    """The public keys of the archive, each with the time since when it is used."""
    since = parts.identity.created_at
    keys = [PublicKey.of("log", parts.chest.log, since), PublicKey.of("receipt", parts.chest.receipt, since)]
    if parts.chest.seal is not None:
        begins = parts.chest.seal.certificate.not_valid_before_utc
        keys.append(PublicKey.of("seal", parts.chest.seal.signer, begins))
    return keys


def public_files(parts: Parts) -> dict[str, bytes]:
    """The files of the folder that `tabellion keys export --public` writes (docs/evidence.md, Trust)."""
    seal = parts.chest.seal
    return trust_files(
        keys=public_keys(parts),
        log_keys=[NoteKey(parts.archive.origin, parts.chest.log.public_der)],
        seals=() if seal is None else (seal.certificate,),
        authorities=_authorities(parts),
    )


def own_trust(parts: Parts, policy: Policy | None = None) -> Trust:
    """The trust of a verifier who believes this installation; every input of it says so."""
    return trust_of(public_files(parts), SOURCE, policy)


def _authorities(parts: Parts) -> dict[str, TimestampTrust]:
    """Every authority whose tokens are believed here, by the name of its files; the local one says so."""
    own = parts.chest.authority.trust.authority
    return {
        LOCAL if each.authority == own else _UNUSUAL.sub("-", each.authority.lower()).strip("-."): each
        for each in known_authorities(parts)
    }
