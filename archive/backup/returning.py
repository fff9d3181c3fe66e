"""The return from a backup: the catalogue as it was, or, where the vault knows more, as the vault tells it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, exists, func, insert, select, text, update

from archive.archive import Archive
from archive.backup.comparing import Relation, Standing, compare
from archive.backup.file import CatalogueBackup
from archive.catalogue.migrate import newest_migration
from archive.catalogue.schema import (
    accounts,
    archive_state,
    batches,
    deposits,
    documents,
    log_entries,
    metadata,
    objects,
)
from archive.erase import reapply
from archive.errors import LogReadOnly
from archive.fixity import ask_again
from archive.log_files import LogFiles, files_of, superseded
from archive.log_memory import known_checkpoint
from archive.rebuild import CatalogueNotEmpty, Summary, rebuild
from archive.sequencer import LOCK_FULL_FILES_FOR
from archive.verification.trust import VerifyTrust
from signing.checkpoint import verify_checkpoint
from signing.note import NoteKey
from signing.tlog import leaf_hash
from signing.tlog.tiles import WIDTH
from tabellion.base.errors import Conflict

OUTSIDE_VAULT = frozenset(
    {
        "account_facts", "accounts", "api_tokens", "assignments", "claim_keys", "claim_numbers", "claim_parties",
        "claims", "identities", "import_mappings", "parties", "party_identifiers", "party_keys", "party_names",
        "portfolios", "recovery_codes", "saved_searches", "second_factors", "stations", "webhooks", "witnesses",
    }
)  # fmt: skip
"""What no vault tells of: accounts and what belongs to them, the registry, webhooks, what witnesses have seen."""

_AT_ONCE = 4096


class BackupOfOtherVersion(Conflict):
    """The backup was made by a version of Tabellion with another schema."""

    code = "BACKUP_OTHER_VERSION"
    advice = "Restore with the version that made the backup, then update as docs/operations.md says."


@dataclass(frozen=True, slots=True)
class Returned:
    """What a return did. `rebuilt` says what came from the vault, where that knew more than the backup."""

    standing: Standing
    rows: int
    rebuilt: Summary | None


def restore(archive: Archive, backup: CatalogueBackup, trust: VerifyTrust) -> Returned:
    """Fill the empty, migrated catalogue. The whole backup is read and compared with the vault before that.

    Where the vault has entries of the log that the backup lacks, what the vault can tell is made anew from it, and
    the backup gives accounts, registry and the like; else all of it comes from the backup. What was erased since then
    is erased again. Nothing counts as read, and the keeper reads all of it at once. Raises `CatalogueNotEmpty`,
    `BackupOther`, `BackupOfOtherVersion`, and what `rebuild` raises.
    """
    require_version(backup)
    with archive.catalogue.read() as connection:
        require_empty(connection)
    standing = compare(archive, backup, trust.log_keys)
    newer = standing.relation is Relation.VAULT_NEWER
    with archive.catalogue.write() as connection:
        require_empty(connection)
        rows = put_in(connection, backup, only=OUTSIDE_VAULT if newer else None)
    rebuilt = rebuild(archive, trust) if newer else None
    reapply(archive)
    with archive.catalogue.write() as connection:
        # The looks that the backup tells of were at another vault, or at this one before something happened to it.
        connection.execute(update(objects).values(checked_at=None, copy_checked_at=None))
        ask_again(connection, archive.clock.now())
    return Returned(standing, rows, rebuilt)


def require_version(backup: CatalogueBackup) -> None:
    """Raise `BackupOfOtherVersion` where the backup's rows are not those of this version's tables."""
    if backup.head.migration != newest_migration():
        raise BackupOfOtherVersion(
            f"the backup has the schema {backup.head.migration}, this version {newest_migration()}"
        )


def require_empty(connection: Connection) -> None:
    """Raise `CatalogueNotEmpty` where there is anything that a backup would have to be reconciled with."""
    for table in (accounts, log_entries, deposits, documents, batches):
        if connection.scalar(select(exists().select_from(table))):
            raise CatalogueNotEmpty(f"the catalogue has {table.name} already")


def put_in(connection: Connection, backup: CatalogueBackup, only: Iterable[str] | None = None) -> int:
    """Insert the rows of the backup, of all tables or of some; says how many."""
    wanted = None if only is None else frozenset(only)
    count = 0
    later: list[tuple[Table, list[dict[str, Any]]]] = []
    if wanted is None:
        connection.execute(archive_state.delete())
    for table, rows in backup.groups():
        if wanted is not None and table.name not in wanted:
            continue
        of_itself = [c.name for c in table.c if any(key.column.table is table for key in c.foreign_keys)]
        if of_itself:
            # A row may refer to one that comes after it: such references are set when all are there.
            named = [row for row in rows if any(row[name] is not None for name in of_itself)]
            later.append((table, [{name: row[name] for name in ("id", *of_itself)} for row in named]))
        connection.execute(insert(table), [row | dict.fromkeys(of_itself) for row in rows])
        count += len(rows)
    for table, named in later:
        for values in named:
            one = update(table).where(table.c.id == values["id"])
            connection.execute(one.values({name: values[name] for name in values if name != "id"}))
    _go_on_counting(connection)
    return count


def republish(archive: Archive, keys: Sequence[NoteKey]) -> int:
    """Write the log of the catalogue into a vault that has less of it, under the checkpoint that was published then.

    For a vault that was put back to an older state while the catalogue was not: no checkpoint is signed anew, so that
    nothing forks. Says how many entries that were. Raises `LogReadOnly` where one is not the beginning of the other.
    """
    files = LogFiles(archive.objects)
    before = files.read_checkpoint()
    with archive.catalogue.read() as connection:
        signed = known_checkpoint(connection)
    if signed is None or signed == before:
        return 0
    target = verify_checkpoint(signed, archive.origin, keys)
    size = 0 if before is None else verify_checkpoint(before, archive.origin, keys).size
    if size >= target.size:
        return 0
    # Once to see where the entries lead, and once to write: nothing is written that does not lead to the checkpoint.
    rehearsed = files.tree(size)
    for entries in _entries(archive, size, target.size):
        root = rehearsed.append([leaf_hash(entry) for entry in entries]).root
    if rehearsed.size != target.size or root != target.root:
        raise LogReadOnly(
            "the entries of the catalogue do not lead from the vault's log to the published checkpoint"
        )
    tree, position = files.tree(size), size
    tail = [entry for some in _entries(archive, size - size % WIDTH, size) for entry in some]
    for entries in _entries(archive, size, target.size):
        bundles = files_of(position, tail, entries)
        grown = tree.append([leaf_hash(entry) for entry in entries])
        files.write(bundles | grown.tiles, archive.clock.now() + LOCK_FULL_FILES_FOR)
        files.remove(superseded(position, tree.size))
        row = [*tail, *entries]
        position, tail = tree.size, row[len(row) - tree.size % WIDTH :]
    files.swap_checkpoint(before, signed)
    return target.size - size


def _entries(archive: Archive, start: int, end: int) -> Iterable[list[bytes]]:
    while start < end:
        rows = select(log_entries.c.entry).where(log_entries.c.seq >= start, log_entries.c.seq < end)
        with archive.catalogue.read() as connection:
            some = list(connection.scalars(rows.order_by(log_entries.c.seq).limit(_AT_ONCE)))
        if not some:
            return
        yield some
        start += len(some)


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL counts rows by sequences, which know nothing of rows that brought their numbers along."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None and column.type.python_type is int:
            newest = connection.scalar(select(func.max(column)))
            if newest is not None:
                sequence = text("SELECT setval(pg_get_serial_sequence(:name, :column), :newest)")
                connection.execute(sequence, {"name": table.name, "column": column.name, "newest": newest})
