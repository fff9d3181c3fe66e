"""Links page spans of documents to parties and claims by identifiers that were read on them.

Only identifiers whose check digit holds, IBANs and the numbers of claims link by themselves; where several records
carry the same one, all are proposed and a person decides. What a person decided is never touched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from archive.archive import Archive
from archive.catalogue.schema import claim_numbers, current, fields, links, party_identifiers
from archive.histories import FIELD_KEY, LINK_KEY
from archive.registry import fold_number

IDENTIFIER, IBAN, NUMBER = "identifier", "iban", "number"
SCORES = {IDENTIFIER: 1.0, NUMBER: 0.95, IBAN: 0.9}
NUMBER_FIELDS = ("contract_number", "case_number", "invoice_number", "enforcement_number", "reference")
CLAIM_ROLE = "claim"
SHORTEST_NUMBER = 4
MOST_CANDIDATES = 20
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What a page names: a record of the registry in a role, and what named it."""

    type: str
    id: str
    role: str
    basis: str
    sure: bool

    @property
    def place(self) -> tuple[str, str]:
        """What another target would have to share to be its rival: the kind of record, and the role."""
        return self.type, self.role


def link_document(archive: Archive, connection: Connection, document_id: str, parts: Sequence[Span]) -> bool:
    """Bring the machine's links of a document in line with its present fields; the caller records the document.

    `parts` are the runs of pages that are one paper each. A target that is alone in its role within a paper is linked
    to the whole paper, one of several to the pages that name it. True: something changed.
    """
    named = _named(connection, document_id)
    wanted: dict[tuple[Target, Span], None] = {}
    for first, last in parts:
        here = {target: {p for p in pages if first <= p <= last} for target, pages in named.items()}
        here = {target: pages for target, pages in here.items() if pages}
        for target, pages in here.items():
            alone = all(other.id == target.id or other.place != target.place for other in here)
            for span in [(first, last)] if alone else _runs(pages):
                wanted[target, span] = None
    return _write(archive, connection, document_id, list(wanted))


def _named(connection: Connection, document_id: str) -> dict[Target, set[int]]:
    """The targets that the present fields name, with the pages that name them."""
    rows = connection.execute(
        select(fields).where(
            fields.c.document_id == document_id, current(fields, *FIELD_KEY), fields.c.state != "withdrawn"
        )
    ).all()
    identifiers: dict[tuple[str, str], set[tuple[str, int]]] = {}
    numbers: dict[str, set[int]] = {}
    for row in rows:
        if (named := _identifier(row.name)) is not None:
            role, kind = named
            identifiers.setdefault((kind, fold_number(row.value)), set()).add((role, row.page))
        elif row.name in NUMBER_FIELDS and len(fold_number(row.value)) >= SHORTEST_NUMBER:
            numbers.setdefault(fold_number(row.value), set()).add(row.page)
    targets: dict[Target, set[int]] = {}
    for (kind, value), owners in _parties(connection, identifiers).items():
        basis = IBAN if kind == "iban" else IDENTIFIER
        for party in owners:
            for role, page in identifiers[kind, value]:
                target = Target("party", party, role, basis, len(owners) == 1)
                targets.setdefault(target, set()).add(page)
    for number, found in _claims(connection, numbers).items():
        for claim in found:
            target = Target("claim", claim, CLAIM_ROLE, NUMBER, len(found) == 1)
            targets.setdefault(target, set()).update(numbers[number])
    return targets


def _identifier(name: str) -> tuple[str, str] | None:
    """Role and type of an identifier, from the name of its field: `parties.debtor.pesel`, `iban.creditor`."""
    match name.split("."):
        case ["parties", role, kind] if kind != "name":
            return role, kind
        case ["iban", role]:
            return role, "iban"
    return None


def _parties(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for kind, value in wanted:
        rows = connection.execute(
            select(party_identifiers.c.party_id)
            .where(
                party_identifiers.c.value == value,
                party_identifiers.c.type == kind,
                party_identifiers.c.valid,
            )
            .order_by(party_identifiers.c.party_id)
            .limit(MOST_CANDIDATES)
        )
        if owners := list(rows.scalars()):
            found[kind, value] = owners
    return found


def _claims(connection: Connection, wanted: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number in wanted:
        rows = connection.execute(
            select(claim_numbers.c.claim_id)
            .where(claim_numbers.c.folded == number)
            .distinct()
            .order_by(claim_numbers.c.claim_id)
            .limit(MOST_CANDIDATES)
        )
        if claims := list(rows.scalars()):
            found[number] = claims
    return found


def _runs(pages: Iterable[int]) -> list[Span]:
    runs: list[Span] = []
    for page in sorted(pages):
        if runs and runs[-1][1] == page - 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return runs


def _write(
    archive: Archive, connection: Connection, document_id: str, wanted: Sequence[tuple[Target, Span]]
) -> bool:
    rows = connection.execute(
        select(links).where(links.c.document_id == document_id, current(links, *LINK_KEY))
    ).all()
    decided = [row for row in rows if row.actor is not None]
    machine = {_key(row): row for row in rows if row.actor is None}
    added: list[dict[str, Any]] = []
    done: set[tuple[str, str, str, int, int]] = set()
    for target, span in sorted(wanted, key=lambda one: -SCORES[one[0].basis]):
        key = (target.type, target.id, target.role, *span)
        if key in done or any(_key(row)[:3] == key[:3] and _overlap(row, span) for row in decided):
            continue
        done.add(key)
        state = "automatic" if target.sure else "proposed"
        row = machine.pop(key, None)
        if row is None or (row.state, row.basis) != (state, target.basis):
            added.append(
                {
                    "link_id": archive.ids.new() if row is None else row.link_id,
                    "first_page": span[0],
                    "last_page": span[1],
                    "target_type": target.type,
                    "target_id": target.id,
                    "role": target.role,
                    "score": SCORES[target.basis] if target.sure else SCORES[target.basis] / 2,
                    "basis": target.basis,
                    "state": state,
                }
            )
    for row in machine.values():
        # What nothing on the page names any more is taken back; links that were made on another basis stay.
        if row.basis in SCORES and row.state != "rejected":
            copied = ("link_id", "first_page", "last_page", "target_type", "target_id", "role", "basis")
            added.append({name: getattr(row, name) for name in copied} | {"score": 0.0, "state": "rejected"})
    if added:
        common = {"document_id": document_id, "actor": None, "at": archive.clock.now()}
        connection.execute(insert(links), [{**row, **common} for row in added])
    return bool(added)


def _key(row: Row[Any]) -> tuple[str, str, str, int, int]:
    return (row.target_type, row.target_id, row.role, row.first_page, row.last_page)


def _overlap(row: Row[Any], span: Span) -> bool:
    first, last = span
    return bool(row.first_page <= last and first <= row.last_page)
