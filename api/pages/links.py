"""`/documents/{id}/links`: a link made, confirmed or taken away beside the paper; the rules are those of REST."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from api import access
from api.access import Action, Actor
from api.addresses import inside
from api.links import NewLink, add_link, decide_link
from api.request import Ask, service_of

router = APIRouter(include_in_schema=False)


@router.post("/documents/{document_id}/links")
def add(
    request: Request,
    document_id: Annotated[str, Path(max_length=36)],
    actor: Annotated[Actor, Depends(Ask(Action.LINK))],
    target: Annotated[str, Form(max_length=36)] = "",
    target_type: Annotated[Literal["party", "claim"], Form()] = "party",
    role: Annotated[str, Form(max_length=24)] = "debtor",
    first: Annotated[int, Form(ge=1)] = 1,
    last: Annotated[int, Form(ge=1)] = 1,
    to: Annotated[str, Form(max_length=21_000)] = "",
) -> Response:
    """Link these pages to somebody whom the machine did not find."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.LINK, document_id)
        add_link(archive, connection, opened, NewLink(target_type, target, role, first, last), actor, None)
    service_of(request).nudge()
    return RedirectResponse(inside(to) if to else f"/documents/{document_id}?tab=links", 303)


@router.post("/documents/{document_id}/links/{link_id}")
def decide(
    request: Request,
    document_id: Annotated[str, Path(max_length=36)],
    link_id: Annotated[str, Path(max_length=36)],
    actor: Annotated[Actor, Depends(Ask(Action.LINK))],
    said: Annotated[Literal["confirmed", "rejected", "proposed"], Form()],
    to: Annotated[str, Form(max_length=21_000)] = "",
) -> Response:
    """What a person says the machine does not touch; then back to where it was said."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.LINK, document_id)
        decide_link(archive, connection, opened, link_id, said, actor, None)
    service_of(request).nudge()
    return RedirectResponse(inside(to) if to else f"/documents/{document_id}?tab=links", 303)
