"""What a document or batch was at a checkpoint: its newest record that the log names up to there, out of the vault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.catalogue.schema import log_entries, log_outbox, objects
from archive.packaging.order import Choice, ExportNotReady, ExportRefused
from archive.records import PLACES
from archive.vault import Ref
from archive.verification.record_check import RECORDED
from signing import canonical
from signing.entry import Entry

COMPOSING = ("compose", "restore", "erase")
"""Entries after which a document may have other pages than before."""

_LARGEST_RECORD = 64 << 20


@dataclass(frozen=True, slots=True)
class Use:
    """Pages of a deposit that a document uses, in the document's order; none: all of it, however many they are.

    `positions` are the numbers of these pages within the document.
    """

    deposit: str
    pages: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A chosen document as its record tells of it; `subject` is that record's digest, `recorded` its entry's index.

    `composed` is the index of the last entry after which it may have had other pages.
    `erased` are the digests of the first manifests of deposits that were erased from it.
    """

    choice: Choice
    record: Mapping[str, Any]
    subject: str
    recorded: int
    composed: int
    uses: tuple[Use, ...]
    erased: tuple[str, ...]

    @property
    def document(self) -> str:
        """Its identifier."""
        return self.choice.document

    @property
    def page_count(self) -> int:
        """How many of its pages go out; 0 where nobody has counted them yet."""
        return sum(len(use.pages) for use in self.uses)


def read_paper(archive: Archive, connection: Connection, choice: Choice, size: int) -> Paper:
    """The document under the checkpoint of that size. Raises `ExportRefused`, `ExportNotReady`, `VaultMissing`."""
    entries = _entries(connection, "document", choice.document, size)
    composed = [entry for entry in entries if entry.type in COMPOSING]
    if not composed:
        raise _unknown(connection, choice.document, size)
    if composed[-1].type == "erase":
        raise ExportNotReady(f"the log has not yet what document {choice.document} is after an erasure")
    found = _newest_record(archive, connection, "document", choice.document, entries)
    if found is None:
        raise ExportRefused(
            f"the record of document {choice.document} is not there",
            advice="Run `tabellion verify` on it; bring back what it says to be missing.",
        )
    record, named = found
    _require_whole(choice.document, record)
    uses = _uses(choice, record)
    return Paper(
        choice=choice,
        record=record,
        subject=named.subject or "",
        recorded=named.seq,
        composed=composed[-1].seq,
        uses=uses,
        erased=tuple(dict.fromkeys(entry.subject or "" for entry in entries if entry.type == "erase")),
    )


def pages_of(paper: Paper) -> list[tuple[int, str, int]]:
    """Number within the paper, deposit, page of the deposit: of every page that goes out, in the paper's order."""
    found = [
        (number, use.deposit, page)
        for use in paper.uses
        for number, page in zip(use.positions, use.pages, strict=True)
    ]
    if paper.choice.pages:
        found.sort(key=lambda each: paper.choice.pages.index(each[0]))
    else:
        found.sort()
    return found


def read_batch(archive: Archive, connection: Connection, batch: str, size: int) -> Mapping[str, Any] | None:
    """The record of a batch under the checkpoint of that size; None where it is not there."""
    entries = _entries(connection, "batch", batch, size)
    found = _newest_record(archive, connection, "batch", batch, entries)
    return None if found is None else found[0]


def _entries(connection: Connection, kind: str, thing: str, size: int) -> list[Entry]:
    rows = connection.execute(
        select(log_entries.c.entry)
        .where(
            log_entries.c.object_type == kind,
            log_entries.c.object_id == thing,
            log_entries.c.chain == "custody",
            log_entries.c.seq < size,
        )
        .order_by(log_entries.c.seq)
    )
    return [Entry.parse(data) for data in rows.scalars()]


def _unknown(connection: Connection, document: str, size: int) -> Exception:
    """Why the log has no composition of the document up to there."""
    for table in (log_outbox, log_entries):
        named = select(table.c.type).where(table.c.object_type == "document", table.c.object_id == document)
        if connection.scalar(named.limit(1)) is not None:
            if table is log_outbox:
                return ExportNotReady(f"the log does not have document {document} yet")
            return ExportRefused(
                f"document {document} came after the checkpoint of {size} entries",
                advice="Leave the checkpoint out, or name a later one.",
            )
    return ExportRefused(f"there is no document {document}")


def _newest_record(
    archive: Archive, connection: Connection, kind: str, thing: str, entries: Sequence[Entry]
) -> tuple[Mapping[str, Any], Entry] | None:
    """The record that the newest of these entries names, and that entry; None where the catalogue has it not."""
    named = next((entry for entry in reversed(entries) if entry.type in RECORDED[kind]), None)
    if named is None:
        return None
    # A range of keys, because an index serves that.
    prefix = f"{PLACES[kind]}/{thing}/record-"
    row = connection.execute(
        select(objects)
        .where(objects.c.key >= prefix, objects.c.key < prefix + "~", objects.c.plain_digest == named.subject)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    ref = Ref(row.key, row.version, row.digest, row.size)
    return canonical.load_object(archive.objects.read_bytes(ref, row.owner, _LARGEST_RECORD)), named


def _require_whole(document: str, record: Mapping[str, Any]) -> None:
    if record["state"] == "void":
        raise ExportRefused(
            f"document {document} is void",
            advice="Choose the document that took its place; `tabellion show DOCUMENT` names its relations.",
        )
    if record["state"] == "erased" or not record["spans"]:
        raise ExportRefused(f"document {document} was erased", advice="Leave it out: its history stays.")


def _uses(choice: Choice, record: Mapping[str, Any]) -> tuple[Use, ...]:
    """The document's pages by deposit, in the order in which deposits first come."""
    spans = record["spans"]
    if any("last" not in span for span in spans):
        if choice.pages:
            raise ExportRefused(
                f"document {choice.document} has not been read yet: its pages are not known",
                advice="Wait until it is read, or choose the whole document.",
            )
        return tuple(Use(span["deposit"]) for span in spans)
    pages = [(span["deposit"], page) for span in spans for page in range(span["first"], span["last"] + 1)]
    wanted = choice.pages or range(1, len(pages) + 1)
    if any(number > len(pages) for number in wanted):
        raise ExportRefused(f"document {choice.document} has {len(pages)} pages")
    found: dict[str, list[tuple[int, int]]] = {}
    for number in wanted:
        deposit, page = pages[number - 1]
        found.setdefault(deposit, []).append((page, number))
    return tuple(
        Use(deposit, tuple(page for page, _ in used), tuple(number for _, number in used))
        for deposit, used in found.items()
    )
