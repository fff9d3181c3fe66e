"""`/operations`: parts and their health, queue ages, failures with retry, keys with ends, due renewals, storage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, func, select

from api.access import Action, Actor
from api.held_keys import HeldKey
from api.hooks.managing import list_hooks
from api.limits.kept import refused_lately
from api.pages.part_words import in_words
from api.pages.render import page
from api.request import Ask, service_of
from api.rest import work as rest_work
from api.service import SPARED
from api.unreachable_links import count_unreachable
from archive.catalogue.schema import (
    accounts,
    api_tokens,
    archive_state,
    beats,
    deposits,
    documents,
    index_outbox,
    log_outbox,
    renewals,
    stamps,
    stations,
    witnesses,
    work,
)
from archive.corrections import corrections
from archive.fixity import ask_again, figures
from archive.fixity.figures import faulty
from archive.renewal_planning import due_list
from archive.stamp_asks import mark_looked_at, refusals
from archive.stored import count_stored
from ingest.stations import list_stations

router = APIRouter(include_in_schema=False)
Operator = Annotated[Actor, Depends(Ask(Action.OPERATIONS))]

LIVES_WITHIN = timedelta(seconds=15)
BACKED_UP = "keys_backed_up_at"
PUBLISHED = "published"
SHOWN = 5
"""Papers that are named of each reason for a failure."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Something that waits: how much, and since when the oldest of it."""

    name: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Papers that could not be read for one reason, with some of them."""

    code: str
    count: int
    documents: tuple[str, ...]


@router.get("/operations")
def start(request: Request, actor: Operator) -> Response:
    """How the service is."""
    service = service_of(request)
    archive = service.archive
    health = service.health()
    with archive.catalogue.read() as connection:
        now = archive.clock.now()
        context: dict[str, Any] = {
            "health": {
                name: None if problem is None else in_words(name, problem)
                for name, problem in sorted(health.items())
            },
            "spared": SPARED,
            "took": service.took(),
            "free": None if service.free_bytes is None else service.free_bytes(),
            "processes": _processes(connection, now),
            "queues": _queues(connection),
            "unreachable": count_unreachable(connection),
            "failures": _failures(connection),
            "stamps": connection.execute(
                select(stamps.c.number, stamps.c.failure, stamps.c.retry_at).where(
                    stamps.c.failure.is_not(None)
                )
            ).all(),
            "limited": refused_lately(connection, now),
            "refusals": refusals(connection),
            "unseen": connection.execute(
                select(witnesses.c.name, witnesses.c.failure, witnesses.c.answered_at)
                .where(witnesses.c.failure.is_not(None))
                .order_by(witnesses.c.name)
            ).all(),
            "renewals": due_list(connection, service.options.algorithms),
            "renewing": connection.execute(
                select(renewals).where(renewals.c.state != PUBLISHED).order_by(renewals.c.number)
            ).all(),
            "keys": [*service.keys(), *_station_tokens(connection)],
            "backed_up": _backed_up(connection),
            "stored": service.stored.get(lambda: count_stored(connection)),
            "fixity": service.fixity.get(lambda: figures(connection, now)),
            "faulty": faulty(connection, SHOWN),
            "people": connection.scalar(select(func.count()).select_from(accounts)) or 0,
            "stations": list_stations(connection),
            "hooks": list_hooks(connection) if actor.may(Action.WEBHOOKS) else [],
            "now": now,
        }
    return page(request, "operations.html", context, actor=actor, here="operations")


@router.post("/operations/retry")
def retry(request: Request, actor: Operator, reason: Annotated[str, Form(max_length=40)]) -> Response:
    """Have all papers that failed for a reason read again."""
    rest_work.retry(request, rest_work.Again(kind="read", reason_code=reason), actor)
    return RedirectResponse("/operations", 303)


@router.post("/operations/refusals")
def seen(request: Request, _: Operator) -> Response:
    """Somebody has looked at all answers of authorities that were refused; they stay in the vault and in the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        mark_looked_at(connection, archive.clock.now())
    return RedirectResponse("/operations", 303)


@router.post("/operations/fixity")
def read_again(request: Request, _: Operator) -> Response:
    """Have the keeper read everything that is stored again, at once: somebody knows of a loss."""
    service = service_of(request)
    with service.archive.catalogue.write() as connection:
        ask_again(connection, service.archive.clock.now())
    service.fixity.forget()
    return RedirectResponse("/operations", 303)


@router.get("/operations/corrections")
def measured(request: Request, actor: Operator) -> Response:
    """How often the machine was right where persons looked, at each confidence and for each field."""
    with service_of(request).archive.catalogue.read() as connection:
        found = corrections(connection)
    return page(request, "corrections.html", {"found": found}, actor=actor, here="operations")


def _backed_up(connection: Connection) -> datetime | None:
    """When the keys were backed up last."""
    query = select(archive_state.c.value).where(archive_state.c.name == BACKED_UP)
    noted = connection.scalar(query)
    return None if noted is None else datetime.fromisoformat(noted)


def _processes(connection: Connection, now: datetime) -> dict[str, int]:
    """How many processes of each kind said lately that they live."""
    rows = connection.execute(
        select(beats.c.kind, func.count().label("alive"))
        .where(beats.c.at > now - LIVES_WITHIN)
        .group_by(beats.c.kind)
    )
    return {"api": 0, "keeper": 0, "worker": 0} | {row.kind: row.alive for row in rows}


def _queues(connection: Connection) -> list[Queue]:
    found = []
    for name, when, conditions in (
        ("read", work.c.created_at, (work.c.state.in_(("ready", "leased")),)),
        ("log", log_outbox.c.time, ()),
        ("receipt", deposits.c.received_at, (deposits.c.receipt.is_(None), deposits.c.erased_at.is_(None))),
        ("index", index_outbox.c.at, ()),
    ):
        row = connection.execute(
            select(func.count(), func.min(when)).where(when.is_not(None), *conditions)
        ).one()
        found.append(Queue(name, row[0], row[1]))
    return found


def _station_tokens(connection: Connection) -> list[HeldKey]:
    """The tokens by which stations are let in; one that has ended stays until it is withdrawn."""
    rows = connection.execute(
        select(stations.c.name, api_tokens.c.created_at, api_tokens.c.expires_at)
        .join_from(api_tokens, accounts)
        .join(stations, accounts.c.station_id == stations.c.id)
        .where(api_tokens.c.revoked_at.is_(None), stations.c.disabled_at.is_(None))
        .order_by(stations.c.name, api_tokens.c.created_at)
    )
    return [HeldKey("station", row.name, None, row.created_at, row.expires_at) for row in rows]


def _failures(connection: Connection) -> list[Failure]:
    """By reason, the commonest first; an administrator is given numbers of papers, not their words."""
    rows = connection.execute(
        select(documents.c.reason_code, func.count())
        .where(documents.c.state == "failed")
        .group_by(documents.c.reason_code)
        .order_by(func.count().desc())
    ).all()
    return [
        Failure(
            code or "INTERNAL",
            count,
            tuple(
                connection.scalars(
                    select(documents.c.id)
                    .where(documents.c.state == "failed", documents.c.reason_code == code)
                    .order_by(documents.c.id.desc())
                    .limit(SHOWN)
                )
            ),
        )
        for code, count in rows
    ]
