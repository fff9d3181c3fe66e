"""/documents/.../fields and .../lines: what was found on open pages, and what persons decided about it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import Field as Described
from sqlalchemy import Connection

from api import access
from api.access import Action, Actor, DocumentAccess
from api.decided_elsewhere import Elsewhere as DecidedElsewhere
from api.decided_elsewhere import told_of
from api.decisions import FieldDecision, decide_field
from api.events import record_access
from api.field_values import LONGEST
from api.invoice_lines import lines_of
from api.known_sums import known_sum
from api.request import Ask, service_of
from api.rest.common import IfMatch, Strict, etag, expected_version
from api.rest.document_shapes import DocumentId
from ingest.describing import WITHDRAWN, current_fields

router = APIRouter(prefix="/documents", tags=["documents"])


class KnownSum(Strict):
    """Amounts that do not add up and that a person meant so, the whole first: by the name of the field."""

    amounts: dict[str, str] = Described(
        examples=[{"amounts.total": "2995.40", "amounts.net": "2454.50", "amounts.vat": "490.90"}]
    )
    by: str | None = Described(description="Pseudonym of who said that the paper says so.")
    at: datetime


class Elsewhere(Strict):
    """Another document of the same bytes on which a person decided it, and when."""

    document: str
    at: datetime


class Field(Strict):
    """A value that stands on a page; `state` says whether a person has looked."""

    name: str = Described(examples=["amounts.total"])
    value: str = Described(examples=["2926.05"])
    raw: str = Described(examples=["2 926,05 zl"], description="As it stands on the page.")
    confidence: float
    page: int
    box: list[float] = Described(
        description="x0, y0, x1, y1 as fractions of the upright page.", examples=[[0.61, 0.42, 0.74, 0.44]]
    )
    rule: str = Described(description="What found it; `person` where nobody but a person did.")
    printed: str | None = Described(
        description="What the page prints, where the file's own data says `value` instead.",
        examples=["120.00"],
    )
    state: Literal["machine", "confirmed", "corrected"]
    by: str | None = Described(
        description="Pseudonym of who decided; null: the machine, or somebody on a document that is closed to you."
    )
    at: datetime
    decided_on: Elsewhere | None = Described(
        description="Where it was decided, if that was on another document of the same bytes that is open to you."
    )
    known_sum: KnownSum | None = Described(
        description="The wrong sum of which this amount is a part; null: it adds up, or nobody said that it is meant."
    )


class Line(Strict):
    """A line of an invoice; numbers have a decimal point, and are empty where the paper does not tell them."""

    page: int
    description: str = Described(examples=["Toner cartridges"])
    quantity: str = Described(examples=["6"])
    net: str = Described(examples=["349.50"])
    vat_rate: str = Described(description="In percent.", examples=["23"])
    box: list[float] | None = Described(
        description="Fractions of the upright page; null: it stands in the file's own data only."
    )
    rule: str


class InvoiceLines(Strict):
    """The lines on open pages in their order; null where something is not told, or a page is closed."""

    lines: list[Line]
    total: str | None = Described(description="The sum of the lines.", examples=["2454.50"])
    net: str | None = Described(description="What the paper says the net amount is.", examples=["2454.50"])
    agree: bool | None = Described(description="Whether the two are the same.")


class Decision(Strict):
    """What is decided about the field with that name and raw text on a page; `add`: a value nobody found."""

    decision: Literal["confirm", "correct", "withdraw", "add"]
    name: str = Described(max_length=60, examples=["amounts.total"])
    page: int = Described(ge=1)
    raw: str = Described(default="", max_length=2000, examples=["2 926,05 zl"])
    value: str | None = Described(default=None, max_length=LONGEST, examples=["2926.05"])
    box: tuple[float, float, float, float] | None = None
    despite_sum: bool = Described(
        default=False,
        description="Amounts that do not add up with `value` are meant so: as they are they wait for nobody.",
    )


@router.get("/{document_id}/fields")
def list_fields(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> list[Field]:
    """The values found on the open pages; what was withdrawn is left out."""
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        return _fields(connection, actor, opened)


@router.get("/{document_id}/lines")
def invoice_lines(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> InvoiceLines:
    """The lines of an invoice; an entry of the log. Other papers have none."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        found = lines_of(archive, connection, opened)
        record_access(archive, connection, actor, "access", "document", document_id)
    return InvoiceLines(
        lines=[
            Line(
                page=page,
                description=line.description,
                quantity=line.quantity,
                net=line.net,
                vat_rate=line.vat_rate,
                box=None if line.box is None else list(line.box),
                rule=line.rule,
            )
            for page, line in found.lines
        ],
        total=None if found.total is None else str(found.total),
        net=None if found.net is None else str(found.net),
        agree=found.agree,
    )


@router.post("/{document_id}/fields", status_code=status.HTTP_201_CREATED)
def decide(
    request: Request,
    response: Response,
    document_id: DocumentId,
    body: Decision,
    actor: Annotated[Actor, Depends(Ask(Action.CORRECT))],
    if_match: IfMatch = None,
) -> list[Field]:
    """Confirm, correct, withdraw or add a value. It is a row beside the machine's, and an entry of the log."""
    archive = service_of(request).archive
    wanted = FieldDecision(
        body.decision, body.name, body.page, body.raw, body.value, body.box, body.despite_sum
    )
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.CORRECT, document_id)
        version = decide_field(archive, connection, opened, wanted, actor, expected_version(if_match))
        response.headers["ETag"] = etag(version)
        return _fields(connection, actor, opened)


def _fields(connection: Connection, actor: Actor, opened: DocumentAccess) -> list[Field]:
    rows = current_fields(connection, opened.document_id)
    shown = [row for row in rows if row.state != WITHDRAWN and opened.page(row.page)]
    found = known_sum(connection, actor, opened)
    told = told_of(connection, actor, shown)
    names = found.discord.names if found else ()
    known = found and KnownSum(
        amounts={name: f"{amount:.2f}" for name, amount in zip(names, found.discord.amounts, strict=True)},
        by=found.by,
        at=found.at,
    )
    return [
        Field(
            name=row.name,
            value=row.value,
            raw=row.raw,
            confidence=row.confidence,
            page=row.page,
            box=row.box,
            rule=row.rule,
            printed=row.printed,
            state=row.state,
            by=told.by(row),
            at=row.at,
            decided_on=_elsewhere(told.elsewhere(row)),
            known_sum=known if row.name in names else None,
        )
        for row in sorted(shown, key=lambda row: (row.page, row.name, row.id))
    ]


def _elsewhere(found: DecidedElsewhere | None) -> Elsewhere | None:
    return None if found is None else Elsewhere(document=found.document, at=found.at)
