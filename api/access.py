"""The gate: who may do what to which object. Default deny; every route, list, count and export asks here.

A role gives actions; a scope says on which documents and pages. Documents carry scopes, a page span may carry narrower
ones that replace them on its pages, and the original's bytes need the right to all its pages. Forbidden and unknown
answer alike (`Forbidden` is a `NotFound`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, true

from archive.catalogue.schema import (
    batches,
    current,
    document_deposits,
    document_pages,
    document_scopes,
    documents,
    matters,
)
from search.port import Scopes
from tabellion.base.errors import Forbidden, NotSignedIn

ALL = "all"
UNASSIGNED = "unassigned"

FEW_NAMED = 1_000
"""Rows of scopes by which a list of documents is found; of more, the newest of all are looked at in their order."""

# One sentence for what is forbidden and what is unknown, so that nobody can tell them apart.
NO_DOCUMENT = "there is no such document, or not for you"
NO_DEPOSIT = "there is no such deposit, or not for you"
NO_BATCH = "there is no such batch, or not for you"
NO_PAGE = "there is no such page, or not for you"
NO_MATTER = "there is no such matter, or not for you"

PUBLIC = frozenset(
    {
        ("GET", "/healthz"),
        ("GET", "/readyz"),  # the status; which part is not ready only for those signed in
        ("GET", "/api/v1/log/checkpoint"),
        ("GET", "/api/v1/log/tile/{level}/{path:path}"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("GET", "/sign-in/second"),  # for who has shown the first factor; others are led back
        ("POST", "/sign-in/second"),
        ("GET", "/sign-in/provider"),
        ("GET", "/sign-in/provider/back"),
        ("GET", "/sign-in/provider/signed-out"),
        ("GET", "/static/{path:path}"),
    }
)
"""Every route that asks nobody; a route that is neither here nor gated keeps the service from starting."""


class Action(StrEnum):
    """What can be done; roles are sets of these."""

    ME = "me"
    SEARCH = "search"
    SEARCH_EXPORT = "search.export"
    READ = "document.read"
    DOWNLOAD = "document.download"
    COMPOSE = "document.compose"
    CORRECT = "document.correct"
    LINK = "document.link"
    GRANT = "document.grant"
    EXPORT = "package.export"
    MATTER_READ = "matter.read"
    MATTER_WRITE = "matter.write"
    RECEIVE = "deposit.create"
    RECEIPT = "deposit.receipt"
    BATCH_READ = "batch.read"
    BATCH_WRITE = "batch.write"
    REGISTRY_READ = "registry.read"
    REGISTRY_WRITE = "registry.write"
    EVIDENCE = "evidence.read"
    LOG_READ = "log.read"
    STAMP = "stamp.now"
    RETRY = "work.retry"
    STATIONS = "stations.manage"
    ACCOUNTS = "accounts.manage"
    OPERATIONS = "operations.read"
    METRICS = "metrics.read"
    WEBHOOKS = "webhooks.manage"
    REPORTS = "reports.read"


_COMMON = {Action.ME}
_READER = {Action.SEARCH, Action.READ, Action.REGISTRY_READ, Action.EVIDENCE}

ROLES: dict[str, frozenset[Action]] = {
    "operator": frozenset(
        _COMMON
        | _READER
        | {
            Action.RECEIVE,
            Action.RECEIPT,
            Action.REPORTS,
            Action.BATCH_READ,
            Action.BATCH_WRITE,
            Action.COMPOSE,
            Action.RETRY,
        }
    ),
    "collector": frozenset(
        _COMMON | _READER | {Action.SEARCH_EXPORT, Action.DOWNLOAD, Action.CORRECT, Action.LINK}
    ),
    "legal": frozenset(
        _COMMON
        | _READER
        | {Action.DOWNLOAD, Action.CORRECT, Action.LINK, Action.STAMP, Action.RECEIPT, Action.BATCH_READ}
        | {Action.SEARCH_EXPORT, Action.EXPORT, Action.MATTER_READ, Action.MATTER_WRITE, Action.REPORTS}
    ),
    # Reads evidence and entries; documents only where a scope says so.
    "auditor": frozenset(
        _COMMON
        | {Action.SEARCH, Action.READ, Action.DOWNLOAD, Action.EVIDENCE, Action.LOG_READ, Action.RECEIPT}
    ),
    # Brings the registry in, and neither reads papers nor administers.
    "registrar": frozenset(_COMMON | {Action.REGISTRY_READ, Action.REGISTRY_WRITE}),
    # Administers and does not read.
    "administrator": frozenset(
        _COMMON
        | {
            Action.ACCOUNTS,
            Action.STATIONS,
            Action.OPERATIONS,
            Action.METRICS,
            Action.WEBHOOKS,
            Action.REPORTS,
            Action.RETRY,
            Action.REGISTRY_READ,
            Action.REGISTRY_WRITE,
            Action.GRANT,
            Action.STAMP,
        }
    ),
    "station": frozenset(_COMMON | {Action.RECEIVE, Action.RECEIPT, Action.BATCH_READ, Action.BATCH_WRITE}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an account with its roles and scopes, narrowed by the token it came with."""

    account_id: str
    name: str
    pseudonym: str
    roles: frozenset[str]
    scopes: frozenset[str]
    station_id: str | None = None
    only: frozenset[Action] | None = None
    locale: str = "en"
    zone: str | None = None

    @property
    def actions(self) -> frozenset[Action]:
        """What the roles allow, less what the token leaves out."""
        granted: frozenset[Action] = frozenset().union(*(ROLES.get(role, frozenset()) for role in self.roles))
        return granted if self.only is None else granted & self.only

    def may(self, action: Action) -> bool:
        """Whether a role allows it at all; on which objects, the other functions say."""
        return action in self.actions

    @property
    def sees_all(self) -> bool:
        """Whether every document is in scope."""
        return ALL in self.scopes


