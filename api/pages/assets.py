"""Static files: public, named with the digest of their bytes, cached for ever."""

import mimetypes

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from api.pages.render import STATIC, asset
from tabellion.base.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/static/{path:path}")
def static(path: str) -> Response:
    """The file, where its digest is the one in the address."""
    _, _, name = path.partition("/")
    file = STATIC / name
    known = {str(found.relative_to(STATIC)) for found in STATIC.rglob("*") if found.is_file()}
    if name not in known or asset(name) != f"/static/{path}":
        raise NotFound("there is no such file")
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(
        file, media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
