"""/matters: legal cases in scope, what was chosen for each, and the packages that were made of it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, select

from api import access
from api.access import Action, Actor
from api.creations import once
from api.finding import visible_claims
from api.request import Ask, service_of
from api.rest.common import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    Strict,
    etag,
    expected_version,
    read_cursor,
    write_cursor,
)
from archive.catalogue.schema import claims
from archive.matters import (
    LONGEST,
    MOST_CLAIMS,
    MOST_NUMBERS,
    Matter,
    MatterFacts,
    change_matter,
    find_matter,
    list_matters,
    lock_matter,
    open_matter,
)
from archive.selections import (
    MOST_ITEMS,
    Item,
    Selection,
    begin_selection,
    find_selection,
    list_selections,
    put_items,
)
from ingest.errors import VersionMoved
from tabellion.base.errors import BadRequest, Forbidden

router = APIRouter(prefix="/matters", tags=["matters"])
Reader = Annotated[Actor, Depends(Ask(Action.MATTER_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.MATTER_WRITE))]
MatterId = Annotated[str, Path(max_length=36)]
SelectionId = Annotated[str, Path(max_length=36)]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Id = Annotated[str, Field(max_length=36)]


class MatterIn(Strict):
    """What is said of a matter."""

    name: str = Field(min_length=1, max_length=LONGEST, examples=["Kowalska ./. Bank"])
    court: str | None = Field(default=None, max_length=LONGEST, examples=["Sąd Rejonowy dla Łodzi-Widzewa"])
    case_numbers: list[Words] = Field(default=[], max_length=MOST_NUMBERS, examples=[["I C 123/26"]])
    claims: list[Id] = Field(default=[], max_length=MOST_CLAIMS, description="Claims in scope, by id.")


class MatterChange(Strict):
    """What of a matter changes; members that are left out stay as they are."""

    name: str | None = Field(default=None, min_length=1, max_length=LONGEST, examples=["Kowalska ./. Bank"])
    court: str | None = Field(default=None, max_length=LONGEST, description="Empty: none.")
    case_numbers: list[Words] | None = Field(default=None, max_length=MOST_NUMBERS)
    claims: list[Id] | None = Field(default=None, max_length=MOST_CLAIMS)
    state: Literal["open", "closed"] | None = None


class MatterOut(Strict):
    """A legal case, as it stands."""

    matter: str
    name: str
    court: str | None
    case_numbers: list[str]
    claims: list[str]
    state: Literal["open", "closed"]
    opened_by: str = Field(description="Pseudonym.")
    opened_at: datetime
    selections: list[str] = Field(description="Newest first; only the newest may still be changed.")


class Matters(Strict):
    """A part of the list, newest first."""

    matters: list[MatterOut]
    next: str | None


class ItemIn(Strict):
    """A paper, or its pages from the first to the last."""

    document: Id
    first_page: int = Field(default=0, ge=0, description="0 and 0: the whole paper.")
    last_page: int = Field(default=0, ge=0)
    label: str | None = Field(default=None, min_length=1, max_length=LONGEST, examples=["Annex 3"])
    passed_over: list[Id] = Field(
        default=[], max_length=100, description="Other scans of the same paper that were seen and left out."
    )


class SelectionIn(Strict):
    """What is chosen, in its order."""

    items: list[ItemIn] = Field(max_length=MOST_ITEMS, examples=[[{"document": "0193"}]])


class SelectionOut(SelectionIn):
    """A selection of a matter."""

    selection: str
    number: int
    frozen_at: datetime | None = Field(description="When the first package was ordered of it.")


@router.get("")
def list_all(
    request: Request,
    actor: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    whose: Annotated[Literal["mine", "all"], Query(description="`all`: all in scope.")] = "mine",
) -> Matters:
    """Matters, newest first; keyset paging."""
    visible = access.own_matters(actor) if whose == "mine" else access.visible_matters(actor)
    before = None if cursor is None else read_cursor(cursor, str)[0]
    with service_of(request).archive.catalogue.read() as connection:
        found = list_matters(connection, visible, limit=limit + 1, before=before)
        shown = [_matter(connection, one) for one in found[:limit]]
    return Matters(matters=shown, next=write_cursor(found[limit - 1].id) if len(found) > limit else None)


@router.post("", status_code=status.HTTP_201_CREATED)
def create(
    request: Request,
    response: Response,
    body: MatterIn,
    actor: Writer,
    idempotency_key: IdempotencyKey = None,
) -> MatterOut:
    """A new matter, whose opener may see it, and who has its scope `matter:ID`."""
    archive = service_of(request).archive
    facts = MatterFacts(body.name, body.court, tuple(body.case_numbers), tuple(body.claims))
    with archive.catalogue.write() as connection:
        _require_claims(connection, actor, body.claims)
        made = once(
            archive,
            connection,
            actor,
            idempotency_key,
            f"matter {body.model_dump_json()}",
            lambda: open_matter(archive, connection, facts, actor.pseudonym),
        )
        response.headers["Location"] = f"/api/v1/matters/{made}"
        return _answer(connection, response, made)


@router.get("/{matter_id}")
def show(request: Request, response: Response, matter_id: MatterId, actor: Reader) -> MatterOut:
    """A matter that is one's own, or in scope."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.MATTER_READ, matter_id)
        return _answer(connection, response, matter_id)


