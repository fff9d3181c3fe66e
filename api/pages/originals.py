"""Originals for people, the bytes as received under the name that they came with; and copies: PDF, text, hOCR."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from api import access
from api.access import Action, Actor, DocumentAccess
from api.copies import copy_for, words_for
from api.events import record_access
from api.pages.paper import deposits_of
from api.pages.render import page, speaker_of
from api.pages.texts import translations
from api.pages.words import KINDS
from api.paper_names import PaperName, attachment, paper_name
from api.request import Ask, service_of
from api.turns import EXPORTING
from archive.originals import open_original
from ocr.hocr import hocr as as_hocr
from ocr.values import PageReading
from tabellion.base.errors import NotFound

router = APIRouter(include_in_schema=False)

PIECE = 1 << 18
AGAIN_SECONDS = "2"
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/tiff": ".tif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/xml": ".xml",
    "application/pkcs7-mime": ".p7m",
}


@router.get("/documents/{document_id}/original/{number}")
def original(
    request: Request,
    document_id: str,
    number: int,
    actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))],
) -> StreamingResponse:
    """The n-th file of the paper; needs the right to all pages of it, and is an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_document(connection, actor, Action.DOWNLOAD, document_id)
        held = deposits_of(connection, document_id)
        if not 1 <= number <= len(held):
            raise NotFound("the paper has no such file")
        row = held[number - 1]
        access.require_original(connection, actor, row.id)
        record_access(archive, connection, actor, "download", "deposit", row.id)
    stream = open_original(archive, row.id)

    def pieces() -> Iterator[bytes]:
        with stream:
            while piece := stream.read(PIECE):
                yield piece

    name = row.name or row.id + _SUFFIXES.get(row.media_type, "")
    # Never shown inside our own origin: a file from outside is data, whatever it claims to be (RFC 6266 section 4.3).
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(_printable(name), safe='')}",
        "Content-Length": str(row.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(pieces(), media_type=row.media_type, headers=headers)


@router.get("/documents/{document_id}/copy", dependencies=[EXPORTING])
def copy(
    request: Request, document_id: str, actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]
) -> Response:
    """The paper as a searchable PDF/A, of the pages that are open; an entry of the log."""
    made = copy_for(service_of(request), actor, document_id)
    if made is None:
        waiting = page(request, "copy.html", {}, actor=actor, here="search", status=202)
        waiting.headers["Refresh"] = AGAIN_SECONDS
        return waiting
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.DOWNLOAD, document_id)
        name = _named(request, actor, connection, opened).file(".pdf")
    headers = _kept_apart(name) | {"Content-Length": str(made.size)}
    return StreamingResponse(made.pieces(), media_type="application/pdf", headers=headers)


@router.get("/documents/{document_id}/copy/text", dependencies=[EXPORTING])
def text(
    request: Request, document_id: str, actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]
) -> StreamingResponse:
    """The text of the pages that are open, parted by form feeds; an entry of the log."""
    name, readings = _words(request, actor, document_id)
    pieces = ("\f" * bool(number) + reading.text for number, reading in enumerate(readings))
    return StreamingResponse(pieces, media_type="text/plain", headers=_kept_apart(name.file(".txt")))


@router.get("/documents/{document_id}/copy/hocr", dependencies=[EXPORTING])
def hocr(
    request: Request, document_id: str, actor: Annotated[Actor, Depends(Ask(Action.DOWNLOAD))]
) -> StreamingResponse:
    """The words of the pages that are open with their places, as hOCR 1.2; an entry of the log."""
    name, readings = _words(request, actor, document_id)
    headers = _kept_apart(name.file(".hocr"))
    return StreamingResponse(
        as_hocr(readings, name.title), media_type="application/xhtml+xml", headers=headers
    )


def _words(request: Request, actor: Actor, document_id: str) -> tuple[PaperName, Iterator[PageReading]]:
    archive = service_of(request).archive
    opened, readings = words_for(archive, actor, document_id)
    with archive.catalogue.read() as connection:
        return _named(request, actor, connection, opened), readings


def _named(request: Request, actor: Actor, connection: Connection, opened: DocumentAccess) -> PaperName:
    say = translations(speaker_of(request, actor).language).gettext
    return paper_name(connection, opened, {kind: say(word).lower() for kind, word in KINDS.items()})


def _kept_apart(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": attachment(name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }


def _printable(name: str) -> str:
    """The last part of the name, without what could mislead: paths, control and direction marks."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:200] or "original"
