"""`/matters`: where legal staff begin, and a matter with its selection, its facts and its packages."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, select

from api import access
from api.access import Action, Actor
from api.addresses import inside
from api.finding import visible_claims
from api.matter_beginnings import beginning_at
from api.packages import order_of_states, packages_shown
from api.pages.paper import names_of
from api.pages.render import page
from api.request import Ask, service_of
from api.selected import lines_of
from api.tray import choose_matter
from archive.archive import Archive
from archive.catalogue.schema import claims
from archive.matters import MatterFacts, change_matter, find_matter, list_matters, open_matter
from archive.registry import find_claims
from archive.selections import begin_selection, find_selection, list_selections
from tabellion.base.errors import NotFound

router = APIRouter(prefix="/matters", include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.MATTER_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.MATTER_WRITE))]
MatterId = Annotated[str, Path(max_length=36)]
Words = Annotated[str, Form(max_length=400)]
Lines = Annotated[str, Form(max_length=8000)]

PER_PAGE = 50
OFFERED = 8
"""Claims that are offered where the number that was typed is not exactly one."""


@router.get("")
def show_all(
    request: Request,
    actor: Reader,
    new: bool = False,
    whose: Annotated[Literal["mine", "all"], Query()] = "mine",
    before: Annotated[str | None, Query(max_length=36)] = None,
    to: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """My matters, or all that are in scope, and what became of their packages."""
    archive = service_of(request).archive
    visible = access.own_matters(actor) if whose == "mine" else access.visible_matters(actor)
    with archive.catalogue.read() as connection:
        found = list_matters(connection, visible, limit=PER_PAGE + 1, before=before)
        shown = found[:PER_PAGE]
        context: dict[str, Any] = {
            "matters": shown,
            "selections": {one.id: list_selections(connection, one.id) for one in shown},
            "packages": order_of_states(packages_shown(archive, connection, [one.id for one in shown])),
            "names": {one.id: one.facts.name for one in shown},
            "people": names_of(connection, {one.opened_by for one in shown}),
            "following": shown[-1].id if len(found) > PER_PAGE else None,
            "whose": whose,
            "new": new and actor.may(Action.MATTER_WRITE),
            "to": inside(to) if to else "",
            "beginning": beginning_at(connection, actor, inside(to)) if new else None,
            "now": archive.clock.now(),
        }
    return page(request, "matters.html", context, actor=actor, here="matters")


@router.post("")
def create(
    request: Request,
    actor: Writer,
    name: Words,
    court: Words = "",
    numbers: Lines = "",
    to: Annotated[str, Form(max_length=2000)] = "",
    claim: Annotated[list[str], Form(max_length=OFFERED)] = [],  # noqa: B006  (FastAPI copies it)
) -> Response:
    """A new matter, about these claims; papers are collected for it from now on."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        about = tuple(dict.fromkeys(claim))
        _require_claims(connection, actor, about)
        facts = MatterFacts(name, court, _lines(numbers), about)
        made = open_matter(archive, connection, facts, actor.pseudonym)
        choose_matter(connection, actor, made)
    return RedirectResponse(inside(to) if to else f"/matters/{made}", 303)


@router.get("/{matter_id}")
def show(
    request: Request,
    matter_id: MatterId,
    actor: Reader,
    claim: Annotated[str, Query(max_length=120)] = "",
    selection: Annotated[str | None, Query(max_length=36)] = None,
) -> Response:
    """A matter; `claim` is a number that was typed and is looked for, `selection` an earlier one to look at."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.MATTER_READ, matter_id)
        matter = find_matter(connection, matter_id)
        every = list_selections(connection, matter_id)
        chosen = every[0] if every else None
        if selection is not None:
            chosen = find_selection(connection, matter_id, selection)
        context: dict[str, Any] = {
            "matter": matter,
            "selection": chosen,
            "selections": every,
            "lines": [] if chosen is None else lines_of(connection, actor, chosen.items),
            "packages": packages_shown(archive, connection, [matter_id]),
            "claims": _claims(connection, actor, matter.facts.claims),
            "wanted": claim,
            "offered": _offered(connection, actor, claim, matter.facts.claims),
            "opened_by": names_of(connection, {matter.opened_by}).get(matter.opened_by),
            "now": archive.clock.now(),
        }
    return page(request, "matter.html", context, actor=actor, here="matters")


@router.post("/{matter_id}/facts")
def change(
    request: Request, matter_id: MatterId, actor: Writer, name: Words, court: Words = "", numbers: Lines = ""
) -> Response:
    """Say something else of the matter."""
    _change(request, actor, matter_id, name=name, court=court, case_numbers=_lines(numbers))
    return _back(matter_id)


@router.post("/{matter_id}/state")
def set_state(
    request: Request, matter_id: MatterId, actor: Writer, state: Annotated[Literal["open", "closed"], Form()]
) -> Response:
    """Close a matter, or open it again."""
    _change(request, actor, matter_id, state=state)
    return _back(matter_id)


@router.post("/{matter_id}/claims")
def put_claims(
    request: Request,
    matter_id: MatterId,
    actor: Writer,
    claim: Annotated[str, Form(max_length=36)],
    act: Annotated[Literal["add", "take"], Form()],
    to: Annotated[Literal["", "export"], Form()] = "",
) -> Response:
    """Say that the matter is about a claim, or is not."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        present = find_matter(connection, matter_id).facts.claims
        if act == "add":
            _require_claims(connection, actor, (claim,))
    wanted = {*present, claim} if act == "add" else {*present} - {claim}
    _change(request, actor, matter_id, claims=tuple(wanted))
    return RedirectResponse(f"/matters/{matter_id}/export", 303) if to else _back(matter_id)


@router.post("/{matter_id}/collect")
def collect(request: Request, matter_id: MatterId, actor: Writer) -> Response:
    """Collect papers for this matter from now on; on to the search."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        choose_matter(connection, actor, matter_id)
    return RedirectResponse("/search", 303)


@router.post("/{matter_id}/selections")
def begin(
    request: Request,
    matter_id: MatterId,
    actor: Writer,
    like: Annotated[str, Form(max_length=36)] = "",
) -> Response:
    """Begin a new selection, empty or like an earlier one."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        items = find_selection(connection, matter_id, like).items if like else ()
        begin_selection(archive, connection, matter_id, actor.pseudonym, items)
        choose_matter(connection, actor, matter_id)
    return _back(matter_id)


def _change(request: Request, actor: Actor, matter_id: str, **changes: Any) -> None:
    archive: Archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        facts = replace(find_matter(connection, matter_id).facts, **changes)
        change_matter(archive, connection, matter_id, facts, actor.pseudonym)


def _require_claims(connection: Connection, actor: Actor, ids: tuple[str, ...]) -> None:
    query = select(claims.c.id).where(claims.c.id.in_(ids), visible_claims(actor))
    if set(connection.scalars(query)) != set(ids):
        raise NotFound("there is no such claim, or not for you")


def _claims(connection: Connection, actor: Actor, ids: tuple[str, ...]) -> list[Any]:
    """The claims of the matter that are in scope, by number."""
    query = select(claims).where(claims.c.id.in_(ids), visible_claims(actor)).order_by(claims.c.number)
    return list(connection.execute(query).all())


def _offered(connection: Connection, actor: Actor, text: str, present: tuple[str, ...]) -> list[Any]:
    rows = find_claims(connection, text, visible_claims(actor), OFFERED) if text.strip() else []
    return [row for row in rows if row.id not in present]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.replace(";", "\n").splitlines() if line.strip())


def _back(matter_id: str) -> Response:
    return RedirectResponse(f"/matters/{matter_id}", 303)
