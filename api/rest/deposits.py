"""/deposits: bytes come in, and go out again exactly as they came; with the signed receipt."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor
from api.events import record_access
from api.request import Ask, service_of
from api.rest.common import Strict
from api.rest.uploads import BodyReader, announced_digests, check_length, repr_digest
from archive.archive import Archive
from archive.catalogue import URGENT
from archive.catalogue.schema import batches, deposits, document_deposits
from archive.originals import open_original
from ingest.arrivals import Acknowledgement, Arrival
from ingest.batches import find_or_open, unassigned
from ingest.receive import receive
from tabellion.base.errors import Forbidden, NotFound

router = APIRouter(prefix="/deposits", tags=["deposits"])

KEEP = "Keep the paper until the batch has been cleared."
PIECE = 1 << 18


class Received(Strict):
    """The acknowledgement: what is durable now. The signed receipt follows within a second, at `receipt`."""

    deposit: str
    document: str
    batch: str
    sequence: int
    size: int
    sha256: str
    sha512: str
    media_type: str = Field(examples=["image/tiff"])
    received_at: datetime
    repeated: bool = Field(description="It was here already, and is counted once.")
    same_bytes_as: list[str] = Field(description="Documents with the same bytes, of those that you may see.")
    receipt: str
    notice: str = KEEP


class Deposit(Strict):
    """What is known of a deposit."""

    deposit: str
    batch: str
    sequence: int
    documents: list[str]
    size: int
    sha256: str
    sha512: str
    media_type: str
    received_at: datetime
    pages: int | None
    erased_at: datetime | None
    receipt: bool = Field(description="Whether the signed receipt is there.")


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def deposit(
    request: Request,
    response: Response,
    actor: Annotated[Actor, Depends(Ask(Action.RECEIVE))],
    name: Annotated[str, Query(max_length=1000, description="The sender's name of the file.")] = "",
    batch: Annotated[
        str | None, Query(description="Id of an open batch; none: the Unassigned queue.")
    ] = None,
    batch_name: Annotated[
        str | None, Query(max_length=200, description="Find or open a batch by name.")
    ] = None,
    portfolio: Annotated[str | None, Query(description="Portfolio of a batch opened by name.")] = None,
    sequence: Annotated[int | None, Query(ge=1, le=10_000_000, description="The station's number.")] = None,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    repr_digest: Annotated[str | None, Header(description="RFC 9530; checked where given.")] = None,
) -> Received:
    """Take in one file: the body is its bytes. When this answers, they are durable and on their way to being sealed."""
    service = service_of(request)
    check_length(request, service.options.max_upload_bytes)
    sha256, sha512 = announced_digests(repr_digest)

    def take() -> tuple[Acknowledgement, list[str]]:
        target = _batch(service.archive, actor, batch, batch_name, portfolio)
        acknowledged = receive(
            service.archive,
            BodyReader(request),
            Arrival(
                batch=target,
                name=name,
                actor=actor.pseudonym,
                door="station" if actor.station_id else "upload",
                sequence=sequence,
                source=None if idempotency_key is None else f"key:{actor.account_id}:{idempotency_key}",
                sha256=sha256,
                sha512=sha512,
                priority=URGENT,
                retention=service.options.retention,
            ),
            nudge=service.nudge,
            limit=service.options.max_upload_bytes,
        )
        with service.archive.catalogue.read() as connection:
            visible = access.open_pages(connection, actor, acknowledged.same_bytes_as)
        return acknowledged, list(visible)

    acknowledged, same = await to_thread.run_sync(take)
    response.headers["Location"] = f"/api/v1/deposits/{acknowledged.deposit}"
    return Received(
        deposit=acknowledged.deposit,
        document=acknowledged.document,
        batch=acknowledged.batch,
        sequence=acknowledged.sequence,
        size=acknowledged.size,
        sha256=acknowledged.sha256,
        sha512=acknowledged.sha512,
        media_type=acknowledged.media_type,
        received_at=acknowledged.received_at,
        repeated=acknowledged.repeated,
        same_bytes_as=same,
        receipt=f"/api/v1/deposits/{acknowledged.deposit}/receipt",
    )


@router.get("/{deposit_id}")
def show(request: Request, deposit_id: str, actor: Annotated[Actor, Depends(Ask(Action.ME))]) -> Deposit:
    """What is known of a deposit: to those who handed it over, and to those who may see a document of it."""
    with service_of(request).archive.catalogue.read() as connection:
        row, documents = _visible(connection, actor, deposit_id)
    return Deposit(
        deposit=row.id,
        batch=row.batch_id,
        sequence=row.sequence,
        documents=documents,
        size=row.size,
        sha256=row.sha256,
        sha512=row.sha512,
        media_type=row.media_type,
        received_at=row.received_at,
        pages=row.page_count,
        erased_at=row.erased_at,
        receipt=row.receipt is not None,
    )


@router.get("/{deposit_id}/receipt", response_class=Response)
def receipt(
    request: Request, deposit_id: str, actor: Annotated[Actor, Depends(Ask(Action.RECEIPT))]
) -> Response:
    """The signed receipt (docs/evidence.md); 404 until the log has the entry, within about a second."""
    with service_of(request).archive.catalogue.read() as connection:
        row, _ = _visible(connection, actor, deposit_id)
    if row.receipt is None:
        raise NotFound("the receipt is not signed yet", advice="Ask again in a second.")
    headers = {"Content-Disposition": f'attachment; filename="{deposit_id}.receipt.json"'}
    return Response(row.receipt, media_type="application/json", headers=headers)


@router.get("/{deposit_id}/original", response_class=StreamingResponse)
def original(
    request: Request, deposit_id: str, actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]
) -> StreamingResponse:
    """The bytes exactly as they were received; needs the right to all pages, and is an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_original(connection, actor, deposit_id)
        row = _row(connection, deposit_id)
        record_access(archive, connection, actor, "download", "deposit", deposit_id)
    stream = open_original(archive, deposit_id)

    def pieces() -> Any:
        with stream:
            while piece := stream.read(PIECE):
                yield piece

    # Never shown inside our own origin: a file from outside is data, whatever it claims to be.
    headers = {
        "Content-Disposition": f'attachment; filename="{deposit_id}"',
        "Content-Length": str(row.size),
        "Repr-Digest": repr_digest(row.sha256, row.sha512),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(pieces(), media_type=row.media_type, headers=headers)


def _batch(archive: Archive, actor: Actor, batch: str | None, name: str | None, portfolio: str | None) -> str:
    if portfolio is not None and not (actor.sees_all or f"portfolio:{portfolio}" in actor.scopes):
        raise Forbidden("there is no such portfolio, or not for you")
    if batch is None:
        found = unassigned(archive, actor.pseudonym) if name is None else None
        batch = found or find_or_open(archive, name or "", portfolio, actor.pseudonym)
        if name is None:
            return batch
    with archive.catalogue.read() as connection:
        query = select(batches.c.id).where(batches.c.id == batch, access.visible_batches(actor))
        if connection.scalar(query) is None:
            raise Forbidden("there is no such batch, or not for you")
    return batch


def _row(connection: Connection, deposit_id: str) -> Row[Any]:
    row = connection.execute(select(deposits).where(deposits.c.id == deposit_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such deposit, or not for you")
    return row


def _visible(connection: Connection, actor: Actor, deposit_id: str) -> tuple[Row[Any], list[str]]:
    """The deposit and its documents that the actor may see; his batch's deposits he sees without any."""
    row = _row(connection, deposit_id)
    held = connection.scalars(
        select(document_deposits.c.document_id).where(document_deposits.c.deposit_id == deposit_id)
    ).all()
    documents = list(access.open_pages(connection, actor, held)) if actor.may(Action.READ) else []
    own_batch = actor.may(Action.BATCH_READ) and connection.scalar(
        select(batches.c.id).where(batches.c.id == row.batch_id, access.visible_batches(actor))
    )
    if not documents and not own_batch:
        raise Forbidden("there is no such deposit, or not for you")
    return row, documents
