"""The door that the command line hands files to: the archive at hand, or a running service over REST."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import httpx
from sqlalchemy import or_, select

from archive.archive import Archive
from archive.catalogue import BULK
from archive.catalogue.schema import batches, deposits, documents, stations
from archive.registry import find_portfolio
from ingest.arrivals import Arrival
from ingest.batches import Declaration, find_or_open, open_declared, unassigned
from ingest.receive import receive
from tabellion.base.errors import BadRequest, NotFound, TabellionError, Unavailable
from tabellion.made_papers import MadePaper, local_papers, remote_papers
from tabellion.settings import Settings
from tabellion.waiting_client import LONGEST, Waiting, asked_to_wait
from tabellion.wiring import Parts, nudger

TIMEOUT = httpx.Timeout(30.0, read=300.0)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was acknowledged."""

    path: Path
    deposit: str
    document: str
    sha256: str
    size: int
    same_bytes_as: Sequence[str]


class Door(Protocol):
    """Where files go, and where one asks what became of them."""

    def send(self, path: Path) -> Sent:
        """Hand a file in; when this returns it is durable. Raises a TabellionError for a file that is refused."""
        ...

    def states(self, sent: Sequence[Sent]) -> Mapping[str, tuple[str, str | None]]:
        """State and reason code of the document of each, by deposit."""
        ...

    def receipts(self, sent: Sequence[Sent]) -> Mapping[str, dict[str, Any]]:
        """The signed receipts that are there, by deposit."""
        ...

    def papers(self, sent: Sequence[Sent]) -> Mapping[str, list[MadePaper]]:
        """The papers that were made of each, as far as they may be seen, by deposit."""
        ...


class LocalDoor:
    """The archive at TABELLION_HOME."""

    def __init__(
        self, parts: Parts, batch: str | None, portfolio: str | None, actor: str, station: str | None = None
    ) -> None:
        self._parts = parts
        self._archive = parts.archive
        self._actor = actor
        self._nudge = nudger(parts.settings)
        self._station = station
        with self._archive.catalogue.read() as connection:
            portfolio_id = None if portfolio is None else find_portfolio(connection, portfolio)
        if station is not None:
            self._batch = station_batch(self._archive, station, batch, portfolio_id, actor)
        elif batch is None:
            self._batch = unassigned(self._archive, actor)
        else:
            self._batch = find_or_open(self._archive, batch, portfolio_id, actor)

    def send(self, path: Path) -> Sent:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            arrival = Arrival(
                batch=self._batch,
                name=path.name,
                actor=self._actor,
                door="station" if self._station else "command-line",
                # The same file at the same place is the same act: an `ingest` that was killed can be run again.
                source=f"path:{path.absolute()}:{digest}",
                sha256=digest,
                priority=BULK,
                retention=self._parts.retention,
            )
            limit = self._parts.settings.max_upload_bytes
            done = receive(self._archive, stream, arrival, nudge=self._nudge, limit=limit)
        return Sent(path, done.deposit, done.document, done.sha256, done.size, done.same_bytes_as)

    def states(self, sent: Sequence[Sent]) -> Mapping[str, tuple[str, str | None]]:
        by_document = {item.document: item.deposit for item in sent}
        with self._archive.catalogue.read() as connection:
            rows = connection.execute(
                select(documents.c.id, documents.c.state, documents.c.reason_code, documents.c.reason).where(
                    documents.c.id.in_(by_document)
                )
            ).all()
        return {by_document[row.id]: (row.state, _reason(row.reason_code, row.reason)) for row in rows}

    def receipts(self, sent: Sequence[Sent]) -> Mapping[str, dict[str, Any]]:
        query = select(deposits.c.id, deposits.c.receipt).where(
            deposits.c.id.in_([item.deposit for item in sent]), deposits.c.receipt.is_not(None)
        )
        with self._archive.catalogue.read() as connection:
            return {row.id: json.loads(row.receipt) for row in connection.execute(query)}

    def papers(self, sent: Sequence[Sent]) -> Mapping[str, list[MadePaper]]:
        return local_papers(self._archive, [item.deposit for item in sent])


