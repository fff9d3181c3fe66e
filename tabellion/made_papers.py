"""The papers that were made of a file: one, or several where it holds several, each with the address it opens at."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import httpx
from sqlalchemy import select

from archive.archive import Archive
from archive.catalogue.schema import document_deposits, documents
from archive.scan_papers import blank_sides


@dataclass(frozen=True, slots=True)
class MadePaper:
    """A document: its kind (None before it was read), its state, how many pages it has, how many of them blank."""

    document: str
    kind: str | None
    state: str
    pages: int | None
    blank_sides: int = 0

    def shape(self, address: str) -> dict[str, str | int | None]:
        """As `ingest --json` prints it; `address` is that of the service."""
        return {**asdict(self), "address": f"{address}/documents/{self.document}"}


def local_papers(archive: Archive, deposits: Sequence[str]) -> Mapping[str, list[MadePaper]]:
    """By deposit, in the order in which they were made."""
    query = (
        select(
            document_deposits.c.deposit_id,
            documents.c.id,
            documents.c.kind,
            documents.c.state,
            documents.c.page_count,
        )
        .join(documents, documents.c.id == document_deposits.c.document_id)
        .where(document_deposits.c.deposit_id.in_(deposits))
        .order_by(documents.c.id)
    )
    found: dict[str, list[MadePaper]] = {deposit: [] for deposit in deposits}
    with archive.catalogue.read() as connection:
        rows = connection.execute(query).all()
        blank = blank_sides(connection, {row.id for row in rows})
    for row in rows:
        paper = MadePaper(row.id, row.kind, row.state, row.page_count, blank.get(row.id, 0))
        found[row.deposit_id].append(paper)
    return found


def remote_papers(client: httpx.Client, deposits: Sequence[str]) -> Mapping[str, list[MadePaper]]:
    """Those that the token's account may see; the service tells no others."""
    found: dict[str, list[MadePaper]] = {}
    for deposit in deposits:
        held = client.get(f"/api/v1/deposits/{deposit}")
        names = sorted(held.json()["documents"]) if held.is_success else []
        answers = [client.get(f"/api/v1/documents/{name}") for name in names]
        found[deposit] = [
            MadePaper(one["document"], one["kind"], one["state"], one["pages"], one["blank_sides"])
            for one in (each.json() for each in answers if each.is_success)
        ]
    return found
