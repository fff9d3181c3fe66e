"""Loads the fictional portfolio into an archive: registry, accounts, a station, two boxes of papers, a time-stamp.

Every step finds what an earlier, interrupted call has done already.
"""

import io
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
from PIL import Image
from sqlalchemy import func, select

from api.accounts import create_account, find_by_name
from api.enrolment import enrol_station
from api.passwords import generate_password
from archive.archive import Archive
from archive.catalogue.schema import batches, deposits, documents
from archive.registry import NewClaim, NewParty, add_portfolio, find_portfolio, put_claim, put_party
from ingest.arrivals import Arrival
from ingest.batches import Declaration, close, open_declared
from ingest.receive import receive
from ingest.stations import Device, Station, find_station
from tabellion.base.errors import NotFound, Unavailable
from tabellion.demo.papers import DemoPaper, iter_portfolio, registry
from tabellion.demo.registry import Party, Registry
from tabellion.demo_accounts import ROLES, Demo, read_demo, write_demo
from tabellion.stamping import stamp_now
from tabellion.wiring import Parts, nudger

STATION = "Amber scanning room"
DEVICE = Device(maker="Fictional", model="ScanPress 40", serial="SP40-0017", profile="papers", dpi=200)
SETTLED = ("searchable", "failed", "void", "erased")
PATIENCE_SECONDS = 180.0
STAMP_SECONDS = 120.0
_TOWN = re.compile(r"[\d-]+ (?P<town>[^(]+?)( [A-Z]{2})?( \(.*\))?")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Box:
    """A batch of the demo; `gap_after` is the number after which one has no paper (0: it is complete)."""

    name: str
    claims: tuple[str, ...]
    gap_after: int = 0


BOXES = (
    Box("Amber box 1", ("K-7001", "K-7002", "K-7003")),
    # A number without a paper: the operator has something to look for, and the ledger something to show.
    Box("Amber box 2", ("K-7004", "K-7005", "K-7006", "K-7007"), gap_after=3),
)


def holds_papers(archive: Archive) -> bool:
    """Whether anything was ever received."""
    with archive.catalogue.read() as connection:
        return connection.execute(select(deposits.c.id).limit(1)).one_or_none() is not None


def load_demo(
    parts: Parts, actor: str, progress: Progress, papers: Iterable[DemoPaper] | None = None
) -> Demo:
    """Load what is not there yet; a keeper and a worker must be alive. `papers` come box by box; none: the portfolio's.

    Raises FontsMissing, Conflict, Unavailable.
    """
    archive, home = parts.archive, parts.settings.home
    demo = read_demo(home)
    if demo is None:
        demo = Demo({role: generate_password(os.urandom) for role in ROLES})
        write_demo(home, demo)
    portfolio = _load_registry(archive, registry())
    _make_accounts(archive, demo, portfolio, actor)
    station = _station(archive, portfolio, actor)
    box_of = {claim: box for box in BOXES for claim in box.claims}
    opened: dict[str, Box] = {}
    for box, held in groupby(papers or iter_portfolio(), key=lambda paper: box_of[paper.claim]):
        batch = _batch(archive, station, box)
        if batch is None or batch[1] == "open":
            opened[_hand_over(parts, station, box, batch and batch[0], list(held), progress)] = box
    _wait(archive, list(opened), progress)
    for batch_id, box in opened.items():
        if not box.gap_after:
            close(archive, batch_id, station.account or actor)
    stamp_now(archive, STAMP_SECONDS, progress)
    write_demo(home, demo.finished())
    return demo.finished()


def _load_registry(archive: Archive, records: Registry) -> str:
    """Bring portfolio, parties and claims in, or up to date; gives the portfolio's id."""
    with archive.catalogue.write() as connection:
        try:
            portfolio = find_portfolio(connection, records.portfolio.external_id)
        except NotFound:
            portfolio = add_portfolio(
                archive, connection, records.portfolio.name, records.portfolio.external_id
            )
        ids = {party.external_id: put_party(archive, connection, _party(party)) for party in records.parties}
        for claim in records.claims:
            numbers = (("contract_number", claim.contract_numbers), ("case_number", claim.case_numbers))
            put_claim(
                archive,
                connection,
                NewClaim(
                    number=claim.number,
                    portfolio=portfolio,
                    external_id=claim.external_id,
                    creditor=ids[claim.present_creditor],
                    original_creditor=ids[claim.original_creditor],
                    currency=claim.currency,
                    principal_minor=claim.principal,
                    principal_source="demo",
                    principal_as_of=claim.as_of,
                    parties=tuple((ids[party], role) for party, role in claim.debtors),
                    numbers=tuple((kind, value) for kind, values in numbers for value in values),
                    dates={
                        "contract_date": claim.contract_date.isoformat(),
                        "due_date": claim.due_date.isoformat(),
                    },
                ),
            )
    return portfolio


