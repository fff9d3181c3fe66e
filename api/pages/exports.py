"""The export page: what a package will contain and will not, and its ordering; for a matter, or from a paper itself."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, Row

from api import access
from api.access import Action, Actor
from api.exporting import TwinsUndecided, order_for, require_word
from api.matter_beginnings import claims_of_papers
from api.outlook import Outlook, look_out
from api.packages import require_items
from api.pages.paper import document_row
from api.pages.render import page, speaker_of
from api.request import Ask, service_of
from api.turns import EXPORTING
from archive.archive import Archive
from archive.catalogue.schema import matters
from archive.matters import Matter, MatterFacts, find_matter, list_matters, open_matter
from archive.packages import LANGUAGES
from archive.selections import (
    Item,
    Selection,
    SelectionFrozen,
    begin_selection,
    find_selection,
    labelled,
    list_selections,
    moved,
    open_selection,
    put_items,
    removed,
)
from tabellion.base.errors import Conflict, NotFound

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.MATTER_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.MATTER_WRITE))]
Exporter = Annotated[Actor, Depends(Ask(Action.EXPORT))]
Stamper = Annotated[Actor, Depends(Ask(Action.STAMP))]
MatterId = Annotated[str, Path(max_length=36)]
DocumentId = Annotated[str, Path(max_length=36)]
Key = Annotated[str, Form(max_length=80)]
Language = Annotated[Literal["en", "pl", "it"], Form()]
For = Annotated[Literal["court", "opposing-party", "data-subject", "internal"], Form()]
Twins = Annotated[list[str], Form(alias="twin", max_length=1000)]
Looked = Annotated[bool, Form()]
"""The word of who orders: he has looked at the pages himself, where no claim says whose they are."""

Where = Annotated[Literal["", "export"], Form(alias="to")]

STEPS = {"up": -1, "down": 1}
OFFERED = 40
"""Open matters that a paper may be exported for, the newest."""


@router.get("/matters/{matter_id}/export", dependencies=[EXPORTING])
def show(
    request: Request,
    matter_id: MatterId,
    actor: Exporter,
    _: Reader,
    selection: Annotated[str | None, Query(max_length=36)] = None,
) -> Response:
    """What a package of a selection would contain, and what not."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.EXPORT, matter_id)
        if selection is not None:
            chosen = find_selection(connection, matter_id, selection)
        else:
            newest = next(iter(list_selections(connection, matter_id)), None)
            if newest is None:
                raise NotFound("nothing was chosen for this matter yet")
            chosen = newest
        matter = find_matter(connection, matter_id)
    return _page(request, actor, matter, chosen)


@router.post("/matters/{matter_id}/packages", dependencies=[EXPORTING])
def order(
    request: Request,
    matter_id: MatterId,
    actor: Exporter,
    _: Writer,
    selection: Annotated[str, Form(max_length=36)],
    language: Language,
    recipient: For,
    twin: Twins = [],  # noqa: B006  (FastAPI copies it)
    looked: Looked = False,
) -> Response:
    """Order the package; on to where its making can be watched."""
    service = service_of(request)
    made = order_for(
        service,
        actor,
        matter_id,
        selection,
        language,
        recipient,
        [each for each in twin if each],
        looked=looked,
    )
    service.nudge()
    return RedirectResponse(f"/matters/{matter_id}/packages/{made.id}", 303)


@router.post("/matters/{matter_id}/stamp")
def stamp(
    request: Request, matter_id: MatterId, actor: Stamper, selection: Annotated[str, Form(max_length=36)]
) -> Response:
    """Get the time proof now: close the open stamp, so that the keeper asks the authority at once."""
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.STAMP, matter_id)
    service.close_stamp()
    return RedirectResponse(f"/matters/{matter_id}/export?selection={selection}", 303)


@router.post("/matters/{matter_id}/items")
def act(
    request: Request,
    matter_id: MatterId,
    actor: Writer,
    key: Key,
    act: Annotated[Literal["up", "down", "remove"], Form()],
    to: Where = "",
) -> Response:
    """Move an item of the open selection, or take it out."""
    _change(
        request,
        actor,
        matter_id,
        lambda items: removed(items, key) if act == "remove" else moved(items, key, STEPS[act]),
    )
    return RedirectResponse(f"/matters/{matter_id}/{to}".rstrip("/"), 303)


