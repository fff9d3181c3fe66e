"""Asks the pages and routes of a service as people do, without a network between, and times the answers."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import func, select

from api.access import ALL
from api.accounts import create_account
from api.app import build_app
from api.limits import Allowance, Rate
from api.sessions import create_token
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import batches, document_scopes, links, parties
from archive.registry.lookup import parties_in
from bench._intake import Debtor
from bench._questions import spread
from tabellion.base.errors import TabellionError
from tabellion.running.serving import make_service
from tabellion.wiring import Parts

_AGENT = "bench"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that people open: its name here, whose it is, and an address of it, another one each time."""

    name: str
    role: str
    address: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Visitors:
    """Accounts by role, who speak to one application."""

    clients: dict[str, httpx.AsyncClient]
    portal: BlockingPortal

    def open(self, role: str, address: str) -> float:
        """Milliseconds until the whole answer is there. Raises TabellionError where it is not a page."""
        client = self.clients[role]
        started = time.perf_counter()
        answer = self.portal.call(client.get, address)
        taken = 1000 * (time.perf_counter() - started)
        if answer.status_code != 200:
            raise TabellionError(f"{address} answered {answer.status_code}: {answer.text[:300]}")
        return taken


@contextmanager
def visitors(parts: Parts, portfolio: str) -> Iterator[Visitors]:
    """A collector who may see one portfolio, and others who may see everything."""
    service = make_service(parts)
    ample = Allowance(Rate(1e6, 1_000_000))  # four accounts ask here in the place of a house of people
    limits = replace(service.options.limits, people=ample)
    app = build_app(replace(service, options=replace(service.options, limits=limits)), "bench")
    scopes = {"collector": f"portfolio:{portfolio}"}
    with start_blocking_portal() as portal:
        clients = {
            role: _client(parts, app, role, scopes.get(role, ALL))
            for role in ("collector", "operator", "legal", "auditor", "administrator")
        }
        yield Visitors(clients, portal)
        for client in clients.values():
            portal.call(client.aclose)


def _client(parts: Parts, app: FastAPI, role: str, scope: str) -> httpx.AsyncClient:
    archive = parts.archive
    with archive.catalogue.write() as connection:
        account = create_account(
            archive,
            connection,
            f"bench {role} {archive.ids.new()[-12:]}",
            None,
            roles=frozenset({role}),
            scopes=frozenset({scope}),
            actor=SYSTEM_ACTOR,
        )
        _, token = create_token(archive, connection, account.id, _AGENT, ())
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 40_000))
    return httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {token}"}
    )


def visits(parts: Parts, debtors: Sequence[Debtor], portfolio: str, newest: str) -> list[Visit]:
    """What people open all day, and what administrators and programs look at: of papers up to the newest named here."""
    dice = random.Random("visits")
    with parts.archive.catalogue.read() as connection:
        mine = list(
            connection.scalars(
                select(document_scopes.c.document_id)
                .where(
                    document_scopes.c.scope == f"portfolio:{portfolio}",
                    document_scopes.c.document_id <= newest,
                )
                .limit(2_000)
            )
        )
        boxes = list(connection.scalars(select(batches.c.id).limit(500)))
        known = list(
            connection.scalars(
                select(links.c.target_id)
                .join_from(links, parties, parties.c.id == links.c.target_id)
                .where(
                    links.c.target_type == "party",
                    links.c.document_id.in_(mine[:500]),
                    parties_in([portfolio]),  # a paper is proposed to namesakes in other portfolios too
                )
                .group_by(links.c.target_id)
                .order_by(func.count().desc())
            )
        )
    words = ("kwota", "fattura", "Mahnung", "payment", "договор")

    def number() -> str:
        return dice.choice(debtors).number.replace("/", "%2F")

    def name() -> str:
        return dice.choice(debtors).party.name.split()[0]

    return [
        Visit("search, as it opens", "collector", lambda: "/search"),
        Visit("search, a word", "collector", lambda: f"/search?q={dice.choice(words)}"),
        Visit("search, a claim's number", "collector", lambda: f"/search?q={number()}"),
        Visit("debtors, a name", "collector", lambda: f"/debtors?q={name()}"),
        Visit("debtors, three letters", "collector", lambda: f"/api/v1/debtors?q={name()[:3]}"),
        Visit("claims, half a number", "collector", lambda: f"/api/v1/claims?q={number()[-8:-4]}"),
        Visit("dossier", "collector", lambda: f"/debtors/{dice.choice(known)}"),
        Visit("page in the viewer", "collector", lambda: f"/documents/{dice.choice(mine)}"),
        Visit("documents in scope", "collector", lambda: "/api/v1/documents"),
        Visit("documents of a kind", "collector", lambda: "/api/v1/documents?kind=court_order"),
        Visit("documents that failed", "collector", lambda: "/api/v1/documents?state=failed"),
        Visit("batches", "operator", lambda: "/batches"),
        Visit("batch", "operator", lambda: f"/batches/{dice.choice(boxes)}"),
        Visit("review", "collector", lambda: "/review"),
        Visit("links to review", "collector", lambda: "/api/v1/review/links"),
        Visit("figures to review", "collector", lambda: "/api/v1/review/fields"),
        Visit("matters", "legal", lambda: "/matters"),
        Visit("evidence", "auditor", lambda: "/evidence"),
        Visit("entries of the log", "auditor", lambda: "/api/v1/audit/entries"),
        Visit("entries of a rare type", "auditor", lambda: "/api/v1/audit/entries?type=erase"),
        Visit("incidents", "auditor", lambda: "/evidence/incidents"),
        Visit("stamps", "auditor", lambda: "/api/v1/stamps"),
        Visit("counts for auditors", "auditor", lambda: "/api/v1/audit"),
        Visit("reports", "administrator", lambda: "/reports"),
        Visit("operations", "administrator", lambda: "/operations"),
        Visit("/metrics", "administrator", lambda: "/metrics"),
    ]


def measure_visits(asked: Visitors, wanted: Sequence[Visit], count: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each sort of page, after some that are not counted; the very first is told by itself."""
    found: dict[str, dict[str, float]] = {}
    for visit in wanted:
        warm = [asked.open(visit.role, visit.address()) for _ in range(min(3, count - 1))]
        times = [asked.open(visit.role, visit.address()) for _ in range(count)]
        found[visit.name] = {**spread(times), "ms_first": round([*warm, *times][0], 1)}
    return found
