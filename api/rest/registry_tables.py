"""/registry: the registry as a table that imports read back; taking it out is an entry of the log."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from api.access import Action, Actor
from api.events import record_access
from api.finding import visible_claims, visible_parties
from api.request import Ask, service_of
from archive.archive import Archive
from ingest.importing.columns import What
from ingest.importing.export import Format, export_table

router = APIRouter(prefix="/registry", tags=["registry"])
MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@router.get(
    "/{what}",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/jsonl": {}}, "description": "The table."}},
)
def export(
    request: Request,
    what: What,
    actor: Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))],
    form: Annotated[Format, Query(alias="format")] = "csv",
) -> StreamingResponse:
    """All debtors or claims in scope; cells that a spreadsheet would run begin with a quote."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        record_access(archive, connection, actor, "download", "archive", archive.id)
    visible = visible_parties(actor) if what == "debtors" else visible_claims(actor)
    headers = {"Content-Disposition": f'attachment; filename="{what}.{form}"'}
    return StreamingResponse(_pieces(archive, what, visible, form), media_type=MEDIA[form], headers=headers)


def _pieces(archive: Archive, what: What, visible: Any, form: Format) -> Iterator[bytes]:
    with archive.catalogue.read() as connection:
        yield from export_table(connection, what, visible, form)
