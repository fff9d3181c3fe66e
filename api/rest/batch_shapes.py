"""The shapes of batches, and how they are made of what `ingest.views` says."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Response
from pydantic import Field
from sqlalchemy import Connection

from api import access
from api.access import Actor
from api.rest.common import Strict, etag
from archive.catalogue.schema import batches
from ingest import views
from ingest.ledger import Ledger, ledger_of
from ingest.views import BatchLine
from tabellion.base.errors import Forbidden

BatchId = Annotated[str, Path(max_length=36)]
KEEP = "Keep the paper until the batch has been cleared."


class Figures(Strict):
    """The ledger: sides unless it says items. `expected` is null where nothing was declared."""

    equation: str = Field(
        examples=["150 = 140 paper + 8 blank + 0 separators + 0 void + 2 missing"],
        description="What was expected is the sum of what became of it.",
    )
    balanced: bool
    sheets: int | None
    expected: int | None
    items: int
    paper: int
    blank: int
    separators: int
    void: int
    missing: int
    extra: int
    replaced: int
    repeats: int
    duplicates: int
    failed: int
    waiting: int
    gaps: list[tuple[int, int]] = Field(
        examples=[[[117, 118]]], description="Runs of numbers that nothing has; not in lists of batches."
    )


class Batch(Strict):
    """A batch with its ledger."""

    batch: str
    name: str = Field(examples=["Box 17"])
    origin: Literal["station", "import", "unassigned"]
    state: Literal["open", "closed"]
    portfolio: str | None
    portfolio_name: str | None
    station: str | None = Field(description="The name of the station.")
    opened_at: datetime
    closed_at: datetime | None
    supplement_of: str | None
    receipt: bool = Field(description="Whether the signed receipt is there.")
    version: int
    ledger: Figures
    notice: str = KEEP


def batch_answer(
    connection: Connection, actor: Actor, response: Response, batch_id: str, *, made: bool = False
) -> Batch:
    """A batch in the actor's scopes with its whole ledger; raises Forbidden. `made`: it is new, and where it is."""
    lines = views.batch_lines(connection, access.visible_batches(actor), batches.c.id == batch_id, limit=1)
    if not lines:
        raise Forbidden(access.NO_BATCH)
    response.headers["ETag"] = etag(lines[0].version)
    if made:
        response.headers["Location"] = f"/api/v1/batches/{batch_id}"
    return batch_shape(lines[0], ledger_of(connection, batch_id))


def batch_shape(line: BatchLine, ledger: Ledger) -> Batch:
    """A line of the list, with this ledger."""
    return Batch(
        batch=line.id,
        name=line.name,
        origin=line.origin,
        state=line.state,
        portfolio=line.portfolio_id,
        portfolio_name=line.portfolio,
        station=line.station,
        opened_at=line.opened_at,
        closed_at=line.closed_at,
        supplement_of=line.supplement_of,
        receipt=line.receipt,
        version=line.version,
        ledger=Figures(
            equation=ledger.equation,
            balanced=ledger.balanced,
            sheets=ledger.sheets,
            expected=ledger.expected,
            items=ledger.items,
            paper=ledger.paper,
            blank=ledger.blank,
            separators=ledger.separators,
            void=ledger.void,
            missing=ledger.missing,
            extra=ledger.extra,
            replaced=ledger.replaced,
            repeats=ledger.repeats,
            duplicates=ledger.duplicates,
            failed=ledger.failed,
            waiting=ledger.waiting,
            gaps=list(ledger.gaps),
        ),
    )
