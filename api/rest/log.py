"""/log: the transparency log as tlog-tiles. Checkpoint and hash tiles are public, entry bundles are for auditors."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import BYTES
from tabellion.base.errors import BadRequest, NotFound

router = APIRouter(prefix="/log", tags=["log"])

TilePath = Annotated[str, Path(max_length=80, examples=["x001/234.p/7"])]
CHECKPOINT = "log/checkpoint"
FOREVER = "public, max-age=31536000, immutable"
LARGEST_TILE = 64 * 1024 * 256  # 256 entries of at most 64 KiB (tlog-tiles)
# Groups of three digits, all but the last with an `x`, and a width where the tile is partial (tlog-tiles).
_PATH = re.compile(r"(x\d{3}/)*\d{3}(\.p/\d{1,3})?")


@router.get("/checkpoint", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def checkpoint(request: Request) -> Response:
    """The newest checkpoint: a signed note (C2SP tlog-checkpoint)."""
    note = service_of(request).archive.objects.vault.read_pointer(CHECKPOINT)
    if note is None:
        raise NotFound("the log has no checkpoint yet")
    return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@router.get("/tile/entries/{path:path}", response_class=Response, responses={200: {"content": BYTES}})
def entries(request: Request, path: TilePath, _: Annotated[Actor, Depends(Ask(Action.LOG_READ))]) -> Response:
    """A bundle of up to 256 entries."""
    return _tile(request, f"entries/{path}", path, "private, max-age=31536000, immutable")


@router.get("/tile/{level}/{path:path}", response_class=Response, responses={200: {"content": BYTES}})
def tile(request: Request, level: Annotated[int, Path(ge=0, le=63)], path: TilePath) -> Response:
    """A tile of up to 256 hashes."""
    return _tile(request, f"{level}/{path}", path, FOREVER)


def _tile(request: Request, name: str, path: str, cache: str) -> Response:
    if not _PATH.fullmatch(path):
        raise BadRequest("that is not the path of a tile")
    vault = service_of(request).archive.objects.vault
    versions = vault.versions(f"log/tile/{name}")
    if not versions:
        raise NotFound("there is no such tile")
    with vault.get(versions[0]) as stream:
        data = stream.read(LARGEST_TILE)
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": cache})
