"""Errors as answers: problem+json (RFC 9457) for programs, a page for people; both with the code and what to do."""

import logging
from collections.abc import Awaitable, Callable
from math import ceil

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.forms import is_form
from api.limits import Busy, TooSlow
from api.request import SAFE_METHODS, identify
from tabellion.base.errors import BadRequest, NotFound, NotSignedIn, TabellionError, TooLarge, TooMany

log = logging.getLogger(__name__)

BUSY_SECONDS = 5
Refuse = Callable[[Request, TabellionError], Response]


class MethodNotAllowed(BadRequest):
    """There is something at this address, but not by this method."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    advice = "/api/v1/openapi.json lists the methods of every address."


class Problem(BaseModel):
    """The shape of every error (RFC 9457), with a stable `code` and what to do in `advice`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:tabellion:problem:NOT_FOUND",
                    "title": "there is no such document, or not for you",
                    "status": 404,
                    "code": "NOT_FOUND",
                    "advice": "Check the identifier; what you may not see or do is answered in the same way.",
                    "request": "0193…",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    code: str
    advice: str
    request: str


def problem(request: Request, error: TabellionError) -> JSONResponse:
    """The error as problem+json."""
    body = Problem(
        type=f"urn:tabellion:problem:{error.code}",
        title=error.message,
        status=error.status,
        code=error.code,
        advice=error.diagnostics(),
        request=getattr(request.state, "id", ""),
    )
    return JSONResponse(
        body.model_dump(), error.status, media_type="application/problem+json", headers=refusal_fields(error)
    )


def refusal_fields(error: TabellionError) -> dict[str, str]:
    """The header fields of an error: when to come again, how to say who one is."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(max(1, ceil(error.seconds)))}
    if isinstance(error, Busy):
        return {"Retry-After": str(BUSY_SECONDS)}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


def install(app: FastAPI, page: Refuse) -> Refuse:
    """Answer every error in one shape; `page(request, error)` makes the one for browsers.

    Gives what makes the answers, for those that stand before the application.
    """

    def answer(request: Request, error: TabellionError) -> Response:
        return page(request, error) if _wants_page(request, error) else problem(request, error)

    @app.exception_handler(TabellionError)
    async def ours(request: Request, error: TabellionError) -> Response:
        if error.status >= 500:
            log.error("request failed", extra={"code": error.code, "path": request.url.path}, exc_info=error)
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # The values themselves stay out: they may be passwords, and they may be hostile.
        places = "; ".join(".".join(map(str, item["loc"])) + ": " + item["msg"] for item in error.errors())
        return answer(request, BadRequest(places))

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        # No route, so nobody asked who it is; a page speaks the reader's language and keeps its frame all the same.
        if request.method in SAFE_METHODS and "text/html" in request.headers.get("accept", ""):
            try:
                await identify(request)
            except TabellionError as refused:  # he asks too often
                return answer(request, refused)
        return answer(request, _framework_error(error))

    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("request failed", extra={"path": request.url.path}, exc_info=error)
        return answer(request, TabellionError("something went wrong here"))

    # Not a handler of the framework's: its answers would leave past the headers that go round every other one.
    app.add_middleware(Unexpected, handler=unexpected)
    return answer


def _wants_page(request: Request, error: TabellionError) -> bool:
    """Whether a browser shows the answer as it is: of a page, or of a plain form with a file, which goes to REST."""
    if "text/html" not in request.headers.get("accept", ""):
        return False
    if not request.url.path.startswith("/api/"):
        return True
    return is_form(request) and not isinstance(error, NotSignedIn)


class Unexpected:
    """ASGI middleware: an error that nobody foresaw becomes an answer, as long as none has begun."""

    def __init__(self, app: ASGIApp, handler: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            response = await self._handler(Request(scope), error)
            await response(scope, receive, send)


def _framework_error(error: HTTPException) -> TabellionError:
    match error.status_code:
        case 404:
            return NotFound("there is no such page")
        case 405:
            return MethodNotAllowed("that is not done here")
        case 408:
            return TooSlow("the request came too slowly, or not to its end")
        case 413:
            return TooLarge("the request carries more than it may")
        case _:
            return BadRequest(str(error.detail))
