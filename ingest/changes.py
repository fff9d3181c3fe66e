"""What operators change in an open batch: void numbers, separators, blanks, announced digests; each an entry."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from archive import records
from archive.archive import Archive
from archive.catalogue.schema import announced, batch_items, deposits, document_deposits, documents
from ingest import stored
from ingest.errors import NumberTaken
from ingest.items import check_number, living_item, open_batch, set_state
from ingest.reasons import VOID_REASONS
from tabellion.base.errors import BadRequest, Conflict

MOST_ANNOUNCED = 100_000
MARKS = ("held", "separator", "blank")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announced:
    """A number of a batch and the SHA-256 (hex) that its bytes should have."""

    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An announced item that is not there; `differs` where its number is taken by other bytes."""

    sequence: int
    sha256: str
    differs: bool


def void_number(
    archive: Archive, batch_id: str, sequence: int, actor: str, reason: str, *, version: int | None = None
) -> None:
    """Declare a number void: kept and counted. What was scanned under it stays sealed, its document is void.

    Raises `BadRequest` (unknown reason or number), `BatchClosed`, `VersionMoved`, `Conflict` where it is void already.
    """
    if reason not in VOID_REASONS:
        raise BadRequest(f"{reason!r} is none of the reasons: {', '.join(VOID_REASONS)}")
    check_number(sequence)
    with archive.catalogue.write() as connection:
        open_batch(connection, batch_id, version)
        item = connection.execute(
            select(batch_items).where(
                batch_items.c.batch_id == batch_id,
                batch_items.c.sequence == sequence,
                batch_items.c.state != "replaced",
            )
        ).one_or_none()
        if item is None:
            connection.execute(
                insert(batch_items).values(
                    id=archive.ids.new(),
                    batch_id=batch_id,
                    sequence=sequence,
                    state="void",
                    reason=reason,
                    repeats=0,
                    at=archive.clock.now(),
                    actor=actor,
                )
            )
        elif item.state == "void":
            raise Conflict(f"number {sequence} is void already")
        else:
            set_state(connection, item.id, "void", reason)
            void_documents_of(archive, connection, item.deposit_id, actor)
        records.record_batch(archive, connection, batch_id, type="batch-change", actor=actor, reason="void")


def mark_item(
    archive: Archive, batch_id: str, item_id: str, state: str, actor: str, *, version: int | None = None
) -> None:
    """Say that an item is a separator or blank, or that it is a paper after all (`held`). Void ones stay void.

    Raises `BadRequest`, `NotFound`, `BatchClosed`, `VersionMoved`, `Conflict`.
    """
    if state not in MARKS:
        raise BadRequest(f"{state!r} is none of {', '.join(MARKS)}")
    with archive.catalogue.write() as connection:
        open_batch(connection, batch_id, version)
        item = living_item(connection, batch_id, item_id)
        if item.state == "void":
            raise Conflict("a void number is not marked; replace it by a scan")
        if item.state != state:
            set_state(connection, item.id, state)
            records.record_batch(
                archive, connection, batch_id, type="batch-change", actor=actor, reason="by-hand"
            )


def announce(
    archive: Archive, batch_id: str, digests: Sequence[Announced], actor: str, *, reason: str = "declaration"
) -> list[Missing]:
    """Take in the list of what a batch should hold; answers what of the whole announcement is missing.

    Announcing again is harmless. Raises `NumberTaken` where a number was announced with another digest, `BadRequest`,
    `BatchClosed`.
    """
    wanted = _checked(digests)
    with archive.catalogue.write() as connection:
        open_batch(connection, batch_id)
        known = {item.sequence: item.sha256 for item in announced_in(connection, batch_id)}
        new = []
        for sequence, sha256 in wanted.items():
            if known.get(sequence, sha256) != sha256:
                raise NumberTaken(f"number {sequence} was announced with another digest")
            if sequence not in known:
                new.append({"batch_id": batch_id, "sequence": sequence, "sha256": sha256})
        if len(known) + len(new) > MOST_ANNOUNCED:
            raise BadRequest(f"more than {MOST_ANNOUNCED} announced items in one batch")
        if new:
            connection.execute(insert(announced), new)
            records.record_batch(
                archive, connection, batch_id, type="batch-change", actor=actor, reason=reason
            )
        return missing_of(connection, batch_id)


