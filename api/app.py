"""Builds the application: REST, pages, errors, headers; refuses to start with a route that asks nobody."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute, Mount

from api import pages, problems, rest
from api.access import PUBLIC, Action, Actor
from api.request import Ask, asked
from api.security import SecurityHeaders
from api.service import Service
from tabellion.base.errors import SettingsError

TITLE = "Tabellion"


def build_app(service: Service, version: str) -> FastAPI:
    """The ASGI application over these parts."""
    app = FastAPI(
        title=TITLE,
        version=version,
        openapi_url=None,  # served below, to those signed in
        docs_url=None,
        redoc_url=None,
        responses=problems.PROBLEMS,
    )
    app.state.service = service
    app.include_router(rest.router, prefix="/api/v1")
    app.include_router(rest.health)
    app.include_router(pages.router)
    _serve_openapi(app)
    problems.install(app, pages.error_page)
    app.add_middleware(SecurityHeaders, ids=service.archive.ids, tls=service.options.secure_cookies)
    refuse_ungated(app.routes)
    return app


def refuse_ungated(routes: list[BaseRoute]) -> None:
    """Raise SettingsError where a route neither asks the gate nor stands in its public list."""
    for route in routes:
        if isinstance(route, Mount):
            raise SettingsError(f"{route.path} is mounted past the gate")
        methods: set[str] = (getattr(route, "methods", None) or {"GET"}) - {"HEAD", "OPTIONS"}
        path: str = getattr(route, "path", "")
        if not asked(route) and not all((method, path) in PUBLIC for method in methods):
            raise SettingsError(f"the route {path} asks nobody")


def _serve_openapi(app: FastAPI) -> None:
    @app.get("/api/v1/openapi.json", include_in_schema=False)
    def openapi(_: Annotated[Actor, Depends(Ask(Action.ME))]) -> JSONResponse:
        document: dict[str, Any] = app.openapi()
        return JSONResponse(document)
