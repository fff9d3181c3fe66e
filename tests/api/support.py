"""What tests of the service do again and again: act as somebody over HTTP, hand papers in, bring them to searchable."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import func, select
from sqlalchemy.sql.expression import Select

from api.access import ALL
from api.accounts import Account, create_account
from api.sessions import create_token
from archive.archive import SYSTEM_ACTOR, Archive
from archive.registry import add_portfolio
from ingest.indexing import Indexer
from ingest.worker import Worker
from tabellion.base.clock import ManualClock
from tests.archive.keeping import TestKeeper

ORIGIN = "http://archive.test"
UNKNOWN = "01900000-0000-7000-8000-00000000dead"
"""An identifier that nothing has."""


class Client:
    """Somebody who speaks HTTP to the application, without a network between."""

    def __init__(
        self,
        app: FastAPI,
        portal: BlockingPortal,
        token: str | None = None,
        *,
        address: str = "192.0.2.7",
        origin: str = ORIGIN,
    ) -> None:
        self._portal = portal
        transport = httpx.ASGITransport(app, client=(address, 40_000))
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient(transport=transport, base_url=origin, headers=headers)

    @property
    def authorization(self) -> str:
        """The header by which it says who it is."""
        return self._client.headers["Authorization"]

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._portal.call(lambda: self.send(method, path, **options))

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The same inside the event loop in which the application answers."""
        return await self._client.request(method, path, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    def json(self, path: str, **options: Any) -> Any:
        """The JSON of an answer that must be good."""
        return good(self.get(path, **options))


def good(response: httpx.Response, status: int | None = None) -> Any:
    """The JSON of an answer; fails with the problem's words where it is not what was expected."""
    assert response.status_code == status if status else response.is_success, response.text
    return response.json() if response.content else None


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer must be; its members are those of RFC 9457 and ours."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert set(body) == {"type", "title", "status", "code", "advice", "request"}
    assert all(body.values())
    return body


def papers(*pages: Iterable[str]) -> bytes:
    """A born-digital PDF with a page for each list of lines."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=True)
    for lines in pages:
        canvas.setFont("Helvetica", 14)
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 24 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass
class House:
    """A service over a real archive, with its keeper and its worker at hand."""

    archive: Archive
    clock: ManualClock
    app: FastAPI
    portal: BlockingPortal
    keeper: TestKeeper
    worker: Worker
    indexer: Indexer
    nudges: list[None] = field(default_factory=list)
    _papers: int = 0

    def account(
        self,
        *roles: str,
        scopes: Iterable[str] = (ALL,),
        name: str | None = None,
        password: str | None = None,
        station: str | None = None,
    ) -> Account:
        with self.archive.catalogue.write() as connection:
            return create_account(
                self.archive,
                connection,
                name or f"{'-'.join(roles) or 'nobody'}-{self.archive.ids.new()[-8:]}",
                password,
                roles=frozenset(roles),
                scopes=frozenset(scopes),
                actor=SYSTEM_ACTOR,
                station_id=station,
            )

    def client_of(self, account: Account, *actions: str) -> Client:
        with self.archive.catalogue.write() as connection:
            _, token = create_token(self.archive, connection, account.id, "test", actions)
        return Client(self.app, self.portal, token)

    def client(self, *roles: str, scopes: Iterable[str] = (ALL,), actions: Iterable[str] = ()) -> Client:
        """A new account with these roles and scopes, by token."""
        return self.client_of(self.account(*roles, scopes=scopes), *actions)

    def stranger(self, **options: Any) -> Client:
        """Nobody."""
        return Client(self.app, self.portal, **options)

    def portfolio(self, name: str) -> str:
        with self.archive.catalogue.write() as connection:
            return add_portfolio(self.archive, connection, name)

    def hand_in(self, client: Client, *pages: Iterable[str], **params: Any) -> dict[str, Any]:
        """A paper with these pages; none: one page that no other paper has."""
        self._papers += 1
        data = papers(*(pages or ([f"Paper number {self._papers}"],)))
        answer = client.post("/api/v1/deposits", params={"name": "letter.pdf", **params}, content=data)
        received: dict[str, Any] = good(answer, 202)
        return received

    def settle(self) -> None:
        """Seal, read and index all that waits."""
        self.keeper.run()
        self.worker.drain()
        self.indexer.run(self.keeper.token())
        self.keeper.run()

    def count(self, query: Select[Any]) -> int:
        with self.archive.catalogue.read() as connection:
            found: int = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
            return found

    def row(self, query: Select[Any]) -> Any:
        with self.archive.catalogue.read() as connection:
            return connection.execute(query).one()