@dataclass(frozen=True, slots=True)
class DocumentAccess:
    """Which pages of a document are open to an actor."""

    document_id: str
    whole: bool
    closed_spans: tuple[tuple[int, int], ...] = ()
    open_spans: tuple[tuple[int, int], ...] = ()

    def page(self, number: int) -> bool:
        """Whether that page may be seen."""
        if any(first <= number <= last for first, last in self.open_spans):
            return True
        return self.whole and not any(first <= number <= last for first, last in self.closed_spans)

    @property
    def complete(self) -> bool:
        """Whether all pages may be seen."""
        return self.whole and not self.closed_spans


def require(actor: Actor | None, action: Action) -> Actor:
    """Raise NotSignedIn or Forbidden unless a role of the actor allows the action."""
    if actor is None:
        raise NotSignedIn("sign in first")
    if not actor.may(action):
        raise Forbidden("there is no such thing here for you")
    return actor


def require_document(
    connection: Connection, actor: Actor, action: Action, document_id: str
) -> DocumentAccess:
    """Which pages of the document are open; raises Forbidden where none is or there is no such document."""
    require(actor, action)
    access = _access(connection, actor, [document_id]).get(document_id)
    if access is None or not (access.whole or access.open_spans):
        raise Forbidden(NO_DOCUMENT)
    return access


def require_page(connection: Connection, actor: Actor, action: Action, document_id: str, page: int) -> None:
    """Raise Forbidden unless the document has that page, and it is open to the actor."""
    opened = require_document(connection, actor, action, document_id)
    there = select(document_pages.c.position).where(
        document_pages.c.document_id == document_id, document_pages.c.position == page
    )
    if not opened.page(page) or connection.scalar(there) is None:
        raise Forbidden(NO_PAGE)


def require_original(connection: Connection, actor: Actor, deposit_id: str) -> None:
    """Raise Forbidden unless every page of the deposit, in every document that uses it, is open to the actor."""
    require(actor, Action.DOWNLOAD)
    holders = connection.scalars(
        select(document_deposits.c.document_id).where(document_deposits.c.deposit_id == deposit_id)
    ).all()
    accesses = _access(connection, actor, holders)
    used = connection.execute(
        select(document_pages.c.document_id, document_pages.c.position).where(
            document_pages.c.deposit_id == deposit_id
        )
    ).all()
    unread = set(holders) - {row.document_id for row in used}
    closed = (
        not holders
        or any(not accesses[holder].complete for holder in unread)
        or any(not accesses[row.document_id].page(row.position) for row in used)
    )
    if closed:
        raise Forbidden(NO_DEPOSIT)


def require_evidence(connection: Connection, actor: Actor, document_id: str) -> None:
    """Raise Forbidden unless the actor may see the evidence of a document.

    That is what the log says of it, no word of what it says itself: whoever reads the log may see it, and whoever may
    open a page of the document.
    """
    require(actor, Action.EVIDENCE)
    if not actor.may(Action.LOG_READ):
        require_document(connection, actor, Action.EVIDENCE, document_id)
    elif connection.scalar(select(documents.c.id).where(documents.c.id == document_id)) is None:
        raise Forbidden(NO_DOCUMENT)


def require_batch(connection: Connection, actor: Actor, action: Action, batch_id: str) -> None:
    """Raise Forbidden where there is no such batch, or it is not for the actor."""
    require(actor, action)
    query = select(batches.c.id).where(batches.c.id == batch_id, visible_batches(actor))
    if connection.scalar(query) is None:
        raise Forbidden(NO_BATCH)


