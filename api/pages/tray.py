"""`/tray`: what legal staff put into it and how they order it; forms, whose answer a script takes as a fragment."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Action, Actor
from api.addresses import inside
from api.pages.render import fragment
from api.request import Ask, service_of
from api.tray import add_to_tray, change_tray, choose_matter, tray_of
from archive.selections import Item, labelled, moved, removed

router = APIRouter(prefix="/tray", include_in_schema=False)
Collector = Annotated[Actor, Depends(Ask(Action.MATTER_WRITE))]
Back = Annotated[str, Form(alias="to", max_length=2000)]
Document = Annotated[str, Form(max_length=36)]
Key = Annotated[str, Form(max_length=80)]

FRAGMENT = "x-fragment"
"""The header by which a script asks for the tray alone instead of the page that it came from."""

STEPS = {"up": -1, "down": 1}


@router.post("/add")
def add(
    request: Request,
    actor: Collector,
    document: Document,
    number: Annotated[int, Form(alias="page", ge=0)] = 0,
    to: Back = "/matters",
) -> Response:
    """Put a paper into the tray, or with a page number that page of it."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        add_to_tray(archive, connection, actor, Item(document, number, number))
    return _answer(request, actor, to)


@router.post("/item")
def act(
    request: Request,
    actor: Collector,
    key: Key,
    act: Annotated[Literal["up", "down", "remove"], Form()],
    to: Back = "/matters",
) -> Response:
    """Move an item of the tray, or take it out."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        change_tray(
            archive,
            connection,
            actor,
            lambda items: removed(items, key) if act == "remove" else moved(items, key, STEPS[act]),
        )
    return _answer(request, actor, to)


@router.post("/label")
def label(
    request: Request,
    actor: Collector,
    key: Key,
    label: Annotated[str, Form(max_length=400)] = "",
    to: Back = "/matters",
) -> Response:
    """Say what an item is in the case: "Annex 3"; nothing takes the words away."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        change_tray(archive, connection, actor, lambda items: labelled(items, key, label))
    return _answer(request, actor, to)


@router.post("/matter")
def choose(
    request: Request,
    actor: Collector,
    matter: Annotated[str, Form(max_length=36)] = "",
    to: Back = "/matters",
) -> Response:
    """Collect for this matter from now on; for none where it is left empty."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        choose_matter(connection, actor, matter or None)
    return _answer(request, actor, to)


def _answer(request: Request, actor: Actor, to: str) -> Response:
    if FRAGMENT not in request.headers:
        return RedirectResponse(inside(to), 303)
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        context = {"tray": tray_of(connection, actor), "here_address": inside(to)}
    return HTMLResponse(fragment(request, "tray_list.html", context, actor=actor))
