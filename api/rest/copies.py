"""/documents/.../pdf and /hocr: copies to read and search, of the pages that are open to the asker."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field

from api import access
from api.access import Action, Actor
from api.copies import copy_for, open_readings
from api.events import record_access
from api.paper_names import attachment, paper_name
from api.request import Ask, service_of
from api.rest.common import Strict
from api.rest.document_shapes import DocumentId
from api.rest.documents import MOST_TEXT_PAGES
from api.rest.uploads import repr_digest
from api.turns import EXPORTING
from ocr.hocr import hocr as as_hocr

router = APIRouter(prefix="/documents", tags=["documents"])
AGAIN_SECONDS = 2


class CopyPending(Strict):
    """A copy that a worker is making."""

    location: str = Field(description="Where it will be.")
    again_seconds: int = Field(description="When to ask again.")


PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/{document_id}/pdf",
    response_class=StreamingResponse,
    responses={
        200: {"content": PDF},
        202: {"model": CopyPending, "description": "It is being made: ask again, see `Retry-After`."},
    },
    dependencies=[EXPORTING],
)
def pdf(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]
) -> Response:
    """The paper as a searchable PDF/A-2b: the kept copy, or one of the open pages only; an entry of the log.

    It shows the original's own pictures, with the words where they were read. It is a copy: the original is
    `/deposits/{deposit}/original`.
    """
    copy = copy_for(service_of(request), actor, document_id)
    if copy is None:
        pending = CopyPending(location=request.url.path, again_seconds=AGAIN_SECONDS)
        headers = {"Location": pending.location, "Retry-After": str(AGAIN_SECONDS)}
        return JSONResponse(pending.model_dump(), 202, headers)
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.DOWNLOAD, document_id)
        name = paper_name(connection, opened).file(".pdf")
    headers = {
        "Content-Disposition": attachment(name),
        "Content-Length": str(copy.size),
    }
    if copy.digests is not None:
        headers["Repr-Digest"] = repr_digest(copy.digests.sha256, copy.digests.sha512)
    return StreamingResponse(copy.pieces(), media_type="application/pdf", headers=headers)


@router.get(
    "/{document_id}/hocr",
    response_class=Response,
    responses={200: {"content": {"application/xhtml+xml": {}}}},
    dependencies=[EXPORTING],
)
def hocr(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> Response:
    """The words of the open pages (the first 500 of them) with their places, as hOCR 1.2; an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        readings = open_readings(archive, connection, document_id, opened, MOST_TEXT_PAGES)
        name = paper_name(connection, opened)
        record_access(archive, connection, actor, "access", "document", document_id)
    headers = {"Content-Disposition": attachment(name.file(".hocr"))}
    return Response(
        "".join(as_hocr(readings, name.title)), media_type="application/xhtml+xml", headers=headers
    )
