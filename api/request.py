"""Who is behind a request, and the question to the gate that every route must carry."""

import secrets
from typing import Annotated, cast

from anyio import to_thread
from fastapi import Depends, Request

from api.access import Action, Actor, require
from api.forms import form_of
from api.limits import Limiter
from api.limits.guard import STANDING, address_of
from api.limits.limiter import too_fast
from api.service import Service
from api.sessions import SEEN_EVERY, Session, find_session, find_token, touch_session, touch_token
from archive.archive import Archive
from tabellion.base.errors import BadRequest

COOKIE = "tabellion_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def require_same_site(request: Request) -> None:
    """Raise CsrfRefused for what a browser says another site made it send (Fetch Metadata)."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise CsrfRefused("the form was sent by another site")


class CsrfRefused(BadRequest):
    """A form came without the token of its session: perhaps from a page of somebody else."""

    code = "CSRF"
    status = 403
    advice = "Reload the page and send the form again."


def service_of(request: Request) -> Service:
    """The parts of the service."""
    return cast(Service, request.app.state.service)


def limiter_of(request: Request) -> Limiter:
    """The limits of this process."""
    return cast(Limiter, request.app.state.limiter)


async def identify(request: Request) -> Actor | None:
    """The actor behind a bearer token or a session cookie, or None. Looked up, and counted, once a request.

    A request that changes something and comes by cookie must carry the session's CSRF token, in the header
    `X-CSRF-Token` or in the form field `csrf_token`. Raises RateLimited where it is one request too many.
    """
    if hasattr(request.state, "actor"):
        return cast(Actor | None, request.state.actor)
    request.state.session = None
    archive = service_of(request).archive
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    actor: Actor | None = None
    session: Session | None = None
    # The catalogue is asked in a thread: while it waits for a lock, others are answered.
    if scheme.lower() == "bearer":
        actor = await to_thread.run_sync(_by_token, archive, value.strip())
    elif cookie := request.cookies.get(COOKIE):
        session = await to_thread.run_sync(_by_cookie, archive, cookie)
        if session is not None and not session.second:
            # A password alone does not do where a second factor is wanted by now.
            owes = second_required(request, session.actor, session.second_required)
            session = None if owes else session
        actor = None if session is None else session.actor
    _charge(request, actor)
    if session is not None:
        if request.method not in SAFE_METHODS:
            require_same_site(request)
            await _check_csrf(request, session)
        request.state.session = session
    request.state.actor = actor
    return actor


def _charge(request: Request, actor: Actor | None) -> None:
    """Count the request; raises RateLimited. Strangers that show nothing were counted before (`api.limits.guard`)."""
    limiter = limiter_of(request)
    if actor is not None:
        standing = limiter.charge(actor)
        request.scope["state"][STANDING] = standing
        if standing.wait is not None:
            raise too_fast(standing)
    elif "authorization" in request.headers or COOKIE in request.cookies:
        limiter.charge_stranger(address_of(request.scope))


def _by_token(archive: Archive, value: str) -> Actor | None:
    now = archive.clock.now()
    with archive.catalogue.read() as connection:
        bearer = find_token(connection, value, now)
    if bearer is None:
        return None
    if bearer.seen_at is None or bearer.seen_at + SEEN_EVERY <= now:
        with archive.catalogue.write() as connection:
            touch_token(connection, bearer.id, now)
    return bearer.actor


def _by_cookie(archive: Archive, value: str) -> Session | None:
    now = archive.clock.now()
    with archive.catalogue.read() as connection:
        session = find_session(connection, value, now)
    if session is not None and session.seen_at + SEEN_EVERY <= now:
        with archive.catalogue.write() as connection:
            touch_session(connection, session.digest, now)
    return session


def second_required(request: Request, actor: Actor, of_account: bool) -> bool:
    """Whether somebody must show a second factor: by his account, or by one of his roles."""
    return of_account or bool(actor.roles & service_of(request).options.second_factor_roles)


async def _check_csrf(request: Request, session: Session) -> None:
    given: object = request.headers.get("x-csrf-token")
    if given is None and (form := form_of(request)) is not None:
        given = (await form.fields()).get("csrf_token")
    elif given is None and "form" in request.headers.get("content-type", ""):
        given = (await request.form()).get("csrf_token")
    if not isinstance(given, str) or not secrets.compare_digest(given.encode(), session.csrf.encode()):
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
