"""Keeps the keys of owners in the second vault as they are in the first: made, wrapped anew, destroyed."""

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby

from archive.vault import Ref, Vault, VaultMissing
from archive.vault.keys import DESTROYED, PREFIX, key_of

_LARGEST = 4096


def copy_key(source: Vault, target: Vault, owner: str) -> bool:
    """Have the target hold the wrapped key that the source holds, and no older one; says whether it changed anything.

    What was destroyed in either stays destroyed, and is destroyed in the target.
    """
    key = key_of(owner)
    if source.versions(key + DESTROYED) or target.versions(key + DESTROYED):
        return destroy_key(target, owner) > 0
    ours = source.versions(key)
    theirs = target.versions(key)
    wanted = {ref.digest for ref in ours}
    if not wanted or wanted == {ref.digest for ref in theirs}:
        return False
    for ref in ours:
        if ref.digest not in {each.digest for each in theirs}:
            with suppress(VaultMissing), source.get(ref) as stream:
                target.put(key, io.BytesIO(stream.read(_LARGEST)))
    for ref in theirs:
        if ref.digest not in wanted:
            with suppress(VaultMissing):
                target.delete(ref)
    return True


def destroy_key(vault: Vault, owner: str) -> int:
    """Delete every version of an owner's key and leave the mark of that, first; says how many there were."""
    key, count = key_of(owner), 0
    if vault.versions(key) and not vault.versions(key + DESTROYED):
        vault.put(key + DESTROYED, io.BytesIO(b""))
    for ref in vault.versions(key):
        with suppress(VaultMissing):
            vault.delete(ref)
            count += 1
    return count


def sync_keys(source: Vault, target: Vault) -> int:
    """Go through all keys of both, in order and in constant memory; says how many owners' keys changed in the target.

    A key that only the target has stays: it may be all that is left of it. Erasure is told by the log.
    """
    count = 0
    theirs = _owners(target)
    there = next(theirs, None)
    for owner, ours in _owners(source):
        while there is not None and there[0] < owner:
            there = next(theirs, None)
        if there is None or there[0] != owner or there[1] != ours:
            count += copy_key(source, target, owner)
    return count


def _owners(vault: Vault) -> Iterator[tuple[str, frozenset[tuple[str, str]]]]:
    """Every owner with the names and digests of what there is of its key."""
    for owner, refs in groupby(vault.list(PREFIX), _owner):
        yield owner, frozenset(_named(refs))


def _named(refs: Iterable[Ref]) -> Iterator[tuple[str, str]]:
    return ((ref.key, ref.digest) for ref in refs)


def _owner(ref: Ref) -> str:
    return ref.key.removeprefix(PREFIX).removesuffix(DESTROYED)
