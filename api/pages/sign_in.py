"""Signing in and out, and the choice of language; works without JavaScript."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Action, Actor
from api.accounts import check_password, set_fact
from api.addresses import inside
from api.languages import require_language
from api.pages.entering import go_on
from api.pages.render import page
from api.request import COOKIE, Ask, require_same_site, service_of
from api.sessions import check_throttle, end_session, note_sign_in
from api.turns import SIGNING_IN

router = APIRouter(include_in_schema=False)
Me = Annotated[Actor, Depends(Ask(Action.ME))]


@router.get("/sign-in")
def sign_in_page(request: Request, to: str = "/") -> Response:
    """The form; `to` is where one was."""
    return _form(request, to)


@router.post("/sign-in", dependencies=[SIGNING_IN])
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    to: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """A new session where name and password belong together; else the form again, saying no more than that."""
    require_same_site(request)
    service = service_of(request)
    archive, now = service.archive, service.archive.clock.now()
    address = request.client.host if request.client else ""
    with archive.catalogue.read() as connection:
        check_throttle(connection, name, address, now)
        account = check_password(connection, name, password)
    with archive.catalogue.write() as connection:
        note_sign_in(connection, name, address, now, succeeded=account is not None)
        if account is not None:
            return go_on(request, connection, account, to=to)
    return _form(request, to, name, failed=True)


def _form(request: Request, to: str, name: str = "", *, failed: bool = False) -> Response:
    provider = service_of(request).provider
    context = {
        "to": inside(to),
        "failed": failed,
        "name": name,
        "provider": provider and provider.description.name,
    }
    return page(request, "sign_in.html", context, status=403 if failed else 200)


@router.post("/sign-out")
def sign_out(request: Request, _: Me) -> Response:
    """End this session."""
    service = service_of(request)
    if request.state.session is not None:
        with service.archive.catalogue.write() as connection:
            end_session(connection, request.state.session.digest, service.archive.clock.now())
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language")
def choose(
    request: Request, actor: Me, language: Annotated[str, Form()], to: Annotated[str, Form()] = "/"
) -> Response:
    """Remember the language of one's screens."""
    require_language(language)
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        set_fact(archive, connection, actor.account_id, "locale", language, actor=actor.pseudonym)
    return RedirectResponse(inside(to), 303)
