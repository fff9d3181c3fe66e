"""Picks the newest record of every document, batch and matter, and notes all versions that the log names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.rebuilding.log_read import LogFacts
from archive.rebuilding.vault_read import Content, VaultObjects
from archive.records import PLACES
from archive.verification.record_check import RECORDED
from signing import canonical
from signing.errors import NotCanonical
from tabellion.base.clock import parse_rfc3339


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest record of a thing. `restored`: the log does not know it yet, so an entry must tell of it."""

    id: str
    number: int
    digest: str
    value: Mapping[str, Any]
    restored: bool


def newest_records(vault: VaultObjects, facts: LogFacts, kind: str) -> dict[str, Newest]:
    """The newest record of every document, batch or matter in the vault, by identifier.

    A record that the log does not know counts only if it is newer than all that the log knows: it was put for an entry
    that was lost with the catalogue. Records that an erasure destroyed are passed over.
    """
    found: dict[str, Newest] = {}
    for thing, keys in vault.groups(f"{PLACES[kind]}/"):
        named = facts.named(kind, thing, *RECORDED[kind])
        erased = facts.erased(kind, thing)
        best: Newest | None = None
        for number, key in sorted((_number(key), key) for key in keys):
            versions = {each.digest: each for each in _readable(vault, key, destroyed=erased is not None)}
            for digest, content in versions.items():
                record = _parse(vault, key, content)
                known = digest in named
                if record is not None and (known or best is None or number > best.number):
                    vault.note(content.ref, key, digest, parse_rfc3339(record["recorded_at"]))
                    best = Newest(thing, number, digest, record, not known)
        if best is not None:
            found[thing] = best
        elif named:
            vault.problems.append(f"no record of {kind} {thing} can be read")
    return found


def _readable(vault: VaultObjects, key: str, *, destroyed: bool) -> list[Content]:
    keyring = vault.archive.objects.keyring
    if destroyed and keyring is not None and not keyring.exists(key):
        return []
    return vault.contents(key, key)


def _parse(vault: VaultObjects, key: str, content: Content) -> Mapping[str, Any] | None:
    try:
        return canonical.load_object(content.data)
    except NotCanonical as error:
        vault.problems.append(f"{key}: {error}")
        return None


def _number(key: str) -> int:
    return int(key.rpartition("-")[2])