def missing_of(connection: Connection, batch_id: str) -> list[Missing]:
    """The announced items that are not among the living ones with their own digest."""
    rows = connection.execute(
        select(announced.c.sequence, announced.c.sha256, deposits.c.sha256, batch_items.c.state)
        .select_from(
            announced.outerjoin(
                batch_items,
                (batch_items.c.batch_id == announced.c.batch_id)
                & (batch_items.c.sequence == announced.c.sequence)
                & (batch_items.c.state != "replaced"),
            ).outerjoin(deposits, deposits.c.id == batch_items.c.deposit_id)
        )
        .where(announced.c.batch_id == batch_id)
        .order_by(announced.c.sequence)
    )
    return [
        Missing(sequence, wanted, differs=state is not None)
        for sequence, wanted, found, state in rows
        # A number that was declared void is explained, and a better scan has other bytes than were announced.
        if found != wanted and state != "void" and not _replaces(connection, batch_id, sequence)
    ]


def announced_in(connection: Connection, batch_id: str) -> set[Announced]:
    """All that was announced for a batch."""
    rows = connection.execute(
        select(announced.c.sequence, announced.c.sha256).where(announced.c.batch_id == batch_id)
    )
    return {Announced(sequence, sha256) for sequence, sha256 in rows}


def free_numbers(connection: Connection, batch_id: str, digests: Sequence[str]) -> list[Announced]:
    """Numbers for a list that has none: those of the announcement that it repeats, then the next free ones."""
    known = connection.execute(
        select(announced.c.sequence, announced.c.sha256)
        .where(announced.c.batch_id == batch_id)
        .order_by(announced.c.sequence)
    ).all()
    surplus = Counter(digests) - Counter(row.sha256 for row in known)
    taken = connection.execute(
        select(batch_items.c.sequence).where(batch_items.c.batch_id == batch_id)
    ).scalars()
    number = max([0, *taken, *(row.sequence for row in known)])
    fresh = []
    for digest in digests:
        if surplus[digest] > 0:
            surplus[digest] -= 1
            number += 1
            fresh.append(Announced(number, digest))
    return fresh


def void_documents_of(archive: Archive, connection: Connection, deposit_id: str, actor: str) -> None:
    """Void the documents that consist of this deposit alone; those that were composed of several stay."""
    others = document_deposits.alias()
    alone = (
        ~select(others.c.position)
        .where(others.c.document_id == documents.c.id, others.c.deposit_id != deposit_id)
        .exists()
    )
    found = (
        connection.execute(
            select(documents.c.id)
            .join(document_deposits, document_deposits.c.document_id == documents.c.id)
            .where(
                document_deposits.c.deposit_id == deposit_id,
                documents.c.state.not_in(("void", "erased")),
                alone,
            )
        )
        .scalars()
        .all()
    )
    for document_id in found:
        connection.execute(update(documents).where(documents.c.id == document_id).values(state="void"))
        stored.queue_indexing(connection, document_id, archive.clock.now())
        records.record_document(archive, connection, document_id, type="compose", actor=actor, reason="void")


def _checked(digests: Sequence[Announced]) -> dict[int, str]:
    wanted: dict[int, str] = {}
    for item in digests:
        check_number(item.sequence)
        if not _SHA256.fullmatch(item.sha256):
            raise BadRequest(f"the digest of number {item.sequence} is no SHA-256 in lower-case hexadecimal")
        if wanted.setdefault(item.sequence, item.sha256) != item.sha256:
            raise BadRequest(f"number {item.sequence} is announced twice with different digests")
    return wanted


def _replaces(connection: Connection, batch_id: str, sequence: int) -> bool:
    """Whether the living item of a number took the place of an earlier one."""
    return (
        connection.execute(
            select(batch_items.c.id)
            .where(
                batch_items.c.batch_id == batch_id,
                batch_items.c.sequence == sequence,
                batch_items.c.state == "replaced",
            )
            .limit(1)
        ).scalar()
        is not None
    )
