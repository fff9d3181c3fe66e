"""REST under /api/v1, one module a noun; shapes in each module's models, errors in `api.problems`."""

from fastapi import APIRouter

from api.rest import (
    account_access,
    accounts,
    audit,
    batch_items,
    batches,
    claims,
    composition,
    copies,
    cuts,
    debtors,
    deposits,
    documents,
    evidence,
    exports,
    factors,
    fields,
    identities,
    imports,
    links,
    log,
    matters,
    me,
    packages,
    registry_tables,
    reports,
    rescans,
    review,
    scopes,
    search,
    searching,
    stamps,
    stations,
    webhooks,
    work,
)
from api.rest import health as _health

router = APIRouter()
for module in (
    batches,
    batch_items,
    deposits,
    composition,
    cuts,
    copies,
    documents,
    fields,
    links,
    reports,
    rescans,
    review,
    scopes,
    evidence,
    exports,
    stamps,
    log,
    audit,
    debtors,
    claims,
    imports,
    registry_tables,
    matters,
    packages,
    search,
    searching,
    stations,
    accounts,
    account_access,
    identities,
    webhooks,
    work,
    me,
    factors,
):
    router.include_router(module.router)

health = _health.router

__all__ = ["health", "router"]
