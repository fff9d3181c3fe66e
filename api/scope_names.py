"""Scopes as people write them, and as they are kept: `portfolio:Box 12 claims` becomes `portfolio:<id>`."""

from typing import Final

import regex
from sqlalchemy import Connection, select

from api.access import ALL
from archive.catalogue.schema import matters, parties
from archive.registry import find_portfolio
from tabellion.base.errors import BadRequest, NotFound

_SCOPE: Final = regex.compile(rf"{ALL}|unassigned|(portfolio|creditor|matter):[A-Za-z0-9-]{{1,36}}")
_PORTFOLIO: Final = "portfolio:"


def check_scope(scope: str) -> None:
    """Raise BadRequest for what is no scope by its shape."""
    if not _SCOPE.fullmatch(scope):
        raise BadRequest("a scope is portfolio:ID, creditor:ID, matter:ID, unassigned, or all")


def scope_there(connection: Connection, wanted: str) -> str:
    """The scope as it is kept; a portfolio may be named by id, name or external id.

    Raises NotFound for what it names and is not there, BadRequest for what is no scope: a scope on nothing would look
    like a permission, and open no paper.
    """
    if wanted.startswith(_PORTFOLIO):
        return _PORTFOLIO + find_portfolio(connection, wanted.removeprefix(_PORTFOLIO).strip())
    check_scope(wanted)
    kind, _, named = wanted.partition(":")
    table = {"creditor": parties, "matter": matters}.get(kind)
    if table is not None and connection.scalar(select(table.c.id).where(table.c.id == named)) is None:
        raise NotFound(f"there is no {kind} {named!r}", advice="It is named by its id.")
    return wanted


def scope_given(connection: Connection, wanted: str) -> str:
    """The scope that is taken back: as `scope_there`, but what it names need not be there any more."""
    try:
        return scope_there(connection, wanted)
    except NotFound:
        check_scope(wanted)
        return wanted
