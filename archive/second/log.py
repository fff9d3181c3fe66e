"""Keeps the second vault's log in step: a log of its own, grown by the same entries, under the checkpoint as published.

It is never copied over: each step must extend what lies there, so that a log that was put back to an older state, or
begun anew, shows here.
"""

import os

from sqlalchemy import select

from archive.archive import Archive
from archive.catalogue.schema import log_entries
from archive.errors import LogReadOnly
from archive.log_files import LogFiles, files_of, superseded
from archive.sequencer import LOCK_FULL_FILES_FOR
from archive.vault import Objects, Vault
from signing.checkpoint import Checkpoint, note_text
from signing.tlog import leaf_hash
from signing.tlog.tiles import WIDTH
from tabellion.base.errors import EvidenceError

AT_ONCE = 4096
"""Entries that are taken over in one step."""


class SecondVaultAhead(EvidenceError):
    """The second vault holds entries of the log that are not here, or another log: what is here was put back."""

    code = "SECOND_VAULT_AHEAD"
    advice = (
        "Do not let anything be added: bring catalogue and vault back from their newest backups, or from the second "
        "vault (docs/operations.md, Backup and return)."
    )


def follow_log(archive: Archive, vault: Vault, signed: bytes | None) -> int:
    """Take over the entries under a published checkpoint that are not there yet, then the checkpoint; says how many.

    Raises `SecondVaultAhead` where the one log does not extend the other: then nothing is written.
    """
    here, there = LogFiles(archive.objects), files_in(vault)
    before = there.read_checkpoint()
    if signed is None or signed == before:
        return 0
    target, known = _checkpoint(archive, signed), _checkpoint(archive, before)
    if known.size > target.size:
        raise SecondVaultAhead(
            f"the second vault has {known.size} entries of the log, and {target.size} are here"
        )
    ours, theirs = here.tree(target.size), there.tree(known.size)
    size = known.size
    if size and not theirs.root() == ours.root(size) == known.root:
        raise SecondVaultAhead("the log of the second vault is not the beginning of the one that is here")
    tail = _entries(archive, size - size % WIDTH, size)
    while size < target.size:
        entries = _entries(archive, size, min(size + AT_ONCE, target.size))
        if not entries:
            return size - known.size  # the catalogue is behind; the sequencer tells why
        bundles = files_of(size, tail, entries)
        grown = theirs.append([leaf_hash(entry) for entry in entries])
        if grown.root != ours.root(theirs.size):
            raise SecondVaultAhead("the entries of the catalogue do not lead to the published checkpoint")
        there.write(bundles | grown.tiles, archive.clock.now() + LOCK_FULL_FILES_FOR)
        there.remove(superseded(size, theirs.size))
        row = [*tail, *entries]
        size, tail = theirs.size, row[len(row) - theirs.size % WIDTH :]
    there.swap_checkpoint(before, signed)
    return size - known.size


def require_not_behind(archive: Archive, vault: Vault) -> None:
    """Raise `LogReadOnly` where the second vault holds more entries than are here: then what is here is older."""
    signed = files_in(vault).read_checkpoint()
    here = _checkpoint(archive, LogFiles(archive.objects).read_checkpoint()).size
    if signed is not None and (seen := _checkpoint(archive, signed).size) > here:
        raise LogReadOnly(
            f"the second vault has {seen} entries of this log, and here are {here}: what is here is older"
        )


def files_in(vault: Vault) -> LogFiles:
    """The files of the log in a vault; they are stored in clear."""
    return LogFiles(Objects(vault, None, os.urandom))


def _checkpoint(archive: Archive, signed: bytes | None) -> Checkpoint:
    if signed is None:
        return Checkpoint(archive.origin, 0, b"\0" * 32)
    return Checkpoint.parse_text(note_text(signed).decode())


def _entries(archive: Archive, start: int, end: int) -> list[bytes]:
    rows = select(log_entries.c.entry).where(log_entries.c.seq >= start, log_entries.c.seq < end)
    with archive.catalogue.read() as connection:
        return list(connection.scalars(rows.order_by(log_entries.c.seq)))
