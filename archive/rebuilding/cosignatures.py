"""Cosignatures of witnesses out of the vault: those that hold, by witnesses that are trusted."""

from sqlalchemy import insert

from archive.catalogue.schema import cosignatures
from archive.cosignatures import TOLERANCE, kept_cosignatures, key_of
from archive.rebuilding.vault_read import VaultObjects
from signing.checkpoint import Checkpoint
from signing.cosignature import verify_cosignatures
from signing.errors import NoteInvalid
from signing.note import Note
from signing.quorum import QuorumPolicy


def write_cosignatures(vault: VaultObjects, quorum: QuorumPolicy | None) -> int:
    """Write those of the witnesses of the policy; gives how many. Of others nobody knows whether they hold."""
    if quorum is None:
        return 0
    by = vault.archive.clock.now() + TOLERANCE
    rows = []
    for key, data in kept_cosignatures(vault.archive):
        try:
            note = Note.parse(data)
            size = Checkpoint.parse_text(note.text).size
            made = verify_cosignatures(note, quorum.witness_keys, by)
        except NoteInvalid as error:
            vault.problems.append(f"{key}: {error}")
            continue
        rows += [
            {"size": size, "witness": each.key.name, "note": data.decode(), "at": each.at}
            for each in made
            if key_of(size, each.key.name) == key
        ]
    if rows:
        vault.connection.execute(insert(cosignatures), rows)
    return len(rows)
