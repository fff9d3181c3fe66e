"""Runs an import: a thousand rows a transaction, so that memory is bounded and a stop loses no more than they hold."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, or_, select

from archive.archive import Archive
from archive.catalogue.schema import parties, portfolios
from archive.registry import NewAssignment, NewClaim, NewParty, Put, add_assignment, put_claims, put_parties
from archive.registry.claims import preview_claims
from archive.registry.parties import preview_parties
from ingest.importing.columns import Mapping
from ingest.importing.problems import Problem, RowOutcome
from ingest.importing.records import ClaimRow, claim_of, party_of
from ingest.importing.tables import Table, TableRow

CHUNK = 1_000
Told = Callable[[Sequence[RowOutcome]], None]
"""Called with the outcomes of a chunk after its transaction."""

Written = Callable[[Connection, Sequence[RowOutcome]], None]
"""Called with the outcomes of a chunk within its transaction."""


@dataclass(slots=True)
class Counts:
    """How many rows were read, and what became of them; `warned` are among those that were taken."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    warned: int = 0

    def add(self, outcomes: Sequence[RowOutcome]) -> None:
        """Count the rows of a chunk."""
        found = Counter(one.outcome for one in outcomes)
        self.rows += len(outcomes)
        self.added += found["added"]
        self.changed += found["changed"]
        self.unchanged += found["unchanged"]
        self.refused += found["refused"]
        self.warned += sum(one.outcome != "refused" and bool(one.problems) for one in outcomes)


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported: the mapping, whether only to try, who does it, the portfolio of claims without one."""

    mapping: Mapping
    actor: str
    dry_run: bool = False
    portfolio: str | None = None
    id: str | None = None


@dataclass(slots=True)
class _Seen:
    """External ids that a file has had already, with their lines, as numbers of eight bytes."""

    lines: dict[int, int] = field(default_factory=dict)

    def line(self, external_id: str, line: int) -> int | None:
        """The line that had it before; None: this is the first."""
        key = hash(external_id)
        if (before := self.lines.get(key)) is not None:
            return before
        self.lines[key] = line
        return None


def run_import(
    archive: Archive,
    table: Table,
    wanted: Import,
    told: Told = lambda outcomes: None,
    written: Written = lambda connection, outcomes: None,
) -> Counts:
    """Import all rows of a table; a dry run says what would become of them and writes nothing.

    Raises BadRequest for a mapping that names no field, TableInvalid where the file breaks off.
    """
    wanted.mapping.check()
    counts, seen = Counts(), _Seen()
    for chunk in _chunks(table.rows):
        with archive.catalogue.read() if wanted.dry_run else archive.catalogue.write() as connection:
            if wanted.mapping.what == "debtors":
                outcomes = _parties(archive, connection, chunk, wanted, seen)
            else:
                outcomes = _claims(archive, connection, chunk, wanted, seen)
            counts.add(outcomes)
            if not wanted.dry_run:
                written(connection, outcomes)
        told(outcomes)
    return counts


def _chunks(rows: Iterator[TableRow | Problem]) -> Iterator[list[TableRow | Problem]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _parties(
    archive: Archive, connection: Connection, chunk: Sequence[TableRow | Problem], wanted: Import, seen: _Seen
) -> list[RowOutcome]:
    outcomes: list[RowOutcome] = []
    taken: list[tuple[int, NewParty, tuple[Problem, ...]]] = []
    for row in chunk:
        if isinstance(row, Problem):
            outcomes.append(RowOutcome(row.line, None, "refused", (row,)))
            continue
        party, problems = party_of(row.line, wanted.mapping.fields(row.cells))
        if party is not None and party.external_id is not None:
            before = seen.line(party.external_id, row.line)
            if before is None:
                taken.append((row.line, party, tuple(problems)))
                continue
            problems.append(_twice(row.line, before))
        outcomes.append(RowOutcome(row.line, None, "refused", tuple(problems)))
    new = [party for _, party, _ in taken]
    if wanted.dry_run:
        done = preview_parties(connection, new)
    else:
        done = put_parties(archive, connection, new, wanted.actor, wanted.id)
    for (line, party, warnings), put in zip(taken, done, strict=True):
        outcomes.append(_outcome(line, party.external_id, party.name, put, warnings))
    return sorted(outcomes, key=_by_line)


def _claims(
    archive: Archive, connection: Connection, chunk: Sequence[TableRow | Problem], wanted: Import, seen: _Seen
) -> list[RowOutcome]:
    outcomes: list[RowOutcome] = []
    read: list[tuple[int, ClaimRow]] = []
    for row in chunk:
        if isinstance(row, Problem):
            outcomes.append(RowOutcome(row.line, None, "refused", (row,)))
            continue
        claim, problems = claim_of(row.line, wanted.mapping.fields(row.cells))
        if claim is not None:
            before = seen.line(claim.external_id, row.line)
            if before is None:
                read.append((row.line, claim))
                continue
            problems.append(_twice(row.line, before))
        outcomes.append(RowOutcome(row.line, None, "refused", tuple(problems)))
    names = _Names(connection, [claim for _, claim in read])
    taken: list[tuple[int, ClaimRow, NewClaim]] = []
    for line, claim in read:
        new, unknown = names.claim(line, claim, wanted.portfolio)
        if new is None:
            outcomes.append(RowOutcome(line, claim.external_id, "refused", tuple(unknown)))
        else:
            taken.append((line, claim, new))
    done = _put_claims(archive, connection, taken, names, wanted)
    for (line, claim, _), put in zip(taken, done, strict=True):
        outcomes.append(_outcome(line, claim.external_id, claim.number, put, ()))
    return sorted(outcomes, key=_by_line)


def _put_claims(
    archive: Archive,
    connection: Connection,
    taken: Sequence[tuple[int, ClaimRow, NewClaim]],
    names: "_Names",
    wanted: Import,
) -> list[Put]:
    new = [claim for _, _, claim in taken]
    if wanted.dry_run:
        return preview_claims(connection, new)
    done = put_claims(archive, connection, new, wanted.actor, wanted.id)
    for (_, row, _), put in zip(taken, done, strict=True):
        if row.assigned is not None:
            seller, buyer, day = row.assigned
            event = NewAssignment(
                claim=put.id,
                to_party=names.parties[buyer],
                on_date=day,
                from_party=None if seller is None else names.parties[seller],
            )
            add_assignment(archive, connection, event, wanted.actor)
    return done


class _Names:
    """What the parties and portfolios of some rows are called here."""

    def __init__(self, connection: Connection, rows: Sequence[ClaimRow]) -> None:
        named: set[str] = set()
        for row in rows:
            named |= {party for party, _ in row.parties}
            named |= {one for one in (row.creditor, row.original_creditor, *(row.assigned or ())[:2]) if one}
        self.parties: dict[str, str] = {}
        wanted = sorted(named)
        for start in range(0, len(wanted), CHUNK // 2):
            some = wanted[start : start + CHUNK // 2]
            found = connection.execute(
                select(parties.c.id, parties.c.external_id).where(
                    or_(parties.c.external_id.in_(some), parties.c.id.in_(some))
                )
            )
            for party_id, external_id in found:
                self.parties |= {party_id: party_id} | ({external_id: party_id} if external_id else {})
        self.portfolios: dict[str, str] = {}
        for known in connection.execute(select(portfolios)):
            self.portfolios |= {name: known.id for name in (known.id, known.name, known.external_id) if name}

    def claim(self, line: int, row: ClaimRow, portfolio: str | None) -> tuple[NewClaim | None, list[Problem]]:
        """The claim with ids in place of names, or None and which of them are not known."""
        problems = [
            Problem(line, field, "UNKNOWN_PARTY", "names a party that there is not")
            for field, name in (
                ("creditor", row.creditor),
                ("original_creditor", row.original_creditor),
                *((role, party) for party, role in row.parties),
                *(
                    zip(("assigned_from", "assigned_to"), row.assigned[:2], strict=True)
                    if row.assigned
                    else ()
                ),
            )
            if name is not None and name not in self.parties
        ]
        if row.portfolio is not None and row.portfolio not in self.portfolios:
            problems.append(
                Problem(line, "portfolio", "UNKNOWN_PORTFOLIO", "names a portfolio that there is not")
            )
        if problems:
            return None, problems
        claim = NewClaim(
            number=row.number,
            external_id=row.external_id,
            portfolio=portfolio if row.portfolio is None else self.portfolios[row.portfolio],
            creditor=None if row.creditor is None else self.parties[row.creditor],
            original_creditor=None if row.original_creditor is None else self.parties[row.original_creditor],
            currency=row.currency,
            principal_minor=row.principal_minor,
            principal_source=row.principal_source,
            principal_as_of=row.principal_as_of,
            parties=tuple((self.parties[party], role) for party, role in row.parties),
            numbers=row.numbers,
            dates=row.dates,
        )
        return claim, []


def _outcome(
    line: int, external_id: str | None, title: str, put: Put, warnings: tuple[Problem, ...]
) -> RowOutcome:
    record = None if put.outcome == "added" else put.id
    return RowOutcome(line, external_id, put.outcome, warnings, record, title, put.changes)


def _twice(line: int, before: int) -> Problem:
    return Problem(line, "external_id", "DUPLICATE_EXTERNAL_ID", f"line {before} has the same external id")


def _by_line(one: RowOutcome) -> int:
    return one.line
