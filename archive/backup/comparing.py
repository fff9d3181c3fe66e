"""How a backup of the catalogue stands to the vault at hand, and which objects the vault does not have."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select, update

from archive.archive import Archive
from archive.backup.file import CatalogueBackup
from archive.catalogue.schema import document_deposits, log_entries, objects
from archive.fixity.faults import thing_of
from archive.log_files import LogFiles
from archive.vault import Ref, VaultAltered, VaultMissing
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.note import NoteKey
from signing.tlog import EMPTY_ROOT, leaf_hash, root_of
from tabellion.base.errors import EvidenceError

_AT_ONCE = 500


class BackupOther(EvidenceError):
    """The backup is of another archive, or of another history of its log than the vault holds."""

    code = "BACKUP_OTHER"
    advice = "Take the backup that belongs to this vault; if there is none, `tabellion rebuild` makes a new catalogue."


class Relation(StrEnum):
    """Which of the two knows more of the log."""

    SAME = "same"
    VAULT_NEWER = "vault-newer"
    VAULT_OLDER = "vault-older"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries of the log the backup and the vault have."""

    relation: Relation
    backup: int
    vault: int


@dataclass(frozen=True, slots=True)
class Lost:
    """An object that the catalogue names and the vault does not have, or not in its size."""

    key: str
    version: str
    object_type: str
    object_id: str
    documents: tuple[str, ...]


def compare(archive: Archive, backup: CatalogueBackup, keys: tuple[NoteKey, ...]) -> Standing:
    """Read the whole backup and compare its log with the vault's. Raises `BackupOther`, `NoteInvalid`, `VaultAltered`.

    Where the one is the beginning of the other, that is proved by their hashes and not by their length.
    """
    head = backup.head
    if head.archive != archive.id:
        raise BackupOther(f"the backup is of the archive {head.archive}, the vault of {archive.id}")
    files = LogFiles(archive.objects)
    signed = files.read_checkpoint()
    vault = Checkpoint(archive.origin, 0, EMPTY_ROOT)
    if signed is not None:
        vault = verify_checkpoint(signed, archive.origin, keys)
    if head.checkpoint is not None:
        verify_checkpoint(head.checkpoint, archive.origin, keys)
    leaves = [
        leaf_hash(row["entry"]) for table, rows in backup.groups() if table is log_entries for row in rows
    ]
    common = min(len(leaves), vault.size)
    of_vault = files.tree(vault.size).root(common) if common else EMPTY_ROOT
    if len(leaves) != head.entries or of_vault != root_of(leaves[:common]):
        raise BackupOther("the log of the backup and that of the vault are two histories")
    if vault.size == len(leaves):
        relation = Relation.SAME
    else:
        relation = Relation.VAULT_NEWER if vault.size > len(leaves) else Relation.VAULT_OLDER
    return Standing(relation, len(leaves), vault.size)


def lost_objects(archive: Archive) -> Iterator[Lost]:
    """Every object of the catalogue that the vault does not have, with the documents that it belongs to.

    Only asked whether they are there, with their size: reading them is what fixity and `verify --all` do.
    """
    last = 0
    while True:
        page = select(objects).where(
            objects.c.id > last, or_(objects.c.fault.is_(None), objects.c.fault != "erased")
        )
        with archive.catalogue.read() as connection:
            rows = connection.execute(page.order_by(objects.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            if not _is_there(archive, Ref(row.key, row.version, row.digest, row.size)):
                kind, thing = thing_of(archive, row.key)
                yield Lost(row.key, row.version, kind, thing, _documents(archive, kind, thing))


def find_again(archive: Archive, lost: Lost) -> bool:
    """Take the version of an object that has its digest, where the vault names it otherwise than the catalogue.

    So it is where another vault took the place of the first. The row counts as never read: fixity reads it next.
    """
    query = select(objects).where(objects.c.key == lost.key, objects.c.version == lost.version)
    with archive.catalogue.read() as connection:
        row = connection.execute(query).first()
    same = [ref for ref in archive.objects.vault.versions(lost.key) if row and ref.digest == row.digest]
    if row is None or not same:
        return False
    changes = {"version": same[0].version, "inventory": None, "checked_at": None, "fault": None}
    with archive.catalogue.write() as connection:
        connection.execute(update(objects).where(objects.c.id == row.id).values(changes))
    return True


def _is_there(archive: Archive, ref: Ref) -> bool:
    try:
        return archive.objects.vault.stat(ref).size == ref.size
    except (VaultMissing, VaultAltered):
        return False


def _documents(archive: Archive, kind: str, thing: str) -> tuple[str, ...]:
    if kind == "document":
        return (thing,)
    if kind != "deposit":
        return ()
    query = select(document_deposits.c.document_id).where(document_deposits.c.deposit_id == thing)
    with archive.catalogue.read() as connection:
        return tuple(connection.scalars(query.order_by(document_deposits.c.document_id)))
