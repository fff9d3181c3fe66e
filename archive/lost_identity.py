"""What `archive.json` said, where it is lost: the log tells everything in it, and its digest proves it.

The first entries of every log name the archive, when it was made, and the digest of `archive.json`; the checkpoint
names the origin. So a vault without that file is still known for whose it is, and the file can be made again as it was.
"""

import hashlib
import os

from archive.identity import Identity, read_identity
from archive.log_files import LogFiles
from archive.vault import Objects, Vault
from signing.checkpoint import Checkpoint, note_text
from signing.entry import Entry
from signing.tlog import Bundle
from signing.tlog.tiles import WIDTH
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import EvidenceError


def identity_of(vault: Vault) -> Identity | None:
    """The identity of the archive in this vault; None where there is no archive.

    The log is asked first, because nothing stands beside `archive.json` that would show whether it was altered.
    Raises `NotInitialised` for a format that this version does not know.
    """
    return identity_from_log(vault) or read_identity(vault)


def identity_from_log(vault: Vault) -> Identity | None:
    """The identity whose digest the log's first entries have; None where the vault has no log that tells it."""
    files = LogFiles(Objects(vault, None, os.urandom))
    try:
        signed = files.read_checkpoint()
        if signed is None:
            return None
        checkpoint = Checkpoint.parse_text(note_text(signed).decode())
        entries = files.read_bundle(Bundle(0, min(checkpoint.size, WIDTH))) if checkpoint.size else ()
        return next(filter(None, (_told(checkpoint.origin, Entry.parse(data)) for data in entries)), None)
    except EvidenceError:
        return None


def _told(origin: str, entry: Entry) -> Identity | None:
    """The identity that an entry commits to: all of it but whether objects are encrypted stands beside the digest."""
    if (entry.type, entry.object.type, entry.reason) != ("config", "archive", "init"):
        return None
    for is_encrypted in (True, False):
        identity = Identity(entry.object.id, origin, is_encrypted, parse_rfc3339(entry.time))
        if hashlib.sha256(identity.to_bytes()).hexdigest() == entry.subject:
            return identity
    return None
