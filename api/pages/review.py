"""`/review`: one doubtful link at a time, the paper beside what the registry says; accept, reject, or somebody else."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api import access
from api.access import Action, Actor, DocumentAccess
from api.common_numbers import BASES as NUMBER_BASES
from api.common_numbers import CommonNumber, common_numbers
from api.finding import known_claims, known_debtors
from api.links import NewLink, add_link, decide_link
from api.pages.paper import open_pages_of
from api.pages.render import page
from api.request import Ask, service_of
from api.review import Fact, Proposal, count_waiting, facts_of, find_proposal, marks_on, proposals, rivals_of
from api.unreachable_links import count_unreachable
from api.waiting_fields import count_waiting as count_figures
from archive.archive import Archive
from archive.readings import load_document_page
from tabellion.base.errors import Forbidden

router = APIRouter(prefix="/review", include_in_schema=False)
Linker = Annotated[Actor, Depends(Ask(Action.LINK))]
LinkId = Annotated[str, Path(max_length=36)]

IN_COMMON = "number_in_common"
"""What a number is called that other papers of the same debtor carry; the registry has none."""

_CHOICES = 8
_MOST_READ = 20


@router.get("")
def show(
    request: Request,
    actor: Linker,
    link: Annotated[str | None, Query(max_length=36)] = None,
    after: Annotated[str | None, Query(max_length=36)] = None,
    number: Annotated[int | None, Query(alias="page", ge=1)] = None,
    other: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """The proposal that is named, or the next one; `other` looks for somebody else.

    Who opens the review without saying what, while no link waits and figures do, is led to the figures.
    """
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        plain = not request.url.query and actor.may(Action.CORRECT)
        if plain and not count_waiting(connection, actor) and count_figures(connection, actor):
            return RedirectResponse("/review/figures", 303)
        chosen = find_proposal(connection, actor, link) if link else None
        if chosen is None:
            chosen = _next(connection, actor, after)
        context: dict[str, Any] = {
            "chosen": chosen,
            "links_waiting": count_waiting(connection, actor),
            "figures_waiting": count_figures(connection, actor) if actor.may(Action.CORRECT) else 0,
            "other": other,
            "choices": [],
            "unreachable": count_unreachable(connection) if actor.sees_all else 0,
            "gone": link is not None and (chosen is None or chosen.link != link),
        }
        if chosen is not None:
            opened = access.require_document(connection, actor, Action.LINK, chosen.document)
            context |= _paper(archive, connection, actor, chosen, opened, number)
            context["rivals"] = rivals_of(connection, actor, chosen)
            context["following"] = _next(connection, actor, chosen.link)
            if other.strip():
                known = known_debtors if chosen.type == "party" else known_claims
                context["choices"] = [
                    one for one in known(connection, actor, other, _CHOICES) if one["id"] != chosen.target
                ]
    return page(request, "review.html", context, actor=actor, here="review")


@router.post("/{link_id}")
def decide(
    request: Request,
    link_id: LinkId,
    actor: Linker,
    decision: Annotated[Literal["accept", "reject", "other"], Form()],
    target: Annotated[str, Form(max_length=36)] = "",
) -> Response:
    """Say whether the link is right, or whose the paper is instead; then on to the next one."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        one = find_proposal(connection, actor, link_id)
        if one is None:
            raise Forbidden("there is no such link, or somebody has decided it already")
        following = _next(connection, actor, link_id)
        opened = access.require_document(connection, actor, Action.LINK, one.document)
        if decision == "other":
            kind: Literal["party", "claim"] = "party" if one.type == "party" else "claim"
            wanted = NewLink(kind, target, one.role, one.first, one.last)
            add_link(archive, connection, opened, wanted, actor, None)
        state: Literal["confirmed", "rejected"] = "confirmed" if decision == "accept" else "rejected"
        decide_link(archive, connection, opened, link_id, state, actor, None)
    service_of(request).nudge()
    return RedirectResponse("/review" if following is None else f"/review?link={following.link}", 303)


def _next(connection: Connection, actor: Actor, link_id: str | None) -> Proposal | None:
    """The first proposal, or the one after that link; after the last one, the first again."""
    place = None
    if link_id is not None and (known := find_proposal(connection, actor, link_id)) is not None:
        place = known.place
    found = proposals(connection, actor, 20, place)
    if not found and place is not None:
        found = [one for one in proposals(connection, actor, 20) if one.link != link_id]
    return found[0] if found else None


def _paper(
    archive: Archive,
    connection: Connection,
    actor: Actor,
    chosen: Proposal,
    opened: DocumentAccess,
    number: int | None,
) -> dict[str, Any]:
    """The page that is shown with its marks, and what of the registry's facts stands on it.

    Without a number it is the first page of the span on which something stands.
    """
    pages = [
        each
        for each in open_pages_of(connection, chosen.document, opened)
        if chosen.first <= each.number <= chosen.last
    ]
    shown, facts, marks = None, facts_of(connection, actor, chosen, None), []
    read = cache(partial(load_document_page, archive, connection, chosen.document))
    texts: dict[int, str] = {}
    if chosen.basis in NUMBER_BASES:
        readings = {each.number: read(each.number) for each in pages[:_MOST_READ]}
        texts = {page: reading.text for page, reading in readings.items() if reading is not None}
    common = common_numbers(connection, actor, chosen, texts)
    for each in pages[:_MOST_READ]:
        if number not in (None, each.number):
            continue
        reading = read(each.number)
        if reading is None:
            continue
        found = facts_of(connection, actor, chosen, reading) + _facts_in_common(common, each.number)
        if shown is None or any(fact.on_page for fact in found):
            shown, facts, marks = each, found, marks_on(found, reading)
            if any(fact.on_page for fact in found):
                break
    if shown is None:
        facts = [*facts, *_facts_in_common(common, None)]
    return {
        "pages": pages,
        "shown": shown or (pages[0] if pages else None),
        "facts": facts,
        "marks": marks,
        "common": {one.value: one for one in common},
    }


def _facts_in_common(common: Sequence[CommonNumber], number: int | None) -> list[Fact]:
    return [Fact(IN_COMMON, one.value, number in one.pages) for one in common]
