"""/log: the transparency log as tlog-tiles. Checkpoint and hash tiles are public, entry bundles are for auditors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import BYTES
from archive.cosignatures import cosigned as with_cosignatures
from archive.cosignatures import cosigned_notes
from archive.log_files import LogFiles
from archive.vault import VaultMissing
from signing.errors import ProofInvalid
from signing.tlog import Bundle, entry_bundle
from signing.tlog.tiles import WIDTH
from tabellion.base.errors import BadRequest, NotFound

router = APIRouter(prefix="/log", tags=["log"])

NOT_YET: dict[int | str, dict[str, Any]] = {404: {"description": "The log has not grown so far."}}
TilePath = Annotated[str, Path(max_length=80, examples=["x001/234.p/7"])]
FOREVER = "max-age=31536000, immutable"
BRIEFLY = "max-age=60"
"""Of a partial tile: its bytes do not change either, but it goes once a wider one stands for it (tlog-tiles)."""

NEWEST = "public, max-age=1, must-revalidate"
# Groups of three digits, all but the last with an `x`, and a width where the tile is partial (tlog-tiles).
_PATH = re.compile(r"((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


@router.get(
    "/checkpoint", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **NOT_YET}
)
def checkpoint(
    request: Request,
    cosigned: Annotated[
        bool, Query(description="The newest one that a witness has cosigned, instead of the newest of all.")
    ] = False,
) -> Response:
    """The newest checkpoint: a signed note (C2SP tlog-checkpoint), with the cosignatures that are there."""
    archive = service_of(request).archive
    note = LogFiles(archive.objects).read_checkpoint()
    with archive.catalogue.read() as connection:
        if cosigned:
            note = next(cosigned_notes(connection, 1), None)
        elif note is not None:
            note = with_cosignatures(connection, note)
    if note is None:
        raise NotFound("no witness has cosigned yet" if cosigned else "the log has no checkpoint yet")
    size = note.split(b"\n")[1].decode()
    # Taken home as a file; programs do not look at how a browser is to show it.
    headers = {
        "Cache-Control": NEWEST,
        "Content-Disposition": f'attachment; filename="checkpoint-{size}.txt"',
    }
    return Response(note, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/tile/entries/{path:path}", response_class=Response, responses={200: {"content": BYTES}})
def entries(request: Request, path: TilePath, _: Annotated[Actor, Depends(Ask(Action.LOG_READ))]) -> Response:
    """A bundle of up to 256 entries."""
    index, width = _parsed(path)
    files = LogFiles(service_of(request).archive.objects)
    with _missing():
        data = entry_bundle(files.read_bundle(Bundle(index, width or WIDTH)))
    return _answer(data, width, "private")


@router.get(
    "/tile/{level}/{path:path}", response_class=Response, responses={200: {"content": BYTES}, **NOT_YET}
)
def tile(request: Request, level: Annotated[int, Path(ge=0, le=63)], path: TilePath) -> Response:
    """A tile of up to 256 hashes."""
    _, width = _parsed(path)
    files = LogFiles(service_of(request).archive.objects)
    with _missing():
        data = files.read_tile(f"tile/{level}/{path}")
    return _answer(data, width, "public")


def _parsed(path: str) -> tuple[int, int | None]:
    """Index and width of a tile (None: full)."""
    found = _PATH.fullmatch(path)
    width = None if found is None or found[2] is None else int(found[2])
    if found is None or (width is not None and width >= WIDTH):
        raise BadRequest("that is not the path of a tile")
    return int(found[1].replace("x", "").replace("/", "")), width


@contextmanager
def _missing() -> Iterator[None]:
    try:
        yield
    except (VaultMissing, ProofInvalid) as error:
        raise NotFound("there is no such tile") from error


def _answer(data: bytes, width: int | None, who: str) -> Response:
    cache = f"{who}, {FOREVER if width is None else BRIEFLY}"
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": cache})
