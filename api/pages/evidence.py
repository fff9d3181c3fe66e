"""`/evidence`: the auditor's start in sentences, each with a way to check it oneself; entries; the checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, and_, func, select

from api import access, proof
from api.access import Action, Actor
from api.pages.batch_acts import qr
from api.pages.paper import names_of
from api.pages.render import page
from api.pages.words import N_
from api.request import Ask, service_of
from api.totals import Totals, count_open, count_totals
from archive.archive import Archive
from archive.catalogue.schema import (
    account_facts,
    current,
    document_deposits,
    log_entries,
    log_outbox,
    stamp_tokens,
    stamps,
    witnesses,
)
from archive.catalogue.schema.evidence import IS_ERASURE
from archive.checks import find_check, order_check, running_check
from archive.cosignatures import seen_by
from archive.fixity import figures
from archive.log_group import log_size
from archive.log_view import LogView
from archive.renewal_planning import due_list
from signing.entry import Entry
from signing.tlog import leaf_hash
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import NotFound

router = APIRouter(include_in_schema=False)
Auditor = Annotated[Actor, Depends(Ask(Action.LOG_READ))]

PROVED = ("verified", "published")
REASONS: Mapping[str, str] = {
    "claim-differs": N_("What a station claims differs from what was computed."),
    "missing-object": N_("An object or a key is not where it was."),
    "altered-object": N_("An object does not have its digest."),
    "token-refused": N_("A time-stamp was refused: it failed a check, or none came."),
    "witness-refused": N_("A witness answered otherwise than with its cosignature."),
    "clock": N_("The clock and a trusted time disagree."),
}
"""Why an incident was written, by its code."""

INCIDENTS = 100
"""So many stand on one page."""

LOOK_AGAIN = "2"
"""Seconds after which a browser loads the page of a check that still runs."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of the first sentences, counted."""

    received: int
    readable: int
    erased: int
    failed: int
    waiting: int
    entries: int
    papers: int
    open: int


@dataclass(frozen=True, slots=True)
class SetBy:
    """Who decided last what somebody may open, and when; no name: the archive itself."""

    name: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """An entry of that type, and when it was written."""

    entry: Entry
    at: datetime


@router.get("/evidence")
def start(request: Request, actor: Auditor) -> Response:
    """What is here, what is proved of it, and what is not."""
    return _start(request, actor)


@router.post("/evidence/check")
def check(request: Request, actor: Auditor) -> Response:
    """Have everything that the archive holds verified; a worker does it, and the outcome is an entry of the log."""
    service = service_of(request)
    with service.archive.catalogue.write() as connection:
        begun = order_check(service.archive, connection, actor.pseudonym)
    service.nudge()
    return RedirectResponse(f"/evidence/checks/{begun}", 303)


@router.get("/evidence/check")
def checked(_: Auditor) -> Response:
    """Where the address of a check is loaded anew: back to the start, without checking again."""
    return RedirectResponse("/evidence", 303)


@router.get("/evidence/checks/{check_id}")
def show_check(request: Request, check_id: Annotated[str, Path(max_length=36)], actor: Auditor) -> Response:
    """How far a verification of everything is, and its report; while it runs, the page comes again by itself."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        found = find_check(connection, check_id)
        context = {
            "check": found,
            "asked_by": names_of(connection, {found.asked_by}).get(found.asked_by),
            "now": archive.clock.now(),
        }
    answer = page(request, "check.html", context, actor=actor, here="evidence")
    if found.state == "running":
        answer.headers["Refresh"] = LOOK_AGAIN
    return answer


@router.get("/evidence/entries")
def jump(_: Auditor, number: Annotated[int, Query(ge=0, le=2**53)]) -> Response:
    """From the box "entry number" to the entry."""
    return RedirectResponse(f"/evidence/entries/{number}", 303)


@router.get("/evidence/entries/{seq}")
def entry(request: Request, seq: Annotated[int, Path(ge=0, le=2**53)], actor: Auditor) -> Response:
    """An entry of the log: what its own bytes say, and its neighbours in its chain."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        row = connection.execute(select(log_entries).where(log_entries.c.seq == seq)).one_or_none()
        if row is None:
            raise NotFound("the log has no such entry")
        found = Entry.parse(row.entry)
        beside = and_(
            log_entries.c.object_type == row.object_type,
            log_entries.c.object_id == row.object_id,
            log_entries.c.chain == row.chain,
        )
        neighbours = {
            each.ordinal: each.seq
            for each in connection.execute(
                select(log_entries.c.ordinal, log_entries.c.seq).where(
                    beside, log_entries.c.ordinal.in_((row.ordinal - 1, row.ordinal + 1))
                )
            )
        }
        context: dict[str, Any] = {
            "entry": found,
            "at": parse_rfc3339(found.time),
            "bytes": row.entry.decode(),
            "leaf": leaf_hash(row.entry).hex(),
            "before": neighbours.get(row.ordinal - 1),
            "following": neighbours.get(row.ordinal + 1),
            "last": connection.scalar(select(func.max(log_entries.c.seq))),
            "document": _openable(connection, actor, found),
        }
    return page(request, "entry.html", context, actor=actor, here="evidence")


