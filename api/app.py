"""Builds the application: REST, pages, errors, headers; refuses to start with a route that asks nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from api import pages, problems, rest
from api.access import PUBLIC, Action, Actor
from api.hosts import HostCheck
from api.limits import Costly, Guard, Limiter
from api.openapi import describe
from api.request import COOKIE, Ask, asked
from api.security import BodyLimit, SecurityHeaders
from api.service import Service
from tabellion.base.errors import SettingsError

TITLE = "Tabellion"
LARGEST_BODY, LARGEST_LIST = 2**20, 16 * 2**20
"""What a request may carry besides a file; and where that is a long list, such as 100 000 announced digests."""

LISTS = frozenset(
    {
        ("POST", "/api/v1/batches/{batch_id}/announced"),
        ("POST", "/api/v1/packages"),
        ("POST", "/api/v1/matters/{matter_id}/selections"),
        ("PUT", "/api/v1/matters/{matter_id}/selections/{selection_id}"),
    }
)
STREAMED = frozenset(
    {("POST", "/api/v1/deposits"), ("POST", "/api/v1/imports"), ("POST", "/evidence/verify")}
)
"""Routes that read their body piece by piece, and bound it by a setting of its own."""


def build_app(service: Service, version: str) -> FastAPI:
    """The ASGI application over these parts."""
    app = FastAPI(
        title=TITLE,
        version=version,
        openapi_url=None,  # served below, to those signed in
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect is built from the Host header, which anybody may have written
        routes=list(_routes()),
    )
    app.state.service = service
    limiter = Limiter(service.archive, service.options.limits, service.options.zone)
    app.state.limiter = limiter
    app.state.uploads = CapacityLimiter(service.options.limits.at_once[Costly.UPLOAD].all)
    _serve_openapi(app)
    refuse = problems.install(app, pages.error_page)
    others = dict.fromkeys(LISTS, LARGEST_LIST) | dict.fromkeys(STREAMED)
    app.add_middleware(BodyLimit, limit=LARGEST_BODY, others=others, refuse=refuse)
    app.add_middleware(Guard, limiter=limiter, cookie=COOKIE, refuse=refuse)
    app.add_middleware(HostCheck, names=service.options.hosts, refuse=refuse)
    app.add_middleware(SecurityHeaders, ids=service.archive.ids, tls=service.options.secure_cookies)
    refuse_ungated(app.routes)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """All routes of REST and pages. They hold no part of a service, and take half a second to be made."""
    all_of_them = APIRouter()
    all_of_them.include_router(rest.router, prefix="/api/v1")
    all_of_them.include_router(rest.health)
    all_of_them.include_router(pages.router)
    return tuple(all_of_them.routes)


@dataclass(frozen=True, slots=True)
class Gated:
    """A route as the gate sees it: method, path template, and the actions that it asks for (none: it asks nobody)."""

    method: str
    path: str
    actions: frozenset[Action]

    @property
    def public(self) -> bool:
        """Whether it stands in the gate's public list."""
        return (self.method, self.path) in PUBLIC


def gated_routes(routes: Sequence[BaseRoute]) -> Iterator[Gated]:
    """Every route, those of included routers too. Raises SettingsError for what is mounted past the gate."""
    for route in iter_route_contexts(routes):
        methods = route.methods
        if not methods or route.path is None:
            raise SettingsError(f"{route.path} is mounted past the gate")
        for method in sorted(methods - {"HEAD", "OPTIONS"}):
            yield Gated(method, route.path, asked(route))


def refuse_ungated(routes: Sequence[BaseRoute]) -> None:
    """Raise SettingsError where a route neither asks the gate nor stands in its public list."""
    for route in gated_routes(routes):
        if not route.actions and not route.public:
            raise SettingsError(f"{route.method} {route.path} asks nobody")


def _serve_openapi(app: FastAPI) -> None:
    @cache
    def document() -> dict[str, Any]:
        return describe(
            app, [(route.method, route.path, route.actions) for route in gated_routes(app.routes)]
        )

    @app.get("/api/v1/openapi.json", include_in_schema=False)
    def openapi(_: Annotated[Actor, Depends(Ask(Action.ME))]) -> JSONResponse:
        return JSONResponse(document())
