"""Bands of page pictures for lists: only what is shown is sent, cut and reduced here."""

import io
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from PIL import Image

from api import access
from api.access import Action, Actor
from api.pictures import page_picture
from api.request import Ask, service_of

router = APIRouter(include_in_schema=False)

QUALITY = 72
PER_MILLE = 1000
PerMille = Annotated[int, Query(ge=0, le=PER_MILLE)]


@router.get("/documents/{document_id}/pages/{page}/band")
def band(
    request: Request,
    document_id: str,
    page: int,
    actor: Annotated[Actor, Depends(Ask(Action.READ))],
    top: PerMille = 0,
    bottom: PerMille = PER_MILLE,
    width: Annotated[int, Query(ge=64, le=1600)] = 900,
) -> Response:
    """A band of the page over its whole width, from `top` to `bottom` in thousandths of its height."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_page(connection, actor, Action.READ, document_id, page)
        picture = page_picture(archive, connection, document_id, page, None)
    return Response(
        cut(picture, top, max(bottom, top + 1), width),
        media_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600"},
    )


def cut(picture: bytes, top: int, bottom: int, width: int) -> bytes:
    """The JPEG of that band, no wider than `width` pixels."""
    with Image.open(io.BytesIO(picture)) as image:
        image.draft(image.mode, (width, width))
        box = (
            0,
            image.height * top // PER_MILLE,
            image.width,
            max(image.height * bottom // PER_MILLE, image.height * top // PER_MILLE + 1),
        )
        piece = image.crop(box)
    if piece.width > width:
        height = max(1, round(piece.height * width / piece.width))
        piece = piece.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    piece.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
