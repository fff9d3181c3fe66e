"""Twins: other scans of the same paper. Both are evidence, with times of their own; which goes out, a person says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from archive.catalogue.schema import current, deposits, document_deposits, relations
from archive.histories import RELATION_KEY

RESCAN = "rescan_of"

Basis = Literal["rescan", "same-bytes"]


@dataclass(frozen=True, slots=True)
class Twin:
    """Another document that shows the same paper: scanned again, or received a second time with the same bytes."""

    document: str
    basis: Basis


def twins_of(connection: Connection, document_ids: Sequence[str]) -> dict[str, tuple[Twin, ...]]:
    """The twins of each document that has any, void ones too; a re-scan of a re-scan counts."""
    wanted = tuple(dict.fromkeys(document_ids))
    found: dict[str, dict[str, Basis]] = {
        document: dict.fromkeys(others, "rescan") for document, others in _rescans(connection, wanted).items()
    }
    for document, other in _same_bytes(connection, wanted):
        found[document].setdefault(other, "same-bytes")
    return {
        document: tuple(Twin(other, basis) for other, basis in sorted(others.items()))
        for document, others in found.items()
        if others
    }


def _rescans(connection: Connection, documents: Sequence[str]) -> dict[str, set[str]]:
    """All documents that relations of re-scans connect with each of these, in either direction.

    The relations of all of them are asked for at once, then those of what they led to: for a page of answers whose
    papers were scanned once, that is one question.
    """
    near: dict[str, set[str]] = {}
    seen: set[str] = set()
    waiting = set(documents)
    while waiting:
        seen |= waiting
        for one, other in _related(connection, sorted(waiting)):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
        waiting = near.keys() - seen
    return {document: _reached(near, document) for document in documents}


def _reached(near: Mapping[str, set[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        new = near.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached - {start}


def _related(connection: Connection, documents: Sequence[str]) -> Iterator[tuple[str, str]]:
    rows = connection.execute(
        select(relations).where(
            relations.c.relation == RESCAN,
            relations.c.document_id.in_(documents) | relations.c.other_id.in_(documents),
            current(relations, *RELATION_KEY),
        )
    )
    for row in rows:
        if row.granted:
            yield row.document_id, row.other_id


def _same_bytes(connection: Connection, documents: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Documents whose one deposit has the bytes of another document's one deposit."""
    mine, other = document_deposits.alias(), document_deposits.alias()
    here, there = deposits.alias(), deposits.alias()
    rows = connection.execute(
        select(mine.c.document_id, other.c.document_id.label("other"))
        .join(here, here.c.id == mine.c.deposit_id)
        .join(there, (there.c.sha256 == here.c.sha256) & (there.c.id != here.c.id))
        .join(other, other.c.deposit_id == there.c.id)
        .where(
            mine.c.document_id.in_(documents),
            other.c.document_id != mine.c.document_id,
            here.c.erased_at.is_(None),
            there.c.erased_at.is_(None),
        )
        .distinct()
    )
    for row in rows:
        yield row.document_id, row.other
