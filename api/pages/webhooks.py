"""`/operations/webhooks`: who is told of changes, what could not be told, and sending it again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Action, Actor
from api.hooks.managing import BadHook, list_hooks, undelivered
from api.pages.people import checked
from api.pages.render import page
from api.pages.words import N_
from api.request import Ask, service_of
from api.rest import webhooks as rest
from archive.registry import list_portfolios

router = APIRouter(prefix="/operations/webhooks", include_in_schema=False)
Manager = Annotated[Actor, Depends(Ask(Action.WEBHOOKS))]
HookId = Annotated[str, Path(max_length=36)]

EVENTS = {
    "deposit.received": N_("a file was received"),
    "document.composed": N_("a paper was put together"),
    "document.read": N_("a paper was read"),
    "document.corrected": N_("a figure was corrected"),
    "document.linked": N_("links of a paper changed"),
    "batch.opened": N_("a batch was opened"),
    "batch.changed": N_("a batch changed"),
    "batch.closed": N_("a batch was closed"),
    "webhook.test": N_("a test"),
}


@router.get("")
def show(request: Request, actor: Manager) -> Response:
    """All webhooks, and the messages that did not arrive."""
    return _page(request, actor, None)


@router.post("")
def make(
    request: Request,
    actor: Manager,
    name: Annotated[str, Form(max_length=120)],
    url: Annotated[str, Form(max_length=500)],
    events: Annotated[list[str] | None, Form(max_length=20)] = None,
    scopes: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """A new webhook; its secret is on this page and nowhere else."""
    if not events or not scopes:
        raise BadHook("a webhook has a name, events and scopes")
    body = checked(
        lambda: rest.HookIn.model_validate(
            {"name": name, "url": url, "events": events or [], "scopes": scopes or []}
        )
    )
    return _page(request, actor, rest.make(request, body, actor).secret)


@router.post("/{webhook_id}/end")
def end(request: Request, actor: Manager, webhook_id: HookId) -> Response:
    """Tell it nothing more."""
    rest.end(request, webhook_id, actor)
    return _back()


@router.post("/{webhook_id}/test")
def test(request: Request, actor: Manager, webhook_id: HookId) -> Response:
    """Send a message that says nothing."""
    rest.test(request, webhook_id, actor)
    return _back()


@router.post("/resend")
def resend(request: Request, actor: Manager, message: Annotated[str, Form(max_length=36)] = "") -> Response:
    """Send a dead message again, or all of them."""
    rest.resend(request, actor, None, message or None)
    return _back()


def _page(request: Request, actor: Actor, secret: str | None) -> Response:
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        names = {f"portfolio:{row.id}": row.name for row in list_portfolios(connection)}
        context = {
            "hooks": list_hooks(connection),
            "messages": undelivered(connection),
            "portfolios": names,
            "events": EVENTS,
            "secret": secret,
        }
    return page(request, "webhooks.html", context, actor=actor, here="operations")


def _back() -> Response:
    return RedirectResponse("/operations/webhooks", 303)