@router.patch("/{matter_id}")
def change(
    request: Request,
    response: Response,
    matter_id: MatterId,
    body: MatterChange,
    actor: Writer,
    if_match: IfMatch = None,
) -> MatterOut:
    """Say something else of a matter, close it, or open it again."""
    archive = service_of(request).archive
    said = body.model_dump(exclude_unset=True, exclude_none=True)
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        _require_version(connection, matter_id, if_match)
        present = find_matter(connection, matter_id).facts
        _require_claims(connection, actor, sorted({*said.get("claims", ())} - {*present.claims}))
        facts = MatterFacts(
            name=said.get("name", present.name),
            court=said.get("court", present.court),
            case_numbers=tuple(said.get("case_numbers", present.case_numbers)),
            claims=tuple(said.get("claims", present.claims)),
            state=said.get("state", present.state),
        )
        change_matter(archive, connection, matter_id, facts, actor.pseudonym)
        return _answer(connection, response, matter_id)


@router.post("/{matter_id}/selections", status_code=status.HTTP_201_CREATED)
def begin(
    request: Request, response: Response, matter_id: MatterId, body: SelectionIn, actor: Writer
) -> SelectionOut:
    """Begin a selection; 409 while another can still be changed."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        _require_open(connection, actor, body.items)
        made = begin_selection(archive, connection, matter_id, actor.pseudonym, _items(body))
        response.headers["ETag"] = etag(find_matter(connection, matter_id).version)
    response.headers["Location"] = f"/api/v1/matters/{matter_id}/selections/{made.id}"
    return _selection(made)


@router.get("/{matter_id}/selections/{selection_id}")
def show_selection(
    request: Request, response: Response, matter_id: MatterId, selection_id: SelectionId, actor: Reader
) -> SelectionOut:
    """A selection; papers that are not open to the asker are named by their id alone, as every one is."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_matter(connection, actor, Action.MATTER_READ, matter_id)
        response.headers["ETag"] = etag(find_matter(connection, matter_id).version)
        return _selection(find_selection(connection, matter_id, selection_id))


@router.put("/{matter_id}/selections/{selection_id}")
def put(
    request: Request,
    response: Response,
    matter_id: MatterId,
    selection_id: SelectionId,
    body: SelectionIn,
    actor: Writer,
    if_match: IfMatch = None,
) -> SelectionOut:
    """Let a selection be these items, in this order; 409 SELECTION_FROZEN once a package was made of it."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
        _require_version(connection, matter_id, if_match)
        present = find_selection(connection, matter_id, selection_id)
        known = {item.key for item in present.items}
        items = _items(body)
        new = [one for one, item in zip(body.items, items, strict=True) if item.key not in known]
        _require_open(connection, actor, new)
        put_items(archive, connection, present, items, actor.pseudonym)
        response.headers["ETag"] = etag(find_matter(connection, matter_id).version)
        return _selection(find_selection(connection, matter_id, selection_id))


def _answer(connection: Connection, response: Response, matter_id: str) -> MatterOut:
    matter = find_matter(connection, matter_id)
    response.headers["ETag"] = etag(matter.version)
    return _matter(connection, matter)


def _matter(connection: Connection, matter: Matter) -> MatterOut:
    facts = matter.facts
    return MatterOut(
        matter=matter.id,
        name=facts.name,
        court=facts.court,
        case_numbers=list(facts.case_numbers),
        claims=list(facts.claims),
        state=facts.state,
        opened_by=matter.opened_by,
        opened_at=matter.opened_at,
        selections=[one.id for one in list_selections(connection, matter.id)],
    )


def _selection(found: Selection) -> SelectionOut:
    return SelectionOut(
        selection=found.id,
        number=found.number,
        frozen_at=found.frozen_at,
        items=[
            ItemIn(
                document=item.document,
                first_page=item.first,
                last_page=item.last,
                label=item.label,
                passed_over=list(item.passed_over),
            )
            for item in found.items
        ],
    )


def _items(body: SelectionIn) -> tuple[Item, ...]:
    return tuple(
        Item(one.document, one.first_page, one.last_page, one.label, tuple(sorted(set(one.passed_over))))
        for one in body.items
    )


def _require_open(connection: Connection, actor: Actor, items: list[ItemIn]) -> None:
    """Raise Forbidden where something new in a selection is not open to whoever puts it there."""
    for item in items:
        opened = access.require_document(connection, actor, Action.READ, item.document)
        pages = range(item.first_page, min(item.last_page, item.first_page + 100_000) + 1)
        if (item.first_page, item.last_page) != (0, 0) and not all(opened.page(page) for page in pages):
            raise Forbidden(access.NO_PAGE)


def _require_version(connection: Connection, matter_id: str, if_match: str | None) -> None:
    version, wanted = lock_matter(connection, matter_id).version, expected_version(if_match)
    if wanted is not None and version != wanted:
        raise VersionMoved(f"the matter is at version {version}, not {wanted}")


def _require_claims(connection: Connection, actor: Actor, wanted: list[str]) -> None:
    query = select(claims.c.id).where(claims.c.id.in_(wanted), visible_claims(actor))
    if set(connection.scalars(query)) != set(wanted):
        raise BadRequest("the matter names a claim that there is not, or that is not for you")
