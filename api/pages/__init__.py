"""Web pages: one module a page, templates beside; all state is in the address, reading works without JavaScript."""

from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.addresses import inside
from api.pages import (
    assets,
    batch_acts,
    batches,
    claims,
    crops,
    cuts,
    debtors,
    evidence,
    exports,
    factors,
    guide,
    imports,
    links,
    matter_packages,
    matters,
    me,
    operations,
    originals,
    people,
    provider,
    reports,
    review,
    review_figures,
    search,
    searching,
    second_step,
    sign_in,
    start,
    tray,
    verify,
    viewer,
    webhooks,
)
from api.pages.render import page
from api.problems import refusal_fields
from tabellion.base.errors import NotSignedIn, TabellionError

router = APIRouter()
for module in (
    assets,
    sign_in,
    second_step,
    provider,
    start,
    search,
    searching,
    guide,
    crops,
    viewer,
    originals,
    links,
    debtors,
    claims,
    review,
    review_figures,
    imports,
    batches,
    batch_acts,
    cuts,
    tray,
    matters,
    exports,
    matter_packages,
    evidence,
    verify,
    webhooks,
    reports,
    operations,
    people,
    me,
    factors,
):
    router.include_router(module.router)


def error_page(request: Request, error: TabellionError) -> Response:
    """An error for people: what, and what to do. Who is not signed in is led there and back."""
    if isinstance(error, NotSignedIn):
        to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?to={quote(to)}", 303)
    context = {
        "message": error.message,
        "advice": error.diagnostics(),
        "code": error.code,
        "request_id": getattr(request.state, "id", ""),
        "back": _back(request),
    }
    answer = page(
        request, "error.html", context, actor=getattr(request.state, "actor", None), status=error.status
    )
    answer.headers.update(refusal_fields(error))
    return answer


def _back(request: Request) -> str | None:
    """The page of this service that the request came from, where the browser says so."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return None
    # A form is sent to the address of its own page; a page that cannot be shown is no way back.
    itself = request.method == "GET" and came.path == request.url.path
    if came.netloc != request.url.netloc or came.path == "/sign-in" or itself:
        return None
    return inside(came.path + (f"?{came.query}" if came.query else ""))


__all__ = ["error_page", "router"]
