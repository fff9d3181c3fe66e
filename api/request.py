"""Who is behind a request, and the question to the gate that every route must carry."""

import secrets
from typing import Annotated, cast

from fastapi import Depends, Request

from api.access import Action, Actor, require
from api.service import Service
from api.sessions import Session, find_session, find_token, touch_session
from tabellion.base.errors import BadRequest

COOKIE = "tabellion_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfRefused(BadRequest):
    """A form came without the token of its session: perhaps from a page of somebody else."""

    code = "CSRF"
    status = 403
    advice = "Reload the page and send the form again."


def service_of(request: Request) -> Service:
    """The parts of the service."""
    return cast(Service, request.app.state.service)


async def identify(request: Request) -> Actor | None:
    """The actor behind a bearer token or a session cookie, or None. Looked up once a request.

    A request that changes something and comes by cookie must carry the session's CSRF token, in the header
    `X-CSRF-Token` or in the form field `csrf_token`.
    """
    if hasattr(request.state, "actor"):
        return cast(Actor | None, request.state.actor)
    request.state.session = None
    service = service_of(request)
    now = service.archive.clock.now()
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    actor: Actor | None = None
    if scheme.lower() == "bearer":
        with service.archive.catalogue.read() as connection:
            actor = find_token(connection, value.strip(), now)
    elif cookie := request.cookies.get(COOKIE):
        with service.archive.catalogue.read() as connection:
            session = find_session(connection, cookie, now)
        if session is not None:
            if request.method not in SAFE_METHODS:
                await _check_csrf(request, session)
            with service.archive.catalogue.write() as connection:
                touch_session(connection, session.digest, now)
            request.state.session = session
            actor = session.actor
    request.state.actor = actor
    return actor


async def _check_csrf(request: Request, session: Session) -> None:
    given = request.headers.get("x-csrf-token")
    if given is None and "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get("csrf_token")
        given = field if isinstance(field, str) else None
    if given is None or not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise CsrfRefused("the form does not carry the token of this session")


class Ask:
    """A route's question to the gate: may whoever is behind the request do this at all?

    Which objects it may be done to, the route asks with the other functions of `api.access`.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, actor: Annotated[Actor | None, Depends(identify)]) -> Actor:
        return require(actor, self.action)


def asked(route: object) -> frozenset[Action]:
    """The actions that a route asks for; empty: it asks nobody."""
    found: set[Action] = set()
    waiting = [getattr(route, "dependant", None)]
    while waiting:
        dependant = waiting.pop()
        if dependant is None:
            continue
        if isinstance(dependant.call, Ask):
            found.add(dependant.call.action)
        waiting.extend(dependant.dependencies)
    return frozenset(found)
