"""Reads one object of the vault again, and tells what keeps it from being read: here or in a process beside."""

from dataclasses import dataclass

from archive.vault import KeyMissing, Objects, Ref, VaultAltered, VaultMissing
from signing.digests import Digests, digest_pieces
from tabellion.base.errors import TooLarge

LARGEST_RECORD = 64 << 20


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an object could not be read; `kind` completes a code: `ORIGINAL_MISSING`, `RECORD_ALTERED`."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object whose plain bytes are wanted, or only their digests; `owner` names the key that opens it."""

    ref: Ref
    owner: str
    content: bool


Found = Digests | bytes | Failure


def read(objects: Objects, wanted: Wanted) -> Found:
    """What is wanted, or why it cannot be had. Raises what storage raises where it does not answer."""
    try:
        if wanted.content:
            return objects.read_bytes(wanted.ref, wanted.owner, LARGEST_RECORD)
        return digest_pieces(objects.pieces(wanted.ref, wanted.owner))
    except KeyMissing as error:
        return Failure("KEY", str(error))
    except VaultMissing as error:
        return Failure("MISSING", str(error))
    except (VaultAltered, TooLarge) as error:
        return Failure("ALTERED", str(error))