@router.post("/matters/{matter_id}/items/label")
def label(
    request: Request,
    matter_id: MatterId,
    actor: Writer,
    key: Key,
    label: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Say what an item of the open selection is in the case."""
    _change(request, actor, matter_id, lambda items: labelled(items, key, label))
    return RedirectResponse(f"/matters/{matter_id}", 303)


@router.get("/documents/{document_id}/package", dependencies=[EXPORTING])
def show_paper(request: Request, document_id: DocumentId, actor: Exporter) -> Response:
    """What a package of one paper would contain, for a matter that is chosen or opened here."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_document(connection, actor, Action.EXPORT, document_id)
    return _page(request, actor, None, None, document_id)


@router.post("/documents/{document_id}/package", dependencies=[EXPORTING])
def order_paper(
    request: Request,
    document_id: DocumentId,
    actor: Exporter,
    _: Writer,
    language: Language,
    recipient: For,
    matter: Annotated[str, Form(max_length=36)] = "",
    name: Annotated[str, Form(max_length=400)] = "",
    twin: Twins = [],  # noqa: B006  (FastAPI copies it)
    looked: Looked = False,
) -> Response:
    """Open the matter where none is chosen, choose the paper for it, and order the package."""
    service = service_of(request)
    archive, items = service.archive, (Item(document_id),)
    with archive.catalogue.write() as connection:
        access.require_document(connection, actor, Action.EXPORT, document_id)
        require_items(connection, actor, items)
        if not twin and look_out(archive, connection, actor, items, ()).undecided:
            raise TwinsUndecided("the paper was scanned more than once")
        if matter:
            access.require_matter(connection, actor, Action.MATTER_WRITE, matter)
            chosen = matter
        else:
            facts = MatterFacts(
                name or _new_name(request), claims=_only_claim(connection, actor, document_id)
            )
            chosen = open_matter(archive, connection, facts, actor.pseudonym)
        require_word(connection, find_matter(connection, chosen).facts.claims, looked=looked)
        if open_selection(connection, chosen) is not None:
            raise Conflict(
                "that matter has papers chosen already",
                advice="Add this one to them in the tray, or choose another matter.",
            )
        selection = begin_selection(archive, connection, chosen, actor.pseudonym, items)
    made = order_for(
        service,
        actor,
        chosen,
        selection.id,
        language,
        recipient,
        [each for each in twin if each],
        looked=looked,
    )
    service.nudge()
    return RedirectResponse(f"/matters/{chosen}/packages/{made.id}", 303)


def _new_name(request: Request) -> str:
    return f"{service_of(request).archive.clock.now():%Y-%m-%d}"


def _page(
    request: Request,
    actor: Actor,
    matter: Matter | None,
    selection: Selection | None,
    document_id: str | None = None,
) -> Response:
    archive = service_of(request).archive
    items = (Item(document_id or ""),) if selection is None else selection.items
    with archive.catalogue.read() as connection:
        about = matter.facts.claims if matter else _only_claim(connection, actor, document_id or "")
        outlook = look_out(archive, connection, actor, items, about)
        context: dict[str, Any] = {
            "matter": matter,
            "selection": selection,
            "outlook": outlook,
            "nameable": _nameable(connection, actor, matter, items),
            "document": None if document_id is None else document_row(connection, document_id),
            "matters": [] if matter else _free_matters(connection, actor),
            "languages_of_packages": LANGUAGES,
            "wanted_language": _language(request, actor),
            "editable": selection is not None and selection.frozen_at is None,
            "pending": _pending(outlook) if outlook.plan is None else outlook.plan.pending,
            "stamp_helps": _pending(outlook),
            "now": archive.clock.now(),
        }
    return page(request, "export.html", context, actor=actor, here="matters")


def _only_claim(connection: Connection, actor: Actor, document_id: str) -> tuple[str, ...]:
    """What a new matter for one paper is about: the claim that the paper leads to, if it is one."""
    found = claims_of_papers(connection, actor, [document_id])
    return (found[0].id,) if len(found) == 1 else ()


def _nameable(
    connection: Connection, actor: Actor, matter: Matter | None, items: tuple[Item, ...]
) -> list[Row[Any]]:
    """Claims of the chosen papers that the matter does not name yet."""
    if matter is None:
        return []
    return claims_of_papers(connection, actor, {item.document for item in items}, matter.facts.claims)


def _free_matters(connection: Connection, actor: Actor) -> list[Matter]:
    """Open matters of one's own for which nothing else is being chosen just now."""
    wanted = access.own_matters(actor) & (matters.c.state == "open")
    found = list_matters(connection, wanted, limit=OFFERED)
    return [one for one in found if open_selection(connection, one.id) is None]


def _pending(outlook: Outlook) -> bool:
    """Whether the time proof of an original is still to come; extracts get theirs once they are made."""
    return any(
        one.line.proven is None or one.line.proven.existed_by is None
        for one in outlook.going
        if one.line.may_go
    )


def _language(request: Request, actor: Actor) -> str:
    spoken = speaker_of(request, actor).language
    return spoken if spoken in LANGUAGES else LANGUAGES[0]


def _change(
    request: Request,
    actor: Actor,
    matter_id: str,
    change: Callable[[tuple[Item, ...]], tuple[Item, ...]],
) -> None:
    archive: Archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        selection = open_selection(connection, matter_id)
        if selection is None:
            raise SelectionFrozen("the matter has no selection that can be changed")
        put_items(archive, connection, selection, change(selection.items), actor.pseudonym)
