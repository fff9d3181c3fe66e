"""A claim as its dossier shows it: who it passed to, who owes it, its papers in order of date, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from api.access import Action, Actor, DocumentAccess
from api.claim_needs import Known, Missing, Seen, Transfer, missing_papers
from api.events import record_debtors_access
from api.finding import still_to_read, visible_claims, visible_parties
from api.linked_papers import PROPOSED, SURE, Hint, PaperLine, linked_papers
from archive.archive import Archive
from archive.catalogue.schema import (
    SAME_PAGE,
    claim_numbers,
    claim_parties,
    claims,
    current,
    document_pages,
    fields,
    pages,
    parties,
    portfolios,
)
from archive.histories import FIELD_KEY
from archive.readings import load_document_page
from archive.registry import ROLES, assignments_of, changes_of
from tabellion.base.errors import Forbidden

MOST_PAGES = 120
"""Pages of a claim's papers on which signatures and stamps are looked for."""

_HINTS: tuple[Literal["signature", "stamp"], ...] = ("signature", "stamp")
_NUMBERS = ("invoice_number", "contract_number", "case_number", "enforcement_number", "reference")
"""What a paper goes by, the best first."""

_FIGURES = (
    *_NUMBERS,
    "document_date",
    "assignment_date",
    "currency",
    "amounts.total",
    "parties.assignee.name",
)


@dataclass(frozen=True, slots=True)
class Creditor:
    """Whose the claim was from a day on; the first one has none, and another one where the registry names none."""

    party: str
    name: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes the claim, and as what; `open` where the asker may open his dossier."""

    party: str
    name: str
    role: str
    open: bool


@dataclass(frozen=True, slots=True)
class ClaimDossier:
    """`row` is that of `claims`; `missing` is None for who may not read papers. Papers stand oldest first."""

    row: Row[Any]
    portfolio: str | None
    creditors: tuple[Creditor, ...]
    debtors: tuple[Debtor, ...]
    numbers: tuple[tuple[str, str], ...]
    papers: tuple[PaperLine, ...]
    maybe: tuple[PaperLine, ...]
    missing: tuple[Missing, ...] | None
    waiting: int


def claim_in_scope(connection: Connection, actor: Actor, claim_id: str) -> Row[Any]:
    """The claim; raises Forbidden where there is none, or it is not for the actor."""
    query = select(claims).where(claims.c.id == claim_id, visible_claims(actor))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Forbidden("there is no such claim, or not for you")
    return row


def open_claim(archive: Archive, actor: Actor, claim_id: str) -> Row[Any]:
    """The claim for somebody who looks at it whole: an entry of the log about each debtor. Raises Forbidden."""
    with archive.catalogue.write() as connection:
        row = claim_in_scope(connection, actor, claim_id)
        owing = [debtor.party for debtor in debtors_of(connection, actor, row.id)]
        record_debtors_access(archive, connection, actor, owing)
    return row


def debtors_of(connection: Connection, actor: Actor, claim_id: str) -> tuple[Debtor, ...]:
    """Who owes the claim: debtors first, then those beside them."""
    rows = connection.execute(
        select(parties.c.id, parties.c.display_name, claim_parties.c.role)
        .join(claim_parties, claim_parties.c.party_id == parties.c.id)
        .where(claim_parties.c.claim_id == claim_id)
        .order_by(parties.c.sort_name, parties.c.id)
    ).all()
    ids = [row.id for row in rows]
    within = set(
        connection.scalars(select(parties.c.id).where(parties.c.id.in_(ids), visible_parties(actor)))
    )
    found = [Debtor(row.id, row.display_name, row.role, row.id in within) for row in rows]
    order = {role: at for at, role in enumerate(ROLES)}
    return tuple(sorted(found, key=lambda debtor: order.get(debtor.role, len(order))))


def claim_dossier(archive: Archive, connection: Connection, actor: Actor, row: Row[Any]) -> ClaimDossier:
    """All of a claim in scope that the actor may see; papers for those only who may read them."""
    bought = assignments_of(connection, row.id)
    creditors, transfers = _creditors(connection, row, bought)
    numbers = _numbers(connection, row.id)
    papers: list[PaperLine] = []
    maybe: list[PaperLine] = []
    missing = None
    if actor.may(Action.READ):
        papers, seen = _papers(archive, connection, actor, row.id, SURE)
        maybe, _ = _papers(archive, connection, actor, row.id, PROPOSED)
        maybe = [line for line in maybe if line.id not in {sure.id for sure in papers}]
        missing = missing_papers(_known(connection, row, transfers, numbers), seen)
    return ClaimDossier(
        row=row,
        portfolio=connection.scalar(select(portfolios.c.name).where(portfolios.c.id == row.portfolio_id)),
        creditors=tuple(creditors),
        debtors=debtors_of(connection, actor, row.id),
        numbers=tuple(numbers),
        papers=tuple(papers),
        maybe=tuple(maybe),
        missing=missing,
        waiting=still_to_read(connection, actor),
    )


def _creditors(
    connection: Connection, row: Row[Any], bought: Sequence[Row[Any]]
) -> tuple[list[Creditor], list[Transfer]]:
    """The creditors one after the other, and the transfers between them."""
    first = row.original_creditor or (bought[0].from_party if bought else None) or row.creditor
    ids = {first, row.creditor, *(event.to_party for event in bought)} - {None}
    names = {
        party.id: party.display_name
        for party in connection.execute(
            select(parties.c.id, parties.c.display_name).where(parties.c.id.in_(ids))
        )
    }
    creditors = [] if first is None else [Creditor(first, names.get(first, first), None)]
    transfers = []
    for event in bought:
        name = names.get(event.to_party, event.to_party)
        creditors.append(Creditor(event.to_party, name, event.on_date))
        transfers.append(Transfer(name, event.on_date, event.basis_document))
    if row.creditor is not None and row.creditor not in {creditor.party for creditor in creditors}:
        name = names.get(row.creditor, row.creditor)
        creditors.append(Creditor(row.creditor, name, None))
        transfers.append(Transfer(name))
    return creditors, transfers


def _numbers(connection: Connection, claim_id: str) -> list[tuple[str, str]]:
    """The claim's numbers by type, without the one it goes by."""
    rows = connection.execute(
        select(claim_numbers.c.type, claim_numbers.c.value)
        .where(claim_numbers.c.claim_id == claim_id, claim_numbers.c.type != "claim_number")
        .order_by(claim_numbers.c.type, claim_numbers.c.value)
    )
    return [(row.type, row.value) for row in rows]


