"""/deposits: bytes come in, and go out again exactly as they came; with the signed receipt."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, status
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import Field
from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor
from api.events import record_access
from api.forms import form_of, streams_form
from api.receiving import Handed, take_in
from api.request import Ask, limiter_of, service_of
from api.rest.common import ANY_BYTES, RECEIPT, IdempotencyKey, Strict
from api.rest.uploads import (
    DEPOSIT_BODY,
    BodyReader,
    announced_digests,
    check_length,
    from_form,
    repr_digest,
)
from api.turns import UPLOADING
from archive.catalogue.schema import batches, deposits, document_deposits
from archive.originals import open_original
from tabellion.base.errors import BadRequest, Forbidden, NotFound

router = APIRouter(prefix="/deposits", tags=["deposits"])

KEEP = "Keep the paper until the batch has been cleared."
DepositId = Annotated[str, Path(max_length=36)]
PIECE = 1 << 18
GONE: dict[int | str, dict[str, Any]] = {
    410: {"description": "ERASED: it was erased; its entry in the log remains."}
}


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
    response_model=Received,
    responses={303: {"description": "A form that named `to`: on to that page."}},
    openapi_extra=DEPOSIT_BODY,
    dependencies=[UPLOADING],
)
@streams_form
async def deposit(
    request: Request,
    response: Response,
    actor: Annotated[Actor, Depends(Ask(Action.RECEIVE))],
    name: Annotated[str, Query(max_length=1000, description="The sender's name of the file.")] = "",
    batch: Annotated[
        str | None, Query(max_length=36, description="Id of an open batch; none: the Unassigned queue.")
    ] = None,
    batch_name: Annotated[
        str | None, Query(max_length=200, description="Find or open a batch by name.")
    ] = None,
    portfolio: Annotated[
        str | None, Query(max_length=36, description="Portfolio of a batch opened by name.")
    ] = None,
    sequence: Annotated[
        int | None,
        Query(ge=1, le=10_000_000, description="The number in the batch; none: the next free one."),
    ] = None,
    replaces: Annotated[
        str | None, Query(max_length=36, description="The item of the batch that this is a better scan of.")
    ] = None,
    idempotency_key: IdempotencyKey = None,
    repr_digest: Annotated[
        str | None, Header(max_length=1000, description="RFC 9530; checked where given.")
    ] = None,
) -> Any:
    """Take in one file: the body is its bytes, or a form with the fields and, last, the part `file`.

    When this answers, the bytes are durable and on their way to being sealed. The same Idempotency-Key with the same
    bytes is answered with the same deposit, and counted once; with other bytes it is a conflict.
    """
    service = service_of(request)
    length = check_length(request, service.options.max_upload_bytes)
    limiter = limiter_of(request)
    await limiter.require_quota(actor, length)
    handed = Handed(name, batch, batch_name, portfolio, sequence, replaces, idempotency_key)
    form, to = form_of(request), None
    if form is None:
        sha256, sha512 = announced_digests(repr_digest)
        handed = replace(handed, sha256=sha256, sha512=sha512)
        reader = BodyReader(request.stream())
    elif repr_digest is not None:
        raise BadRequest("a form's digest is its field sha256", advice="Or send the bytes as the body.")
    else:
        handed, to = from_form(handed, await form.fields(), await form.file_name())
        reader = BodyReader(form.pieces())
    # Threads of their own: slow senders do not keep others from being answered.
    taken = await to_thread.run_sync(
        take_in, service, actor, reader, handed, limiter=request.app.state.uploads
    )
    done = taken.acknowledged
    if not done.repeated:
        limiter.took_in(actor, done.size)
    if to is not None:
        return RedirectResponse(to, status.HTTP_303_SEE_OTHER)
    response.headers["Location"] = f"/api/v1/deposits/{done.deposit}"
    return Received(
        deposit=done.deposit,
        document=done.document,
        batch=done.batch,
        sequence=done.sequence,
        size=done.size,
        sha256=done.sha256,
        sha512=done.sha512,
        media_type=done.media_type,
        received_at=done.received_at,
        repeated=done.repeated,
        same_bytes_as=list(taken.same_bytes_as),
        receipt=f"/api/v1/deposits/{done.deposit}/receipt",
    )


@router.get("/{deposit_id}")
def show(
    request: Request, deposit_id: DepositId, actor: Annotated[Actor, Depends(Ask(Action.ME))]
) -> Deposit:
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


@router.get("/{deposit_id}/receipt", response_class=Response, responses=RECEIPT)
def receipt(
    request: Request, deposit_id: DepositId, actor: Annotated[Actor, Depends(Ask(Action.RECEIPT))]
) -> Response:
    """The signed receipt (docs/evidence.md); 404 until the log has the entry, within about a second."""
    with service_of(request).archive.catalogue.read() as connection:
        row, _ = _visible(connection, actor, deposit_id)
    if row.receipt is None:
        raise NotFound("the receipt is not signed yet", advice="Ask again in a second.")
    headers = {"Content-Disposition": f'attachment; filename="{deposit_id}.receipt.json"'}
    return Response(row.receipt, media_type="application/json", headers=headers)


@router.get(
    "/{deposit_id}/original",
    response_class=StreamingResponse,
    responses={200: {"content": ANY_BYTES}, **GONE},
)
def original(
    request: Request, deposit_id: DepositId, actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]
) -> StreamingResponse:
    """The bytes exactly as they were received; needs the right to all pages, and is an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_original(connection, actor, deposit_id)
        row = _row(connection, deposit_id)
        record_access(archive, connection, actor, "download", "deposit", deposit_id)
    stream = open_original(archive, deposit_id)

    def pieces() -> Iterator[bytes]:
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


def _row(connection: Connection, deposit_id: str) -> Row[Any]:
    row = connection.execute(select(deposits).where(deposits.c.id == deposit_id)).one_or_none()
    if row is None:
        raise Forbidden(access.NO_DEPOSIT)
    return row


def _visible(connection: Connection, actor: Actor, deposit_id: str) -> tuple[Row[Any], list[str]]:
    """The deposit and its documents that the actor may see; his batch's deposits he sees without any.

    Whether there is such a deposit at all is asked last: a guess takes as long as one that hits.
    """
    held = connection.scalars(
        select(document_deposits.c.document_id).where(document_deposits.c.deposit_id == deposit_id)
    ).all()
    documents = list(access.open_pages(connection, actor, held)) if actor.may(Action.READ) else []
    own_batch = actor.may(Action.BATCH_READ) and connection.scalar(
        select(batches.c.id)
        .join(deposits, deposits.c.batch_id == batches.c.id)
        .where(deposits.c.id == deposit_id, access.visible_batches(actor))
    )
    if not documents and not own_batch:
        raise Forbidden(access.NO_DEPOSIT)
    return _row(connection, deposit_id), documents
