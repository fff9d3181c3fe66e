"""Writes claims by the thousand, with their parties and numbers; assignments are a history of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import assignments, claim_numbers, claim_parties, claims
from archive.catalogue.schema.registry import claim_keys
from archive.document_keys import number_key
from archive.names import fold_number, number_parts, number_skeleton
from archive.pieces import in_pieces
from archive.registry.differences import Snapshot
from archive.registry.history import CLAIM_COLUMNS, keep_former, plain, snapshots
from archive.registry.upsert import Kind
from archive.registry.values import LARGEST_NUMBER, NewClaim, Put
from tabellion.base.errors import NotFound


def put_claim(archive: Archive, connection: Connection, claim: NewClaim, actor: str = SYSTEM_ACTOR) -> str:
    """Add a claim, or bring the one with that external id up to date; gives its id."""
    return put_claims(archive, connection, [claim], actor)[0].id


def put_claims(
    archive: Archive,
    connection: Connection,
    wanted: Sequence[NewClaim],
    actor: str = SYSTEM_ACTOR,
    import_id: str | None = None,
) -> list[Put]:
    """Add claims, or bring those with their external ids up to date; papers that name them are linked anew.

    Raises BadRequest where one cannot be a claim, or two of them have one external id.
    """
    return _CLAIMS.put(archive, connection, wanted, actor, import_id)


@dataclass(frozen=True, slots=True)
class NewAssignment:
    """A claim passes to another creditor on a day; `basis_document` is the paper that says so."""

    claim: str
    to_party: str
    on_date: date
    from_party: str | None = None
    basis_document: str | None = None


def add_assignment(archive: Archive, connection: Connection, event: NewAssignment, actor: str) -> int:
    """Add the event to the claim's history and make the buyer its creditor; gives its number on the claim, from 1.

    The same event again changes nothing. Raises NotFound for a claim that is not there.
    """
    row = connection.execute(select(claims).where(claims.c.id == event.claim).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("there is no such claim")
    history = assignments_of(connection, event.claim)
    for one in history:
        if (one.to_party, one.on_date) == (event.to_party, event.on_date):
            ordinal: int = one.ordinal
            return ordinal
    number = (
        connection.scalar(
            select(func.max(assignments.c.ordinal)).where(assignments.c.claim_id == event.claim)
        )
        or 0
    ) + 1
    connection.execute(
        insert(assignments).values(
            claim_id=event.claim,
            from_party=event.from_party or row.creditor,
            to_party=event.to_party,
            on_date=event.on_date,
            basis_document=event.basis_document,
            actor=actor,
            at=archive.clock.now(),
            ordinal=number,
        )
    )
    if all(one.on_date <= event.on_date for one in history):
        keep_former(archive, connection, "claim", [event.claim], actor, None)
        values = {
            "creditor": event.to_party,
            "version": claims.c.version + 1,
            "updated_at": archive.clock.now(),
        }
        if row.original_creditor is None:
            values["original_creditor"] = event.from_party or row.creditor
        connection.execute(update(claims).where(claims.c.id == event.claim).values(**values))
    return number


def assignments_of(connection: Connection, claim_id: str) -> Sequence[Row[Any]]:
    """Who bought the claim when, oldest first."""
    return connection.execute(
        select(assignments)
        .where(assignments.c.claim_id == claim_id)
        .order_by(assignments.c.on_date, assignments.c.ordinal)
    ).all()


def sales_of(connection: Connection, names: Sequence[str]) -> set[tuple[str, str, str]]:
    """Claims that were sold, as other systems call them, with seller and buyer: who names the seller is late."""
    query = select(claims.c.external_id, assignments.c.from_party, assignments.c.to_party).join_from(
        assignments, claims, claims.c.id == assignments.c.claim_id
    )
    return {
        (row.external_id, row.from_party, row.to_party)
        for some in in_pieces(names)
        for row in connection.execute(query.where(claims.c.external_id.in_(some)))
        if row.from_party is not None
    }


def preview_claims(connection: Connection, wanted: Sequence[NewClaim]) -> list[Put]:
    """What `put_claims` would do; ids of what is new are empty."""
    return _CLAIMS.preview(connection, wanted)


def _values(claim: NewClaim, digest: str) -> dict[str, Any]:
    return {
        "number": claim.number.strip()[:LARGEST_NUMBER],
        "portfolio_id": claim.portfolio,
        "original_creditor": claim.original_creditor,
        "creditor": claim.creditor,
        "currency": claim.currency,
        "principal_minor": claim.principal_minor,
        "principal_source": claim.principal_source,
        "principal_as_of": claim.principal_as_of,
        "dates": claim_dates(claim.dates),
        "external_id": claim.external_id,
        "digest": digest,
    }


def _write_children(connection: Connection, written: Mapping[str, NewClaim]) -> set[str]:
    roles: list[dict[str, Any]] = []
    numbers: list[dict[str, Any]] = []
    keys: set[tuple[str, str]] = set()
    touched: set[str] = set()
    for claim_id, claim in written.items():
        roles += (
            {"claim_id": claim_id, "party_id": party_id, "role": role}
            for party_id, role in dict.fromkeys(claim.parties)
        )
        for kind, value in _numbers(claim):
            folded, skeleton = fold_number(value), number_skeleton(value)
            numbers.append(
                {
                    "claim_id": claim_id,
                    "type": kind,
                    "value": value,
                    "folded": folded,
                    "reversed": folded[::-1],
                    "skeleton": skeleton,
                }
            )
            keys |= {(part, claim_id) for part in number_parts(folded)}
            touched |= {value, folded, number_key(value)}
    if roles:
        connection.execute(insert(claim_parties), roles)
    if numbers:
        connection.execute(insert(claim_numbers), numbers)
    if keys:
        # In the order of the index, so that neighbours are written together.
        rows = [{"key": key, "claim_id": claim_id} for key, claim_id in sorted(keys)]
        connection.execute(insert(claim_keys), rows)
    return touched


def _numbers(claim: NewClaim) -> dict[tuple[str, str], None]:
    """All its numbers with their types, each once; first the one that it goes by."""
    given = (("claim_number", claim.number.strip()), *claim.numbers)
    return dict.fromkeys((kind, value[:LARGEST_NUMBER]) for kind, value in given)


def _snapshot(claim: NewClaim) -> Snapshot:
    values = _values(claim, "")
    return {name: plain(values[name]) for name in CLAIM_COLUMNS} | {
        "parties": [list(pair) for pair in dict.fromkeys(claim.parties)],
        "numbers": [list(pair) for pair in _numbers(claim)],
    }


def former_claims(connection: Connection, names: Sequence[str]) -> dict[str, NewClaim]:
    """The claims that other systems call so, each whole, so that a part can be replaced; of unknown ones none.

    A claim without such a name goes by its own id.
    """
    ids = _CLAIMS.known_ids(connection, names)
    found: dict[str, Snapshot] = {}
    for some in in_pieces(list(ids.values())):
        found |= {claim_id: state for claim_id, (_, state) in snapshots(connection, "claim", some).items()}
    return {name: _claim_of(name, found[claim_id]) for name, claim_id in ids.items()}


def claim_dates(dates: Mapping[str, str]) -> dict[str, str]:
    """The dates of a claim by the names of their fields; some come under shorter ones."""
    return {_DATES.get(name, name): value for name, value in dates.items()}


def _claim_of(external_id: str, state: Snapshot) -> NewClaim:
    as_of = state["principal_as_of"]
    return NewClaim(
        number=state["number"],
        portfolio=state["portfolio_id"],
        external_id=external_id,
        creditor=state["creditor"],
        original_creditor=state["original_creditor"],
        currency=state["currency"],
        principal_minor=state["principal_minor"],
        principal_source=state["principal_source"],
        principal_as_of=None if as_of is None else date.fromisoformat(as_of),
        parties=tuple((party, role) for party, role in state["parties"]),
        numbers=tuple(
            (of, value) for of, value in state["numbers"] if (of, value) != ("claim_number", state["number"])
        ),
        dates=claim_dates(state["dates"]),
    )


_DATES = {"contract": "contract_date", "due": "due_date"}
"""Dates of a claim that have two names."""

_CLAIMS = Kind(
    "claim",
    "claims",
    "number",
    claims,
    (claim_parties, claim_numbers, claim_keys),
    _values,
    _write_children,
    _snapshot,
)
