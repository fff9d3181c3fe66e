"""What is proved of a paper, and what is not: the facts behind the sentences of the evidence panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from api.access import Actor
from archive import checks
from archive.archive import Archive
from archive.catalogue.schema import log_entries, manifests, stamps
from archive.cosignatures import seen_by
from archive.log_view import LogView
from archive.stamp_tokens import further_tokens
from signing.entry import Entry
from signing.verdict import Report
from tabellion.base.clock import parse_rfc3339


@dataclass(frozen=True, slots=True)
class Check:
    """The last time somebody had the evidence checked: when, and with which outcome (passed, failed, undecided)."""

    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The facts of one deposit."""

    deposit: str
    received_at: datetime
    station: str | None
    sha256: str
    size: int
    receipt: bool
    erased_at: datetime | None
    entry: int | None
    consistent_to: int | None
    existed_by: datetime | None
    authority: str | None
    time_class: str | None
    failure: str | None
    authorities: tuple[str, ...]
    """All whose tokens prove the time, each alone; the first is `authority`."""
    witnesses: tuple[str, ...]
    """Those outside that have cosigned a checkpoint with the entry."""


def proofs(archive: Archive, connection: Connection, deposits: Sequence[Row[Any]]) -> list[Proof]:
    """The facts of each deposit of a paper, as the catalogue and the published checkpoint say them."""
    view = LogView.newest(archive)
    size = view.checkpoint.size if view is not None else 0
    found = []
    for deposit in deposits:
        row = connection.execute(
            select(manifests.c.seq, stamps)
            .outerjoin(stamps, stamps.c.id == manifests.c.stamp_id)
            .where(manifests.c.deposit_id == deposit.id, manifests.c.version == 1)
        ).one_or_none()
        entry = None if row is None else row.seq
        proved = row is not None and row.state in ("verified", "published")
        found.append(
            Proof(
                deposit=deposit.id,
                received_at=deposit.received_at,
                station=deposit.station,
                sha256=deposit.sha256,
                size=deposit.size,
                receipt=deposit.receipt is not None,
                erased_at=deposit.erased_at,
                entry=entry,
                consistent_to=size if entry is not None and entry < size else None,
                existed_by=row.gen_time if row is not None and proved else None,
                authority=row.authority if row is not None and proved else None,
                time_class=row.time_class if row is not None and proved else None,
                failure=row.failure if row is not None else None,
                authorities=_authorities(connection, row) if row is not None and proved else (),
                witnesses=() if entry is None else _witnesses(connection, entry),
            )
        )
    return found


def _authorities(connection: Connection, stamp: Row[Any]) -> tuple[str, ...]:
    return (stamp.authority, *(each.authority for each in further_tokens(connection, stamp.id)))


def _witnesses(connection: Connection, entry: int) -> tuple[str, ...]:
    return tuple(each.witness for each in seen_by(connection, at_least=entry + 1))


def last_check(connection: Connection, document_id: str) -> Check | None:
    """The newest check of the paper that the log knows."""
    entry = connection.scalar(
        select(log_entries.c.entry)
        .where(
            log_entries.c.object_type == "document",
            log_entries.c.object_id == document_id,
            log_entries.c.type == "verify",
        )
        .order_by(log_entries.c.seq.desc())
        .limit(1)
    )
    if entry is None:
        return None
    known = Entry.parse(entry)
    return Check(parse_rfc3339(known.time), known.reason or "undecided")


def record_check(archive: Archive, actor: Actor, object_type: str, object_id: str, report: Report) -> Check:
    """Write into the log that the evidence was checked; the subject is the report's digest."""
    with archive.catalogue.write() as connection:
        checks.record_check(archive, connection, actor.pseudonym, object_type, object_id, report)
    return Check(archive.clock.now(), checks.OUTCOMES[report.overall])