def station_batch(archive: Archive, station: str, name: str | None, portfolio: str | None, actor: str) -> str:
    """The open batch of that name of a station (id or name), opened where there is none."""
    if name is None:
        raise BadRequest("a station hands over batches: name the --batch")
    with archive.catalogue.read() as connection:
        station_id = connection.scalar(
            select(stations.c.id).where(or_(stations.c.id == station, stations.c.name == station))
        )
        if station_id is None:
            raise NotFound(f"there is no station {station!r}", advice="`tabellion stations list` shows them.")
        found: str | None = connection.scalar(
            select(batches.c.id).where(
                batches.c.station_id == station_id, batches.c.name == name, batches.c.state == "open"
            )
        )
    return found or open_declared(archive, Declaration(name, portfolio, station_id), actor)


class RemoteDoor:
    """A running service over REST."""

    def __init__(self, client: httpx.Client, batch: str | None, portfolio: str | None) -> None:
        self._client = client
        self._where = {"batch_name": batch} if batch else {}
        if portfolio is not None:
            self._where["portfolio"] = _remote_portfolio(self._client, portfolio)

    def send(self, path: Path) -> Sent:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
            act = hashlib.sha256(f"{path.absolute()}:{digest.hexdigest()}".encode()).hexdigest()
            headers = {
                "Repr-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
                "Idempotency-Key": act,
                "Content-Type": "application/octet-stream",
            }
            done = answer(self._post(stream, {"name": path.name, **self._where}, headers))
        return Sent(
            path, done["deposit"], done["document"], done["sha256"], done["size"], done["same_bytes_as"]
        )

    def _post(self, stream: BinaryIO, where: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        left = LONGEST
        while True:
            stream.seek(0)
            response = self._client.post("/api/v1/deposits", params=where, content=stream, headers=headers)
            seconds = asked_to_wait(response)
            if seconds is None or seconds > left:
                return response
            left -= seconds
            time.sleep(seconds)

    def states(self, sent: Sequence[Sent]) -> Mapping[str, tuple[str, str | None]]:
        found = {}
        for item in sent:
            document = answer(self._client.get(f"/api/v1/documents/{item.document}"))
            found[item.deposit] = (document["state"], _reason(document["reason_code"], document["reason"]))
        return found

    def receipts(self, sent: Sequence[Sent]) -> Mapping[str, dict[str, Any]]:
        found = {}
        for item in sent:
            response = self._client.get(f"/api/v1/deposits/{item.deposit}/receipt")
            if response.status_code == 200:
                found[item.deposit] = response.json()
        return found

    def papers(self, sent: Sequence[Sent]) -> Mapping[str, list[MadePaper]]:
        return remote_papers(self._client, [item.deposit for item in sent])


class Refused(TabellionError):
    """The service said no; its own code and words are passed on."""

    code = "REFUSED"
    exit_code = 1
    advice = "The service said what is wrong."


def remote_client(settings: Settings) -> httpx.Client:
    """A client for the service that the settings name."""
    headers = {"Accept": "application/json"}
    if settings.token is not None:
        headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
    transport = Waiting(httpx.HTTPTransport())
    return httpx.Client(base_url=settings.url or "", headers=headers, timeout=TIMEOUT, transport=transport)


def answer(response: httpx.Response) -> Any:
    """The JSON of an answer; raises Refused with the service's own words, Unavailable where it is none."""
    try:
        value = response.json() if response.content else None
    except ValueError as error:
        raise Unavailable(f"{response.url.host} does not answer as a service of this kind") from error
    if response.is_success:
        return value
    if not isinstance(value, dict):
        raise Unavailable(f"{response.url.host} answered {response.status_code}")
    raise Refused(f"{value.get('code')}: {value.get('title')}", advice=str(value.get("advice", "")))


def _remote_portfolio(client: httpx.Client, wanted: str) -> str:
    for row in answer(client.get("/api/v1/portfolios")):
        if wanted in (row["id"], row["name"], row["external_id"]):
            return str(row["id"])
    raise Refused(f"NOT_FOUND: there is no portfolio {wanted!r}, or not for you")


def _reason(code: str | None, text: str | None) -> str | None:
    return None if code is None else f"{code}: {text}" if text else code
