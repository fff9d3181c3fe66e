"""`/`: where each role begins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Action, Actor
from api.request import Ask

router = APIRouter(include_in_schema=False)

STARTS = (
    (Action.BATCH_WRITE, "/batches"),
    (Action.OPERATIONS, "/operations"),
    (Action.LOG_READ, "/evidence"),
    (Action.MATTER_READ, "/matters"),
    (Action.SEARCH, "/search"),
    (Action.REGISTRY_WRITE, "/imports"),
)
"""The first action that somebody may do says where he begins."""


@router.get("/")
def start(_: Request, actor: Annotated[Actor, Depends(Ask(Action.ME))]) -> Response:
    """Operators at their batches, administrators at operations, auditors at the evidence, legal staff at
    their matters, clerks of the registry at the imports, others at the search."""
    address = next((address for action, address in STARTS if actor.may(action)), "/me")
    return RedirectResponse(address, 303)
