"""Brings an original out of the vault into a file, and makes sure that it is what was received."""

import hashlib
from typing import Any, BinaryIO

from sqlalchemy import Row

from archive.archive import Archive
from archive.vault import Ref, VaultAltered

_PIECE = 1 << 20


def decrypt(archive: Archive, deposit: Row[Any], ref: Ref, file: BinaryIO) -> None:
    """Write the original of a deposit (its row) to `file`, which is then at its beginning.

    Raises `VaultAltered` where its digest is another, and what the vault raises.
    """
    digest = hashlib.sha256()
    with archive.objects.open(ref, f"deposits/{deposit.id}") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != deposit.sha256:
        raise VaultAltered("the original is not what was received")
    file.flush()
    file.seek(0)
