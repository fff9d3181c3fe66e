"""/claims and /portfolios: what the papers are about, in scope."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, Row, select

from api.access import Action, Actor, require_document
from api.claim_dossier import claim_dossier, claim_in_scope, open_claim
from api.claim_needs import Reason
from api.creations import once
from api.finding import visible_claims
from api.linked_papers import PaperLine
from api.request import Ask, service_of
from api.rest.common import Cursor, IdempotencyKey, Limit, Made, Strict, read_cursor, write_cursor
from api.rest.record_history import Former, told
from archive.catalogue.schema import claim_parties, claims, parties, portfolios
from archive.registry import (
    ROLES,
    NewAssignment,
    NewClaim,
    add_assignment,
    add_portfolio,
    assignments_of,
    changes_of,
    find_claims,
    former_claims,
    list_portfolios,
    put_claim,
    sales_of,
)
from tabellion.base.errors import BadRequest, Forbidden

router = APIRouter(tags=["registry"])
Reader = Annotated[Actor, Depends(Ask(Action.REGISTRY_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))]
Id = Annotated[str, Field(max_length=36)]
NumberPair = tuple[
    Annotated[str, Field(min_length=1, max_length=20)], Annotated[str, Field(min_length=1, max_length=120)]
]


class ClaimIn(Strict):
    """A claim as it is imported: of one that is there, members that are absent stay, and empty ones are emptied."""

    number: str = Field(min_length=1, max_length=120, examples=["KW-2024-088213"])
    portfolio: Id | None = None
    external_id: str | None = Field(default=None, max_length=200)
    creditor: Id | None = None
    original_creditor: Id | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", examples=["PLN"])
    principal_minor: int | None = Field(default=None, ge=-(2**62), le=2**62, examples=[341200])
    principal_source: str | None = Field(default=None, max_length=60, examples=["CRM"])
    principal_as_of: date | None = None
    parties: list[tuple[Id, str]] = Field(
        default=[],
        max_length=100,
        examples=[[["0193", "debtor"]]],
        description=f"Party and role: {', '.join(ROLES)}.",
    )
    numbers: list[NumberPair] = Field(
        default=[], max_length=100, examples=[[["contract_number", "ABN/2023/004517"]]]
    )


class ClaimParty(Strict):
    """A party of a claim."""

    party: str
    role: str = Field(examples=["debtor"])


class Claim(Strict):
    """A claim; the principal is what the owning system says, never a sum of what papers say."""

    id: str
    number: str
    portfolio: str | None
    external_id: str | None
    currency: str | None
    principal_minor: int | None
    principal_source: str | None
    principal_as_of: date | None
    parties: list[ClaimParty]


class AssignmentIn(Strict):
    """A claim passes to another creditor; without `from_party` it was the present one's."""

    to_party: Id
    on_date: date
    from_party: Id | None = None
    basis_document: Id | None = Field(default=None, description="The paper that says so.")


class Assignment(AssignmentIn):
    """An event of a claim's history."""

    number: int
    by: str = Field(description="Pseudonym of who entered it.")
    at: datetime


class Claims(Strict):
    """A part of the list."""

    claims: list[Claim]
    next: str | None


class ClaimDebtor(ClaimParty):
    """Who owes a claim."""

    name: str


class ClaimCreditor(Strict):
    """Whose the claim was from a day on."""

    party: str
    name: str
    since: date | None = Field(description="Null for the first, and where the registry says no day.")


class PaperHint(Strict):
    """A page that may be signed or stamped."""

    page: int
    kind: Literal["signature", "stamp"]
    confidence: float


class ClaimPaper(Strict):
    """A paper of a claim, with what stands on those of its pages that are open to the account."""

    document: str
    kind: str = Field(examples=["assignment_notice"])
    date: date | None
    direction: str | None
    number: str | None = Field(description="Of the invoice, contract or case.")
    total_minor: int | None
    currency: str | None
    first_page: int = Field(description="The first page that is linked and open.")
    hints: list[PaperHint]


class MissingPaper(Strict):
    """A paper that a court will ask for and that is not among those that the account may see."""

    kinds: list[str] = Field(description="Any of these would do.", examples=[["assignment_notice"]])
    reason: Reason = Field(description="Why it is needed.", examples=["assigned"])
    on_date: date | None
    to_party: str | None = Field(description="The name of the buyer.")
    number: str | None = Field(description="Of the case or enforcement.")
    before_minor: int | None = Field(description="What was owed before a part of it was paid.")


class ClaimFile(Claim):
    """A claim with its papers, oldest first, and what is missing; both are null to who may not read papers."""

    creditors: list[ClaimCreditor]
    debtors: list[ClaimDebtor]
    papers: list[ClaimPaper] | None
    may_belong: list[ClaimPaper] | None = Field(description="Proposed by the machine, confirmed by nobody.")
    missing: list[MissingPaper] | None
    not_yet_searchable: int = Field(description="Papers in scope that are still being read.")


