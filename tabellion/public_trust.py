"""What this installation publishes for verifiers, and what it trusts itself when it looks at its own packages."""

import re

from signing.algorithm_policy import policy_bytes as algorithm_bytes
from signing.algorithms import BUILT_IN
from signing.keys import PublicKey
from signing.timestamp import TimestampTrust
from signing.verdict import Policy
from signing.verifier import Trust, trust_files, trust_of
from tabellion.authorities import LOCAL, known_authorities
from tabellion.keystore import span
from tabellion.wiring import Parts
from tabellion.witnessing import policy_bytes, quorum_policy

SOURCE = "the keys of this installation"
_UNUSUAL = re.compile(r"[^a-z0-9.-]+")


def public_keys(parts: Parts) -> list[PublicKey]:
    """The public keys of the archive, each with the time in which it is or was used; those in use first."""
    chest, began = parts.chest, parts.identity.created_at
    keys = [
        PublicKey.of("log", chest.log, span(chest.retired, "log", began)),
        PublicKey.of("receipt", chest.receipt, span(chest.retired, "receipt", began)),
    ]
    if chest.seal is not None:
        # Certificates know no fractions of a second.
        begins = max(chest.seal.certificate.not_valid_before_utc, span(chest.retired, "seal", began))
        keys.append(PublicKey.of("seal", chest.seal.signer, begins))
    return [*keys, *chest.retired]


def public_files(parts: Parts) -> dict[str, bytes]:
    """The files of the folder that `tabellion keys export --public` writes (docs/evidence.md, Trust)."""
    seal, witnesses = parts.chest.seal, policy_bytes(parts.settings)
    quorum = quorum_policy(parts.settings)
    files = trust_files(
        keys=public_keys(parts),
        log_keys=parts.chest.log_keys(parts.archive.origin),
        seals=(*(() if seal is None else (seal.certificate,)), *parts.chest.former_seals),
        authorities=_authorities(parts),
        witnesses={} if quorum is None else {_file_name(key.name): key for key in quorum.witness_keys},
    )
    if parts.algorithms != BUILT_IN:
        files["algorithms.json"] = algorithm_bytes(parts.algorithms)
    return files if witnesses is None else files | {"log.policy": witnesses}


def own_trust(parts: Parts, policy: Policy | None = None) -> Trust:
    """The trust of a verifier who believes this installation; every input of it says so."""
    return trust_of(public_files(parts), SOURCE, policy)


def _authorities(parts: Parts) -> dict[str, TimestampTrust]:
    """Every authority whose tokens are believed here, by the name of its files; the local one says so."""
    own = parts.chest.authority.trust.authority
    return {
        LOCAL if each.authority == own else _file_name(each.authority): each
        for each in known_authorities(parts)
    }


def _file_name(name: str) -> str:
    return _UNUSUAL.sub("-", name.lower()).strip("-.")
