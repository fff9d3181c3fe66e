"""/healthz, /readyz and /metrics: whether the service lives, whether it is ready, and its figures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import Field
from sqlalchemy import func, select

from api.access import Action, Actor
from api.request import Ask, identify, service_of
from api.rest.common import Strict
from archive.catalogue.schema import (
    deposits,
    documents,
    log_entries,
    log_outbox,
    stamps,
    witnesses,
    work,
)
from archive.stamp_asks import refusals

router = APIRouter(tags=["health"])
_FAILING = select(func.count()).where(witnesses.c.failure.is_not(None))


@router.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    """The process lives and answers."""
    return "alive\n"


class Readiness(Strict):
    """Whether every part answers, and by name what is wrong with each (`ok`: nothing)."""

    ready: bool
    parts: dict[str, str] = Field(examples=[{"catalogue": "ok", "keeper": "no keeper is alive"}])


@router.get("/readyz", response_model=Readiness)
def readyz(request: Request, actor: Annotated[Actor | None, Depends(identify)]) -> Response:
    """200 when every part answers, else 503; which part does not, only for those signed in."""
    health = service_of(request).health()
    ready = all(problem is None for problem in health.values())
    status = 200 if ready else 503
    if actor is None:
        return PlainTextResponse("ready\n" if ready else "not ready\n", status)
    readiness = Readiness(ready=ready, parts={name: problem or "ok" for name, problem in health.items()})
    return JSONResponse(readiness.model_dump(), status)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, _: Annotated[Actor, Depends(Ask(Action.OPERATIONS))]) -> str:
    """Figures for Prometheus, in its text format."""
    with service_of(request).archive.catalogue.read() as connection:
        lines = [
            f"tabellion_deposits {connection.scalar(select(func.count()).select_from(deposits))}",
            f"tabellion_log_entries {connection.scalar(select(func.count()).select_from(log_entries))}",
            f"tabellion_log_outbox {connection.scalar(select(func.count()).select_from(log_outbox))}",
            f"tabellion_token_refusals {len(refusals(connection))}",
            f"tabellion_witnesses_failing {connection.scalar(_FAILING)}",
        ]
        for name, table in (("work", work), ("documents", documents), ("stamps", stamps)):
            counts = connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
            lines += [f'tabellion_{name}{{state="{state}"}} {count}' for state, count in counts]
    return "\n".join(lines) + "\n"