def require_matter(connection: Connection, actor: Actor, action: Action, matter_id: str) -> None:
    """Raise Forbidden where there is no such matter, or it is not for the actor."""
    require(actor, action)
    query = select(matters.c.id).where(matters.c.id == matter_id, visible_matters(actor))
    if connection.scalar(query) is None:
        raise Forbidden(NO_MATTER)


def require_portfolio(actor: Actor, portfolio_id: str | None) -> None:
    """Raise Forbidden unless papers of that portfolio (none: of no portfolio yet) are in the actor's scopes."""
    scope = UNASSIGNED if portfolio_id is None else f"portfolio:{portfolio_id}"
    if not actor.sees_all and scope not in actor.scopes:
        raise Forbidden("there is no such portfolio, or not for you")


def visible_documents(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a row of `documents` may appear in a list or a count for the actor."""
    if actor.sees_all:
        return true()
    if not actor.scopes:
        return ~true()
    return exists().where(
        document_scopes.c.document_id == documents.c.id,
        document_scopes.c.scope.in_(actor.scopes),
        document_scopes.c.granted == 1,
        current(document_scopes, "document_id", "first_page", "last_page", "scope"),
    )


def listed_documents(connection: Connection, actor: Actor) -> ColumnElement[bool]:
    """The condition of `visible_documents` for a list of the newest.

    Where the actor's scopes name few documents, the database is led to these. Going back from the newest of all, it
    would look at every document there is before it has found as many as a page has.
    """
    if actor.sees_all:
        return true()
    named = select(document_scopes.c.document_id).where(document_scopes.c.scope.in_(actor.scopes))
    some = named.limit(FEW_NAMED + 1).subquery()
    few = (connection.scalar(select(func.count()).select_from(some)) or 0) <= FEW_NAMED
    visible = visible_documents(actor)
    return and_(documents.c.id.in_(named), visible) if few else visible


def visible_batches(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a row of `batches` may appear for the actor; a station sees its own only."""
    if actor.station_id is not None:
        return batches.c.station_id == actor.station_id
    if actor.sees_all:
        return true()
    portfolios = [
        scope.removeprefix("portfolio:") for scope in actor.scopes if scope.startswith("portfolio:")
    ]
    conditions = [batches.c.portfolio_id.in_(portfolios)]
    if UNASSIGNED in actor.scopes:
        conditions.append(batches.c.portfolio_id.is_(None))
    return or_(*conditions)


def own_matters(actor: Actor) -> ColumnElement[bool]:
    """The condition that a row of `matters` is the actor's: he opened it, or a scope of his names it.

    It shows what was chosen for a matter; of that, he opens what his scopes on documents open.
    """
    named = [scope.removeprefix("matter:") for scope in actor.scopes if scope.startswith("matter:")]
    return or_(matters.c.opened_by == actor.pseudonym, matters.c.id.in_(named))


def visible_matters(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a row of `matters` may appear for the actor."""
    return true() if actor.sees_all else own_matters(actor)


def search_scopes(actor: Actor) -> Scopes:
    """The scopes that go into every query to the index."""
    return Scopes.all() if actor.sees_all else Scopes.of(*actor.scopes)


def open_pages(
    connection: Connection, actor: Actor, document_ids: Iterable[str]
) -> dict[str, DocumentAccess]:
    """The access to each of several documents in one query; those with no open page are left out."""
    return {
        document_id: access
        for document_id, access in _access(connection, actor, document_ids).items()
        if access.whole or access.open_spans
    }


def _access(connection: Connection, actor: Actor, document_ids: Iterable[str]) -> dict[str, DocumentAccess]:
    wanted = list(dict.fromkeys(document_ids))
    known = connection.scalars(select(documents.c.id).where(documents.c.id.in_(wanted))).all()
    if actor.sees_all:
        return {document_id: DocumentAccess(document_id, whole=True) for document_id in known}
    # A document has a few rows, so the newest of each key is found here. Asked for in the query, a database may look
    # for newer rows by the scope, which a twentieth of a large archive has.
    rows = connection.execute(
        select(document_scopes).where(document_scopes.c.document_id.in_(known)).order_by(document_scopes.c.id)
    )
    newest = {(row.document_id, row.first_page, row.last_page, row.scope): row.granted == 1 for row in rows}
    spans: dict[str, dict[tuple[int, int], bool]] = {document_id: {} for document_id in known}
    for (document_id, first, last, scope), granted in newest.items():
        if granted:
            of_document = spans[document_id]
            of_document[first, last] = of_document.get((first, last), False) or scope in actor.scopes
    return {
        document_id: DocumentAccess(
            document_id,
            whole=found.pop((0, 0), False),
            open_spans=tuple(span for span, is_open in found.items() if is_open),
            closed_spans=tuple(span for span, is_open in found.items() if not is_open),
        )
        for document_id, found in spans.items()
    }
