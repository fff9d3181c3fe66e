"""/healthz, /readyz and /metrics: whether the service lives, whether it is ready, and its figures."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import Field

from api.access import Action, Actor
from api.exposition import MEDIA_TYPE, exposed
from api.request import Ask, identify, service_of
from api.rest.common import Strict
from api.service import SPARED
from api.watching import figures

router = APIRouter(tags=["health"])


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """The process lives and answers."""
    return "alive\n"


class Readiness(Strict):
    """Whether every part that is needed answers, and by name what is wrong with each (`ok`: nothing).

    Without `broker` work goes on, up to a second later: it is told, and does not count.
    """

    ready: bool
    parts: dict[str, str] = Field(examples=[{"catalogue": "ok", "keeper": "no keeper is alive"}])
    seconds: dict[str, float] = Field(
        examples=[{"catalogue": 0.002, "vault": 0.011}], description="How long those took that are asked."
    )


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={
        503: {
            "model": Readiness,
            "description": "A needed part does not answer; for strangers without its name.",
        }
    },
)
async def readyz(request: Request, actor: Annotated[Actor | None, Depends(identify)]) -> Response:
    """200 when every part that is needed answers, else 503; which part does not, only for those signed in."""
    # A limiter of its own: where all threads wait for a part that hangs, somebody must be told so.
    health = await to_thread.run_sync(service_of(request).health, limiter=CapacityLimiter(1))
    ready = all(problem is None for name, problem in health.items() if name not in SPARED)
    status = 200 if ready else 503
    if actor is None:
        return PlainTextResponse("ready\n" if ready else "not ready\n", status)
    readiness = Readiness(
        ready=ready,
        parts={name: problem or "ok" for name, problem in health.items()},
        seconds={name: round(taken, 4) for name, taken in service_of(request).took().items()},
    )
    return JSONResponse(readiness.model_dump(), status)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, _: Annotated[Actor, Depends(Ask(Action.METRICS))]) -> Response:
    """Figures for Prometheus, in its text format; a token of the action `metrics.read` may do nothing else."""
    return Response(exposed(figures(service_of(request))), media_type=MEDIA_TYPE)
