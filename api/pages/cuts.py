"""Where new papers may begin, on the contact sheet: what speaks for it in words, and the three decisions."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from api import access
from api.access import Action, Actor
from api.pages.done import back
from api.pages.words import N_
from api.request import Ask
from api.rest.composition import all_open
from archive.catalogue.schema import documents
from ingest import deciding
from ingest.cuts import OpenCut, open_cuts

router = APIRouter(include_in_schema=False)

REASONS: Mapping[str, str] = {
    "separator": N_("separator sheet before it"),
    "title": N_("title"),
    "page-one": N_("says page 1"),
    "page-of-another": N_("page numbers do not follow"),
    "language": N_("another language"),
    "kind": N_("another kind of paper"),
    "number": N_("another number"),
    "date": N_("another date"),
    "letterhead": N_("another letterhead"),
    "blank": N_("blank side before it"),
    "size": N_("another size"),
}


def waiting_in(connection: Connection, actor: Actor, batch_id: str) -> Mapping[tuple[str, int], OpenCut]:
    """What waits in the papers of a batch that the actor may see whole, by document and page."""
    waiting = open_cuts(connection, documents.c.batch_id == batch_id)
    opened = access.open_pages(connection, actor, sorted({cut.document for cut in waiting}))
    return {
        (cut.document, cut.position): cut
        for cut in waiting
        if cut.document in opened and opened[cut.document].complete
    }


@router.post("/batches/{batch_id}/cut")
def decide(
    request: Request,
    batch_id: Annotated[str, Path(max_length=36)],
    actor: Annotated[Actor, Depends(Ask(Action.COMPOSE))],
    document: Annotated[str, Form(max_length=36)],
    position: Annotated[int, Form(ge=2)],
    ruling: Annotated[Literal["accept", "refuse", "move"], Form()],
    to: Annotated[str, Form(max_length=9)] = "",
    first: Annotated[int, Form(alias="from", ge=1)] = 1,
) -> Response:
    """Let the new paper begin there, elsewhere, or not at all."""
    archive = all_open(request, actor, document)
    if ruling == "refuse":
        deciding.refuse_cut(archive, document, position, actor.pseudonym)
        return back(archive, batch_id, first, "refuse", document, position)
    if ruling == "accept":
        made = deciding.accept_cut(archive, document, position, actor.pseudonym)
    else:
        wanted = int(to) if to.isdigit() else 0
        made = deciding.move_cut(archive, document, position, wanted, actor.pseudonym)
    return back(archive, batch_id, first, "split", document, made[-1])