def _known(
    connection: Connection, row: Row[Any], transfers: Sequence[Transfer], numbers: Iterable[tuple[str, str]]
) -> Known:
    pairs = list(numbers)
    former = [change.before for change in changes_of(connection, "claim", row.id)]
    principals = [
        before["principal_minor"]
        for before in former
        if before["currency"] == row.currency and before["principal_minor"] is not None
    ]
    return Known(
        principal_minor=row.principal_minor,
        most_minor=max(principals, default=None),
        currency=row.currency,
        transfers=tuple(transfers),
        cases=tuple(value for kind, value in pairs if kind == "case_number"),
        enforcements=tuple(value for kind, value in pairs if kind == "enforcement_number"),
    )


def _papers(
    archive: Archive, connection: Connection, actor: Actor, claim_id: str, states: tuple[str, ...]
) -> tuple[list[PaperLine], list[Seen]]:
    """The papers oldest first, with what stands on their open pages; those without a date last."""
    lines, opened = linked_papers(connection, actor, "claim", claim_id, states)
    figures = _figures(connection, opened)
    found = []
    for line in lines:
        told = figures.get(line.id, {})
        whole = opened[line.id].complete
        day = line.date if whole else _day(told.get("document_date", ()))
        total = line.amount_minor if line.amount_minor is not None else _minor(told.get("amounts.total", ()))
        number = next((told[name][0] for name in _NUMBERS if name in told), None)
        currency = line.currency if whole else next(iter(told.get("currency", ())), None)
        told_line = replace(line, date=day, amount_minor=total, currency=currency, number=number)
        seen = Seen(
            document=line.id,
            kind=line.kind,
            dated=day,
            assigned_on=frozenset(told.get("assignment_date", ())),
            assignees=frozenset(told.get("parties.assignee.name", ())),
            total_minor=total,
            currency=currency,
        )
        found.append((told_line, seen))
    found.sort(key=lambda pair: (pair[0].date is None, pair[0].date or date.max, pair[0].id))
    hints = _hints(archive, connection, opened, [line.id for line, _ in found])
    return [replace(line, hints=hints.get(line.id, ())) for line, _ in found], [seen for _, seen in found]


def _figures(connection: Connection, opened: Mapping[str, DocumentAccess]) -> dict[str, dict[str, list[str]]]:
    """By document and name the present values that stand on open pages, in the paper's order."""
    rows = connection.execute(
        select(fields.c.document_id, fields.c.name, fields.c.value, fields.c.page)
        .where(
            fields.c.document_id.in_(list(opened)),
            fields.c.name.in_(_FIGURES),
            fields.c.state != "withdrawn",
            current(fields, *FIELD_KEY),
        )
        .order_by(fields.c.page, fields.c.id)
    )
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if opened[row.document_id].page(row.page):
            found.setdefault(row.document_id, {}).setdefault(row.name, []).append(row.value)
    return found


def _hints(
    archive: Archive, connection: Connection, opened: Mapping[str, DocumentAccess], ids: Sequence[str]
) -> dict[str, tuple[Hint, ...]]:
    """Where the open pages of these papers were likely or perhaps signed or stamped."""
    rows = connection.execute(
        select(document_pages.c.document_id, document_pages.c.position)
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id.in_(ids), ~pages.c.blank)
        .order_by(document_pages.c.document_id, document_pages.c.position)
    ).all()
    places = [(row.document_id, row.position) for row in rows if opened[row.document_id].page(row.position)]
    found: dict[str, list[Hint]] = {}
    for document_id, position in places[:MOST_PAGES]:
        reading = load_document_page(archive, connection, document_id, position)
        surest: dict[str, float] = {}  # two stamps on a page are one hint
        for region in () if reading is None else reading.regions:
            surest[region.kind] = max(region.confidence, surest.get(region.kind, 0.0))
        found.setdefault(document_id, []).extend(
            Hint(position, kind, surest[kind]) for kind in _HINTS if kind in surest
        )
    return {document_id: tuple(hints) for document_id, hints in found.items()}


def _day(values: Sequence[str]) -> date | None:
    try:
        return date.fromisoformat(values[0]) if values else None
    except ValueError:
        return None


def _minor(values: Sequence[str]) -> int | None:
    try:
        return int(Decimal(values[0]) * 100) if values else None
    except InvalidOperation:
        return None
