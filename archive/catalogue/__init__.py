"""The catalogue: what the database knows. Tables in `schema`, queries in modules by noun."""

from archive.catalogue.engine import Catalogue, CatalogueUnavailable
from archive.catalogue.leases import (
    alive,
    beat,
    check_lease,
    holders,
    release_lease,
    stop_beating,
    take_lease,
)
from archive.catalogue.migrate import SchemaOutdated, check, upgrade
from archive.catalogue.work import (
    BULK,
    URGENT,
    LeaseLost,
    Task,
    add_work,
    ask_again,
    claim_work,
    extend,
    fail,
    finish,
    give_back,
    put_off,
    retry_work,
    work_waits,
)

__all__ = [
    "BULK",
    "URGENT",
    "Catalogue",
    "CatalogueUnavailable",
    "LeaseLost",
    "SchemaOutdated",
    "Task",
    "add_work",
    "alive",
    "ask_again",
    "beat",
    "check",
    "check_lease",
    "claim_work",
    "extend",
    "fail",
    "finish",
    "give_back",
    "holders",
    "put_off",
    "release_lease",
    "retry_work",
    "stop_beating",
    "take_lease",
    "upgrade",
    "work_waits",
]
