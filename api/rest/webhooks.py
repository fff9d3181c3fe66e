"""/webhooks: who is told of changes, and what could not be told; for administrators."""

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, status
from pydantic import Field

from api.access import ALL, Action, Actor
from api.hooks.managing import ask_for_test, end_hook, list_hooks, make_hook, send_again, undelivered
from api.hooks.telling import EVENTS
from api.request import Ask, service_of
from api.rest.common import Strict
from tabellion.base.errors import BadRequest

router = APIRouter(prefix="/webhooks", tags=["operations"])
Manager = Annotated[Actor, Depends(Ask(Action.WEBHOOKS))]
HookId = Annotated[str, Path(max_length=36)]
Events = Literal[
    "deposit.received",
    "document.composed",
    "document.read",
    "document.corrected",
    "document.linked",
    "batch.opened",
    "batch.changed",
    "batch.closed",
]
SCOPE: Final = re.compile(rf"{ALL}|unassigned|(portfolio|creditor|matter):[A-Za-z0-9-]{{1,36}}")


class HookIn(Strict):
    """A webhook to make: where messages go, of which events, about papers of which scopes."""

    name: str = Field(min_length=1, max_length=120, examples=["Collection system"])
    url: str = Field(max_length=500, examples=["https://crm.example/hooks/tabellion"])
    events: list[Events] = Field(min_length=1, max_length=len(EVENTS), examples=[["document.linked"]])
    scopes: list[str] = Field(min_length=1, max_length=200, examples=[["portfolio:0193"]])


class Hook(Strict):
    """A webhook as it is now; the secret is in the answer to its making and nowhere else."""

    webhook: str
    name: str
    url: str
    events: list[str]
    scopes: list[str]
    created_at: datetime
    disabled_at: datetime | None = Field(description="When its receiver answered 410 (Gone).")
    waiting: int
    dead: int
    sent_at: datetime | None = Field(description="When a message arrived last.")


class HookMade(Strict):
    """The new webhook and its secret, shown only now: `whsec_` and base64, as Standard Webhooks has it."""

    webhook: str
    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class Message(Strict):
    """A message that did not arrive yet: dead, or to be sent again at `ready_at`."""

    message: str
    webhook: str
    event: str
    state: Literal["waiting", "dead"]
    attempts: int
    created_at: datetime
    ready_at: datetime
    status: int | None
    failure: str | None


class Queued(Strict):
    """The message that will be sent."""

    message: str


class Again(Strict):
    """How many dead messages are sent again."""

    messages: int


@router.get("")
def hooks(request: Request, _: Manager) -> list[Hook]:
    """Every webhook, with what waits and what is dead."""
    with service_of(request).archive.catalogue.read() as connection:
        return [
            Hook(
                webhook=row.id,
                **{name: getattr(row, name) for name in Hook.model_fields if name != "webhook"},
            )
            for row in list_hooks(connection)
        ]


@router.post("", status_code=status.HTTP_201_CREATED)
def make(request: Request, body: HookIn, actor: Manager) -> HookMade:
    """Make a webhook; an entry of the log. Messages are signed as Standard Webhooks 1.0.0 says."""
    for scope in body.scopes:
        if not SCOPE.fullmatch(scope):
            raise BadRequest(f"{scope[:60]!r} is no scope")
    service = service_of(request)
    with service.archive.catalogue.write() as connection:
        hook, secret = make_hook(
            service.archive,
            connection,
            actor,
            name=body.name,
            url=body.url,
            events=body.events,
            scopes=body.scopes,
            networks=service.options.private_networks,
        )
    return HookMade(webhook=hook, secret=secret)


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
def end(request: Request, webhook_id: HookId, actor: Manager) -> None:
    """Tell it nothing more; what waits for it is forgotten. An entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        end_hook(archive, connection, actor, webhook_id)


@router.post("/{webhook_id}/test", status_code=status.HTTP_202_ACCEPTED)
def test(request: Request, webhook_id: HookId, _: Manager) -> Queued:
    """Have a message `webhook.test` sent to it; a disabled one is enabled."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        return Queued(message=ask_for_test(archive, connection, webhook_id))


@router.get("/messages")
def messages(request: Request, _: Manager) -> list[Message]:
    """The newest hundred messages that did not arrive; never what they say."""
    with service_of(request).archive.catalogue.read() as connection:
        return [
            Message(
                message=row.id,
                webhook=row.webhook_id,
                **{
                    name: getattr(row, name)
                    for name in ("event", "state", "attempts", "created_at", "ready_at")
                },
                status=row.status,
                failure=row.failure,
            )
            for row in undelivered(connection)
        ]


@router.post("/messages/resend", status_code=status.HTTP_202_ACCEPTED)
def resend(
    request: Request,
    _: Manager,
    webhook: Annotated[str | None, Query(max_length=36)] = None,
    message: Annotated[str | None, Query(max_length=36)] = None,
) -> Again:
    """Have dead messages sent again: one, those of a webhook, or all."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        return Again(messages=send_again(archive, connection, hook=webhook, message=message))