def _party(party: Party) -> NewParty:
    *street, last = party.address
    town = _TOWN.fullmatch(last)
    return NewParty(
        name=party.name,
        kind=party.kind,
        external_id=party.external_id,
        identifiers=(*party.identifiers, *(("iban", iban) for iban in party.ibans)),
        birth_date=party.birth_date,
        # The last line of a British address is the postcode alone, and the town stands before it.
        town=town["town"] if town else street[-1],
        address={"lines": "\n".join(party.address), "country": party.country},
    )


def _make_accounts(archive: Archive, demo: Demo, portfolio: str, actor: str) -> None:
    in_scope = frozenset({f"portfolio:{portfolio}"})
    scopes = {"operator": in_scope | {"unassigned"}, "administrator": frozenset[str]()}
    for role, password in demo.passwords.items():
        with archive.catalogue.write() as connection:
            try:
                find_by_name(connection, role)
            except NotFound:
                create_account(
                    archive,
                    connection,
                    role,
                    password,
                    roles=frozenset({role}),
                    scopes=scopes.get(role, in_scope),
                    actor=actor,
                )


def _station(archive: Archive, portfolio: str, actor: str) -> Station:
    with archive.catalogue.read() as connection:
        try:
            return find_station(connection, STATION)
        except NotFound:
            pass
    enrol_station(archive, STATION, portfolio, DEVICE, actor)
    with archive.catalogue.read() as connection:
        return find_station(connection, STATION)


def _batch(archive: Archive, station: Station, box: Box) -> tuple[str, str] | None:
    """Id and state of the batch of a box."""
    query = select(batches.c.id, batches.c.state).where(
        batches.c.station_id == station.id, batches.c.name == box.name
    )
    with archive.catalogue.read() as connection:
        row = connection.execute(query.order_by(batches.c.id)).first()
    return None if row is None else (row.id, row.state)


def _hand_over(
    parts: Parts,
    station: Station,
    box: Box,
    batch: str | None,
    papers: Sequence[DemoPaper],
    progress: Progress,
) -> str:
    """Hand the papers of a box in, as the station would; gives the batch."""
    actor = station.account or ""
    missing = 1 if box.gap_after else 0
    if batch is None:
        sides = sum(map(_sides, papers)) + missing
        declaration = Declaration(box.name, station.portfolio_id, station.id, "simplex", sides)
        batch = open_declared(parts.archive, declaration, actor)
    nudge = nudger(parts.settings)
    for count, paper in enumerate(papers, start=1):
        sequence = count + (missing if count > box.gap_after else 0)
        arrival = Arrival(
            batch=batch,
            name=paper.file_name,
            actor=actor,
            door="station",
            sequence=sequence,
            source=f"demo:{paper.file_name}",
            claimed=station.device.claimed(station.id, batch=batch, sequence=sequence),
            retention=parts.retention,
        )
        receive(parts.archive, io.BytesIO(paper.content), arrival, nudge=nudge)
        progress(f"{box.name}: {count} of {len(papers)} papers received")
    return batch


def _sides(paper: DemoPaper) -> int:
    if paper.media_type == "application/pdf":
        with pypdfium2.PdfDocument(paper.content) as document:
            return len(document)
    with Image.open(io.BytesIO(paper.content)) as picture:
        return int(getattr(picture, "n_frames", 1))


def _wait(archive: Archive, batch_ids: Sequence[str], progress: Progress) -> None:
    """Wait until every paper has been read and is in the index; raises Unavailable where nothing moves any more."""
    query = (
        select(func.count().label("all"), func.count().filter(documents.c.state.in_(SETTLED)).label("done"))
        .select_from(documents)
        .where(documents.c.batch_id.in_(batch_ids))
    )
    done, since = -1, time.monotonic()
    while True:
        with archive.catalogue.read() as connection:
            row = connection.execute(query).one()
        if row.done != done:
            done, since = row.done, time.monotonic()
            progress(f"{row.done} of {row.all} papers read and searchable")
        if row.done == row.all:
            return
        if time.monotonic() - since > PATIENCE_SECONDS:
            raise Unavailable("no worker reads the demo's papers; look at what the workers log")
        time.sleep(0.2)
