"""`/me`: one's own page: language, zone, password, tokens, sessions; the rules are those of REST."""

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Action, Actor
from api.accounts import set_fact
from api.languages import require_language
from api.pages.agents import browser
from api.pages.people import checked
from api.pages.render import page
from api.request import Ask, service_of
from api.rest import me as rest
from api.second_factors import factors_of
from archive.registry import list_portfolios
from tabellion.base.errors import BadRequest

router = APIRouter(prefix="/me", include_in_schema=False)
Me = Annotated[Actor, Depends(Ask(Action.ME))]

ZONES = ("Europe/Warsaw", "Europe/Rome", "Europe/Madrid", "Europe/Berlin", "Europe/London", "UTC")
"""Offered beside the installation's own; any zone of the database is taken."""


@router.get("")
def show(request: Request, actor: Me) -> Response:
    """Who one is here."""
    return _page(request, actor, None)


@router.post("/settings")
def settings(
    request: Request,
    actor: Me,
    language: Annotated[str, Form(max_length=8)],
    zone: Annotated[str, Form(max_length=60)],
) -> Response:
    """Language and zone of one's screens."""
    require_language(language)
    if zone not in available_timezones():
        raise BadRequest("there is no such time zone")
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        for fact, value, present in (("locale", language, actor.locale), ("zone", zone, actor.zone)):
            if value != present:
                set_fact(archive, connection, actor.account_id, fact, value, actor=actor.pseudonym)
    return RedirectResponse("/me", 303)


@router.post("/tokens")
def new_token(
    request: Request,
    actor: Me,
    name: Annotated[str, Form(max_length=120)],
    may: Annotated[Literal["all", "search", "read", "hand_in"], Form()] = "all",
    days: Annotated[int, Form(ge=0, le=3650)] = 0,
) -> Response:
    """A new token; its value is on this page and nowhere else."""
    until = service_of(request).archive.clock.now() + timedelta(days=days) if days else None
    body = checked(lambda: rest.NewToken(name=name, actions=MAY[may], expires_at=until))
    return _page(request, actor, rest.new_token(request, body, actor).value)


@router.post("/tokens/{token_id}/withdraw")
def withdraw(request: Request, actor: Me, token_id: Annotated[str, Path(max_length=36)]) -> Response:
    """Withdraw a token."""
    rest.withdraw_token(request, token_id, actor)
    return RedirectResponse("/me", 303)


@router.post("/sessions/end")
def end_others(request: Request, actor: Me) -> Response:
    """Sign out everywhere else."""
    rest.end_others(request, actor)
    return RedirectResponse("/me", 303)


@router.post("/sessions/{session}/end")
def end(
    request: Request, actor: Me, session: Annotated[str, Path(pattern=f"^[0-9a-f]{{{rest.SESSION_NAME}}}$")]
) -> Response:
    """Sign out elsewhere."""
    rest.end(request, session, actor)
    return RedirectResponse("/me", 303)


@router.post("/password")
def password(
    request: Request,
    actor: Me,
    present: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
) -> Response:
    """A new password; all sessions end, this one too."""
    rest.change_password(request, checked(lambda: rest.NewPassword(present=present, new=new)), actor)
    return RedirectResponse("/sign-in?to=/me", 303)


MAY: dict[str, list[str]] = {
    "all": [],
    "search": [Action.SEARCH, Action.ME],
    "read": [Action.SEARCH, Action.READ, Action.REGISTRY_READ, Action.EVIDENCE, Action.ME],
    "hand_in": [Action.RECEIVE, Action.RECEIPT, Action.ME],
}
"""What a token made by form may do; over REST it can be given any actions."""


def _page(request: Request, actor: Actor, token: str | None) -> Response:
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        factors = len(factors_of(connection, actor.account_id))
        names = {f"portfolio:{row.id}": row.name for row in list_portfolios(connection)}
    zone = actor.zone or str(service.options.zone)
    context = {
        "token": token,
        "tokens": [one for one in rest.tokens(request, actor) if one.revoked_at is None],
        "sessions": rest.sessions(request, actor),
        "browser": browser,
        "factors": factors,
        "zone": zone,
        "zones": sorted({zone, str(service.options.zone), *ZONES}),
        "scopes": [names.get(scope, scope) for scope in sorted(actor.scopes)],
        "reads": actor.may(Action.READ),
    }
    return page(request, "me.html", context, actor=actor)
