"""A whole service for tests of pages: a new archive; api, keeper and worker as threads of this process."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from sqlalchemy import func, select

from api.accounts import create_account
from api.app import build_app
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import documents, fields, log_outbox
from archive.registry import NewClaim, NewParty, add_portfolio, put_claim, put_party
from ingest.arrivals import Arrival
from ingest.batches import find_or_open
from ingest.process import Heart
from ingest.receive import receive
from ingest.worker import Worker
from tabellion.base.clock import SystemClock
from tabellion.demo.papers import DemoPaper, registry
from tabellion.initialise import initialise
from tabellion.running.keeping import make_keeper
from tabellion.running.serving import make_service
from tabellion.running.working import make_worker
from tabellion.settings import load_settings
from tabellion.wiring import Parts, opened

PASSWORD = "four unrelated plain words"
ROLES = ("operator", "collector", "legal", "auditor", "administrator")


@dataclass
class House:
    """A running service with an account for each role, named like it; all but the administrator see everything."""

    parts: Parts
    address: str
    portfolio: str
    _parties: dict[str, str] = field(default_factory=dict)

    def ingest(self, paper: DemoPaper, batch: str = "Box 0417") -> str:
        """Hand a paper of the demo in by the ordinary door; gives the document."""
        return self.receive(paper.content, paper.file_name, batch)

    def receive(self, content: bytes, name: str, batch: str = "Box 0417") -> str:
        """Hand bytes in by the ordinary door; gives the document."""
        import io

        archive = self.parts.archive
        batch_id = find_or_open(archive, batch, self.portfolio, SYSTEM_ACTOR)
        arrival = Arrival(batch=batch_id, name=name, actor=SYSTEM_ACTOR, door="upload")
        done = receive(archive, io.BytesIO(content), arrival, nudge=lambda: None, limit=1 << 28)
        return done.document

    def numbers(self) -> list[str]:
        """The numbers of contracts that papers are linked by."""
        query = (
            select(fields.c.value)
            .where(fields.c.name == "contract_number", fields.c.page.is_not(None))
            .order_by(fields.c.id)
        )
        with self.parts.archive.catalogue.read() as connection:
            return list(connection.scalars(query))

    def settle(self, seconds: float = 240) -> None:
        """Wait until nothing waits to be read or indexed any more, and the log has all that was done."""
        until = time.monotonic() + seconds
        unread = (
            select(func.count()).select_from(documents).where(documents.c.state.in_(("received", "read")))
        )
        unlogged = select(func.count()).select_from(log_outbox)
        while time.monotonic() < until:
            with self.parts.archive.catalogue.read() as connection:
                if not connection.scalar(unread) and not connection.scalar(unlogged):
                    return
            time.sleep(0.1)
        raise AssertionError("papers are still waiting to be read, or entries to be logged")


@contextmanager
def running(home: Path, *, languages: str = "pl,en,it", port: int = 0) -> Iterator[House]:
    """A service on a free port of the loopback, in a new home; ended with the block."""
    settings = load_settings(home=home, languages=languages)
    initialise(settings, SystemClock(), "root", PASSWORD)
    with opened(settings) as parts:
        portfolio = _people(parts)
        service, keeper, worker = (
            make_service(parts),
            make_keeper(parts, "keeper-1"),
            make_worker(parts, "worker-1"),
        )
        stop = threading.Event()
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen(64)
            taken = listener.getsockname()[1]
            config = uvicorn.Config(build_app(service, "0.1.0"), log_level="warning", lifespan="off")
            server = uvicorn.Server(config)
            threads = [
                threading.Thread(target=keeper.run, args=(stop,)),
                threading.Thread(target=_work, args=(worker, stop)),
                threading.Thread(target=lambda: server.run([listener])),
            ]
            with Heart(parts.archive, "keeper-1", "keeper"), Heart(parts.archive, "worker-1", "worker"):
                for thread in threads:
                    thread.start()
                try:
                    _await(lambda: server.started)
                    yield House(parts, f"http://127.0.0.1:{taken}", portfolio)
                finally:
                    server.should_exit = True
                    worker.stop()
                    stop.set()
                    for thread in threads:
                        thread.join()
                    worker.close()


def _work(worker: Worker, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        worker.drain()


def _await(done: Callable[[], bool], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise AssertionError("the service did not start")
        time.sleep(0.02)


def _people(parts: Parts) -> str:
    """Accounts, and the demo's portfolio, parties and claims; gives the portfolio."""
    archive, known = parts.archive, registry()
    with archive.catalogue.write() as connection:
        portfolio = add_portfolio(
            archive, connection, known.portfolio.name, external_id=known.portfolio.external_id
        )
        for role in ROLES:
            create_account(
                archive,
                connection,
                role,
                PASSWORD,
                roles=frozenset({role}),
                scopes=frozenset() if role == "administrator" else frozenset({"all"}),
                actor=SYSTEM_ACTOR,
            )
        ids = {}
        for party in known.parties:
            ids[party.external_id] = put_party(
                archive,
                connection,
                NewParty(
                    name=party.name,
                    kind=party.kind,
                    external_id=party.external_id,
                    identifiers=(*party.identifiers, *(("iban", iban) for iban in party.ibans)),
                    birth_date=party.birth_date,
                    town=party.address[-1] if party.address else None,
                ),
            )
        for claim in known.claims:
            put_claim(
                archive,
                connection,
                NewClaim(
                    number=claim.number,
                    portfolio=portfolio,
                    external_id=claim.external_id,
                    currency=claim.currency,
                    principal_minor=claim.principal,
                    principal_source="CRM",
                    principal_as_of=claim.as_of,
                    parties=tuple((ids[party], role) for party, role in claim.debtors),
                    numbers=(
                        *(("contract_number", number) for number in claim.contract_numbers),
                        *(("case_number", number) for number in claim.case_numbers),
                    ),
                ),
            )
    return portfolio


@contextmanager
def signed_in(house: House, role: str) -> Iterator[httpx.Client]:
    """A client with the session of that role."""
    with httpx.Client(base_url=house.address, headers={"Accept": "text/html"}, timeout=60) as client:
        answer = client.post("/sign-in", data={"name": role, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client
