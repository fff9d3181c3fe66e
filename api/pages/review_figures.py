"""`/review/figures`: one doubtful figure at a time; Enter accepts it, typing corrects it, an empty box withdraws it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api import access
from api.access import Action, Actor
from api.decisions import FieldDecision, decide_field, discord_with
from api.field_values import LONGEST, typed_value
from api.pages.paper import Figure, names_of, open_pages_of, shown, wrong_sum_of
from api.pages.render import page, speaker_of
from api.pages.rule_words import rule_parts
from api.pages.texts import Speaker
from api.request import Ask, service_of
from api.review import count_waiting as count_links
from api.waiting_fields import WaitingField, beside, count_waiting, find_field, following, newest_field
from archive.doubts import Discord, checks
from ingest.describing import current_fields
from tabellion.base.errors import BadRequest

router = APIRouter(prefix="/review/figures", include_in_schema=False)
Corrector = Annotated[Actor, Depends(Ask(Action.CORRECT))]
FieldId = Annotated[int, Path(ge=1, le=2**53)]
SomeField = Annotated[int | None, Query(ge=1, le=2**53)]

IMAGE_WIDTH = 1400


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another figure of the paper that this one must agree with."""

    id: int
    name: str
    shown: str
    page: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was typed does not add up: the amounts as they are said, and what is sent to say that they are meant."""

    whole: str
    parts: tuple[str, ...]
    made: str
    complete: bool
    of_whole: bool
    figures: str

    @classmethod
    def of(cls, discord: Discord, name: str, say: Speaker) -> "Contradiction":
        """Of amounts that contradict each other, one of which was typed under this name."""
        return cls(
            whole=say.decimal(discord.whole, 2),
            parts=tuple(say.decimal(part, 2) for part in discord.parts),
            made=say.decimal(sum(discord.parts, Decimal(0)), 2),
            complete=discord.complete,
            of_whole=name == discord.names[0],
            figures=discord.figures,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """Why what was typed is not taken at once; the amounts that contradict each other, if it is for them."""

    complaint: Literal["form", "check_digit", "sum"]
    discord: Discord | None = None


@router.get("")
def show(
    request: Request,
    actor: Corrector,
    field: SomeField = None,
    after: SomeField = None,
    done: SomeField = None,
    gone: bool = False,
    typed: Annotated[str | None, Query(max_length=2 * LONGEST)] = None,
) -> Response:
    """The figure that is named, or the first that waits, or the one `after` a figure; `done` was decided before.

    `typed` was said of the figure and is asked about once more.
    """
    with service_of(request).archive.catalogue.read() as connection:
        chosen = newest_field(connection, actor, field) if field else None
        if chosen is not None and typed:
            opened = access.require_document(connection, actor, Action.CORRECT, chosen.document)
            question = _question(connection, opened, chosen, typed, "")
            return _page(request, connection, actor, chosen, typed=typed, question=question)
        gone = gone or (field is not None and chosen is None)
        if chosen is None:
            chosen = following(connection, actor, find_field(connection, actor, after) if after else None)
        before = newest_field(connection, actor, done) if done else None
        return _page(request, connection, actor, chosen, before=before, gone=gone)


@router.get("/{field_id}")
def one_figure(field_id: FieldId, _: Corrector) -> Response:
    """Where the address of a decision is opened anew: the figure."""
    return RedirectResponse(f"/review/figures?field={field_id}", 303)


@router.post("/{field_id}")
def decide(
    request: Request,
    field_id: FieldId,
    actor: Corrector,
    value: Annotated[str, Form(max_length=2 * LONGEST)] = "",
    decision: Annotated[Literal["say", "printed", "withdraw"], Form()] = "say",
    sure: Annotated[str, Form(max_length=2 * LONGEST)] = "",
) -> Response:
    """Say what stands there: the same value confirms, another corrects, none withdraws; then on to the next.

    A value whose check digit fails, and an amount that does not add up with the others, is asked for twice; `sure` is
    what was asked about: the value, or all the amounts.
    """
    service = service_of(request)
    archive = service.archive
    with archive.catalogue.write() as connection:
        one = find_field(connection, actor, field_id)
        if one is None:
            return RedirectResponse("/review/figures?gone=true", 303)
        opened = access.require_document(connection, actor, Action.CORRECT, one.document)
        typed = {"say": value, "printed": one.printed or value, "withdraw": ""}[decision].strip()
        if _question(connection, opened, one, typed, sure) is not None:
            # Asked at an address of its own, so that going back and loading it anew ask again and send nothing.
            asked = {"field": one.id, "typed": typed}
            return RedirectResponse("/review/figures?" + urlencode(asked), 303)
        wanted = replace(_wanted(one, typed), despite=True)
        decide_field(archive, connection, opened, wanted, actor, None)
        waits = following(connection, actor, one)
        key = (one.name, one.page, one.raw)
        done = next(
            row.id for row in current_fields(connection, one.document) if (row.name, row.page, row.raw) == key
        )
    service.nudge()
    kept = {"field": waits.id if waits else None, "done": done}
    return RedirectResponse("/review/figures?" + urlencode({k: v for k, v in kept.items() if v}), 303)


def _question(
    connection: Connection, opened: access.DocumentAccess, one: WaitingField, typed: str, sure: str
) -> Question | None:
    """What has to be asked about what was typed; None where it can be taken, for it is `sure`."""
    try:
        wanted = _wanted(one, typed)
    except BadRequest:
        return Question("form")
    if wanted.value is not None and not checks(one.name, wanted.value) and sure != typed:
        return Question("check_digit")
    discord = discord_with(connection, opened, wanted)
    return Question("sum", discord) if discord is not None and sure != discord.figures else None


def _wanted(one: WaitingField, typed: str) -> FieldDecision:
    """What is decided by what stands in the box; raises BadRequest where it cannot be a value."""
    if not typed:
        return FieldDecision("withdraw", one.name, one.page, one.raw)
    value = one.value if typed == one.value else typed_value(one.name, typed)
    if value == one.value:
        return FieldDecision("confirm", one.name, one.page, one.raw)
    return FieldDecision("correct", one.name, one.page, one.raw, value)


def _page(
    request: Request,
    connection: Connection,
    actor: Actor,
    chosen: WaitingField | None,
    *,
    before: WaitingField | None = None,
    gone: bool = False,
    typed: str | None = None,
    question: Question | None = None,
) -> Response:
    complaint, discord = (question.complaint, question.discord) if question else ("", None)
    say = speaker_of(request, actor)
    context: dict[str, Any] = {
        "chosen": chosen,
        "before": before,
        "before_shown": before and shown(before.name, before.value, before.currency, say),
        "gone": gone,
        "complaint": complaint,
        "contradiction": discord and chosen and Contradiction.of(discord, chosen.name, say),
        "figures_waiting": count_waiting(connection, actor),
        "links_waiting": count_links(connection, actor) if actor.may(Action.LINK) else 0,
        "image_width": IMAGE_WIDTH,
    }
    if chosen is not None:
        opened = access.require_document(connection, actor, Action.CORRECT, chosen.document)
        pages = {each.number: each for each in open_pages_of(connection, chosen.document, opened)}
        by = names_of(connection, {chosen.by}) if chosen.by else {}
        context |= {
            "typed": chosen.value if typed is None else typed,
            "figure": Figure(
                id=chosen.id,
                name=chosen.name,
                value=chosen.value,
                shown=shown(chosen.name, chosen.value, chosen.currency, say),
                page=chosen.page,
                box=chosen.box,
                state=chosen.state,
                confidence=chosen.confidence,
                rule=chosen.rule,
                by=by.get(chosen.by or ""),
                at=chosen.at,
                elsewhere=chosen.elsewhere,
                printed=chosen.printed and shown(chosen.name, chosen.printed, chosen.currency, say),
            ),
            "rule_parts": rule_parts,
            "wrong_sum": wrong_sum_of(connection, actor, opened, say),
            "shown": pages.get(chosen.page),
            "several": len(pages) > 1 or not opened.complete,
            "beside": [
                Neighbour(
                    id=row.id,
                    name=row.name,
                    shown=shown(row.name, row.value, chosen.currency, say),
                    page=row.page,
                    checked=row.actor is not None,
                )
                for row in beside(connection, chosen, opened, discord.names if discord else ())
            ],
            "following": following(connection, actor, chosen),
            "stake": say.amount(chosen.stake, chosen.currency),
        }
    return page(request, "review_figures.html", context, actor=actor, here="review")
