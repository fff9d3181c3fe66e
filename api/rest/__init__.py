"""REST under /api/v1, one module a noun; shapes in each module's models, errors in `api.problems`."""

from fastapi import APIRouter

from api.rest import health as _health
from api.rest import log, me

router = APIRouter()
for module in (me, log):
    router.include_router(module.router)

health = _health.router

__all__ = ["health", "router"]