class PortfolioIn(Strict):
    """A new portfolio."""

    name: str = Field(min_length=1, max_length=200, examples=["Telecom 2024/2"])
    external_id: str | None = Field(default=None, max_length=200)


class Portfolio(Strict):
    """A set of claims that were sold or entrusted together."""

    id: str
    name: str
    external_id: str | None


@router.get("/claims")
def list_claims(
    request: Request,
    actor: Reader,
    q: Annotated[str, Query(max_length=300, description="A number, or four characters of it and more.")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Claims:
    """Claims in scope: those with a number that matches, or all with keyset paging."""
    with service_of(request).archive.catalogue.read() as connection:
        if q:
            found = find_claims(connection, q, visible_claims(actor), limit)
            return Claims(claims=_claims(connection, found), next=None)
        query = select(claims).where(visible_claims(actor)).order_by(claims.c.id)
        if cursor is not None:
            query = query.where(claims.c.id > read_cursor(cursor, str)[0])
        rows = connection.execute(query.limit(limit + 1)).all()
        following = write_cursor(rows[limit - 1].id) if len(rows) > limit else None
        return Claims(claims=_claims(connection, rows[:limit]), next=following)


@router.post("/claims", status_code=status.HTTP_201_CREATED)
def put(
    request: Request,
    response: Response,
    body: ClaimIn,
    actor: Writer,
    idempotency_key: IdempotencyKey = None,
) -> Made:
    """Add a claim, or bring the one with that external id up to date; papers that name it are linked anew.

    As in an import, members that are absent leave what they name alone; null and empty ones empty it.
    """
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        _require_known(connection, body)
        made = once(
            archive,
            connection,
            actor,
            idempotency_key,
            f"claim {body.model_dump_json()}",
            lambda: put_claim(archive, connection, _claim(connection, body), actor.pseudonym),
        )
    response.headers["Location"] = f"/api/v1/claims/{made}"
    return Made(id=made)


@router.get("/claims/{claim_id}")
def show(request: Request, claim_id: Annotated[str, Path(max_length=36)], actor: Reader) -> Claim:
    """A claim in scope."""
    with service_of(request).archive.catalogue.read() as connection:
        return _claims(connection, [claim_in_scope(connection, actor, claim_id)])[0]


@router.get("/claims/{claim_id}/dossier")
def dossier(request: Request, claim_id: Annotated[str, Path(max_length=36)], actor: Reader) -> ClaimFile:
    """A claim in scope with its creditors, its papers in order of date, and the papers that a court will ask for.

    Looking at it is an entry of the log about each of its debtors. Links that nobody confirmed and that the machine
    only proposes do not count as papers.
    """
    archive = service_of(request).archive
    row = open_claim(archive, actor, claim_id)
    with archive.catalogue.read() as connection:
        found = claim_dossier(archive, connection, actor, row)
        (claim,) = _claims(connection, [row])
    reads = found.missing is not None
    return ClaimFile(
        **claim.model_dump(),
        creditors=[
            ClaimCreditor(party=each.party, name=each.name, since=each.since) for each in found.creditors
        ],
        debtors=[ClaimDebtor(party=each.party, name=each.name, role=each.role) for each in found.debtors],
        papers=[_paper(line) for line in found.papers] if reads else None,
        may_belong=[_paper(line) for line in found.maybe] if reads else None,
        missing=None
        if found.missing is None
        else [
            MissingPaper(
                kinds=list(each.kinds),
                reason=each.reason,
                on_date=each.on,
                to_party=each.to,
                number=each.number,
                before_minor=each.before_minor,
            )
            for each in found.missing
        ],
        not_yet_searchable=found.waiting,
    )


@router.get("/claims/{claim_id}/history")
def history(request: Request, claim_id: Annotated[str, Path(max_length=36)], actor: Writer) -> list[Former]:
    """The last fifty changes of the claim, newest first: which fields, from what to what, by whom and when."""
    with service_of(request).archive.catalogue.read() as connection:
        claim_in_scope(connection, actor, claim_id)
        return told(changes_of(connection, "claim", claim_id))


@router.get("/claims/{claim_id}/assignments")
def list_assignments(
    request: Request, claim_id: Annotated[str, Path(max_length=36)], actor: Reader
) -> list[Assignment]:
    """Who bought the claim when, oldest first."""
    with service_of(request).archive.catalogue.read() as connection:
        known = select(claims.c.id).where(claims.c.id == claim_id, visible_claims(actor))
        if connection.scalar(known) is None:
            raise Forbidden("there is no such claim, or not for you")
        return [
            Assignment(
                number=row.ordinal,
                from_party=row.from_party,
                to_party=row.to_party,
                on_date=row.on_date,
                basis_document=row.basis_document,
                by=row.actor,
                at=row.at,
            )
            for row in assignments_of(connection, claim_id)
        ]


@router.post("/claims/{claim_id}/assignments", status_code=status.HTTP_201_CREATED)
def assign(
    request: Request, claim_id: Annotated[str, Path(max_length=36)], body: AssignmentIn, actor: Writer
) -> list[Assignment]:
    """Add an event to the claim's history; the buyer becomes its creditor. The same event again changes nothing."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        known = select(claims.c.id).where(claims.c.id == claim_id, visible_claims(actor))
        if connection.scalar(known) is None:
            raise Forbidden("there is no such claim, or not for you")
        named = {body.to_party, body.from_party} - {None}
        found = set(connection.scalars(select(parties.c.id).where(parties.c.id.in_(named))))
        if found != named:
            raise BadRequest(
                "the assignment names a party that there is not", advice="Put its parties first."
            )
        if body.basis_document is not None:
            require_document(connection, actor, Action.REGISTRY_WRITE, body.basis_document)
        add_assignment(
            archive, connection, NewAssignment(claim=claim_id, **body.model_dump()), actor.pseudonym
        )
    return list_assignments(request, claim_id, actor)


@router.get("/portfolios")
def list_all(request: Request, actor: Annotated[Actor, Depends(Ask(Action.ME))]) -> list[Portfolio]:
    """Portfolios in scope; administrators see all names."""
    with service_of(request).archive.catalogue.read() as connection:
        rows = list_portfolios(connection)
    everything = actor.sees_all or actor.may(Action.REGISTRY_WRITE)
    return [
        Portfolio(id=row.id, name=row.name, external_id=row.external_id)
        for row in rows
        if everything or f"portfolio:{row.id}" in actor.scopes
    ]


@router.post("/portfolios", status_code=status.HTTP_201_CREATED)
def new_portfolio(
    request: Request, body: PortfolioIn, actor: Writer, idempotency_key: IdempotencyKey = None
) -> Made:
    """A new portfolio."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        made = once(
            archive,
            connection,
            actor,
            idempotency_key,
            f"portfolio {body.model_dump_json()}",
            lambda: add_portfolio(archive, connection, body.name, body.external_id),
        )
    return Made(id=made)


def _require_known(connection: Connection, body: ClaimIn) -> None:
    """Raise BadRequest where the claim names a portfolio or party that there is not."""
    if body.portfolio is not None:
        query = select(portfolios.c.id).where(portfolios.c.id == body.portfolio)
        if connection.scalar(query) is None:
            raise BadRequest("there is no such portfolio")
    named = {party for party, _ in body.parties} | {body.creditor, body.original_creditor} - {None}
    wanted = [party for party in named if party is not None]
    known = set(connection.scalars(select(parties.c.id).where(parties.c.id.in_(wanted))))
    if known != set(wanted):
        raise BadRequest("the claim names a party that there is not", advice="Put its parties first.")


def _paper(line: PaperLine) -> ClaimPaper:
    return ClaimPaper(
        document=line.id,
        kind=line.kind,
        date=line.date,
        direction=line.direction,
        number=line.number,
        total_minor=line.amount_minor,
        currency=line.currency,
        first_page=line.first,
        hints=[PaperHint(page=hint.page, kind=hint.kind, confidence=hint.confidence) for hint in line.hints],
    )


def _claims(connection: Connection, rows: Any) -> list[Claim]:
    found: list[Row[Any]] = list(rows)
    held: dict[str, list[ClaimParty]] = {}
    for item in connection.execute(
        select(claim_parties)
        .where(claim_parties.c.claim_id.in_([row.id for row in found]))
        .order_by(claim_parties.c.role, claim_parties.c.party_id)
    ):
        held.setdefault(item.claim_id, []).append(ClaimParty(party=item.party_id, role=item.role))
    return [
        Claim(
            id=row.id,
            number=row.number,
            portfolio=row.portfolio_id,
            external_id=row.external_id,
            currency=row.currency,
            principal_minor=row.principal_minor,
            principal_source=row.principal_source,
            principal_as_of=row.principal_as_of,
            parties=held.get(row.id, []),
        )
        for row in found
    ]


def _claim(connection: Connection, body: ClaimIn) -> NewClaim:
    """The claim as it is to be: what the body has, laid over what there is."""
    given = {name: getattr(body, name) for name in body.model_fields_set - {"external_id"}}
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    if body.external_id is None:
        return NewClaim(**held)
    known = former_claims(connection, [body.external_id]).get(body.external_id)
    if known is None:
        return NewClaim(**held, external_id=body.external_id)
    if (body.external_id, body.creditor, known.creditor) in sales_of(connection, [body.external_id]):
        held["creditor"] = known.creditor  # the body names who has sold it
    return replace(known, **held)