@router.get("/evidence/incidents")
def incidents(
    request: Request, actor: Auditor, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> Response:
    """What was found not to be as it should, as the log tells it, the newest first; `before` pages on by number."""
    archive = service_of(request).archive
    query = select(log_entries.c.entry).where(log_entries.c.type == "incident")
    if before is not None:
        query = query.where(log_entries.c.seq < before)
    with archive.catalogue.read() as connection:
        rows = connection.scalars(query.order_by(log_entries.c.seq.desc()).limit(INCIDENTS + 1)).all()
        found = [Entry.parse(each) for each in rows[:INCIDENTS]]
        context = {
            "incidents": [Incident(each, parse_rfc3339(each.time)) for each in found],
            "names": {
                row.id: row.number
                for row in connection.execute(
                    select(stamps.c.id, stamps.c.number).where(
                        stamps.c.id.in_({each.object.id for each in found if each.object.type == "stamp"})
                    )
                )
            },
            "further": found[-1].seq if len(rows) > INCIDENTS else None,
            "reasons": REASONS,
        }
    return page(request, "incidents.html", context, actor=actor, here="evidence")


@router.get("/evidence/checkpoint")
def checkpoint(request: Request, actor: Auditor) -> Response:
    """To take home: the newest checkpoint on paper, with a QR code of its text."""
    archive = service_of(request).archive
    view = LogView.newest(archive)
    if view is None:
        raise NotFound("the log has no checkpoint yet", advice="Ask again in a second.")
    text = view.signed.decode()
    context = {
        "text": text,
        "size": view.checkpoint.size,
        "origin": archive.origin,
        "qr": qr(text),
        "now": archive.clock.now(),
    }
    return page(request, "checkpoint.html", context, actor=actor, here="evidence")


def _start(request: Request, actor: Actor) -> Response:
    service = service_of(request)
    archive = service.archive
    with archive.catalogue.read() as connection:
        context: dict[str, Any] = {
            "sums": _sums(connection, actor, service.totals.get(lambda: count_totals(connection))),
            "set_by": _set_by(connection, actor),
            "checkpoint": _checkpoint(archive),
            "outside": _outside(connection),
            "stamp": connection.execute(
                select(stamps).where(stamps.c.state.in_(PROVED)).order_by(stamps.c.number.desc()).limit(1)
            ).one_or_none(),
            "witnesses": seen_by(connection),
            "unseen": connection.execute(
                select(witnesses.c.name, witnesses.c.failure)
                .where(witnesses.c.failure.is_not(None))
                .order_by(witnesses.c.name)
            ).all(),
            "pending": connection.scalar(select(func.count()).where(stamps.c.state.not_in(PROVED))) or 0,
            "troubled": connection.execute(
                select(stamps.c.number, stamps.c.failure).where(stamps.c.failure.is_not(None))
            ).all(),
            "incidents": connection.scalar(select(func.count()).where(log_entries.c.type == "incident")) or 0,
            "checked": _last_check(connection, archive),
            "fixity": service.fixity.get(lambda: figures(connection, archive.clock.now())),
            "origin": archive.origin,
            "running": running_check(connection),
            "renewals": due_list(connection, service_of(request).options.algorithms),
            "now": archive.clock.now(),
        }
    return page(request, "evidence.html", context, actor=actor, here="evidence")


def _outside(connection: Connection) -> datetime | None:
    """Since when an authority that is neither unknown nor for tests proves anything."""
    none = ("test", "unknown")
    earliest = [
        connection.scalar(
            select(func.min(stamps.c.gen_time)).where(
                stamps.c.state.in_(PROVED), stamps.c.time_class.not_in(none)
            )
        ),
        connection.scalar(
            select(func.min(stamp_tokens.c.gen_time)).where(stamp_tokens.c.time_class.not_in(none))
        ),
    ]
    return min((each for each in earliest if each is not None), default=None)


def _sums(connection: Connection, actor: Actor, totals: Totals) -> Sums:
    def count(*conditions: Any) -> int:
        return connection.scalar(select(func.count()).where(*conditions)) or 0

    return Sums(
        # Counted from the log, which nobody can make smaller unseen.
        received=totals.received,
        erased=count(IS_ERASURE, log_entries.c.object_type == "deposit"),
        readable=totals.readable,
        failed=totals.documents.get("failed", 0),
        waiting=count(log_outbox.c.id.is_not(None)),
        entries=log_size(connection),
        papers=totals.papers,
        open=count_open(connection, actor, totals, living=True),
    )


def _set_by(connection: Connection, actor: Actor) -> SetBy | None:
    """The newest decision on the actor's scopes, his role included."""
    row = connection.execute(
        select(account_facts.c.actor, account_facts.c.at)
        .where(
            account_facts.c.account_id == actor.account_id,
            account_facts.c.fact.in_(("scope", "role")),
            current(account_facts, "account_id", "fact", "value"),
        )
        .order_by(account_facts.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return SetBy(names_of(connection, {row.actor}).get(row.actor), row.at)


def _checkpoint(archive: Archive) -> int | None:
    view = LogView.newest(archive)
    return None if view is None else view.checkpoint.size


def _last_check(connection: Connection, archive: Archive) -> proof.Check | None:
    found = connection.scalar(
        select(log_entries.c.entry)
        .where(
            log_entries.c.object_type == "archive",
            log_entries.c.object_id == archive.id,
            log_entries.c.type == "verify",
        )
        .order_by(log_entries.c.seq.desc())
        .limit(1)
    )
    if found is None:
        return None
    known = Entry.parse(found)
    return proof.Check(parse_rfc3339(known.time), known.reason or "undecided")


def _openable(connection: Connection, actor: Actor, found: Entry) -> str | None:
    """The paper that the entry is about, where the auditor may open it."""
    about = found.object
    if about.type not in ("document", "deposit") or not actor.may(Action.READ):
        return None
    wanted = [about.id]
    if about.type == "deposit":
        wanted = list(
            connection.scalars(
                select(document_deposits.c.document_id).where(document_deposits.c.deposit_id == about.id)
            )
        )
    return next(iter(access.open_pages(connection, actor, wanted)), None)
