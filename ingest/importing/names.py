"""Puts ids in the place of the names that rows of claims have for parties and portfolios."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, or_, select

from archive.catalogue.schema import parties, portfolios
from archive.pieces import in_pieces
from archive.registry import NewClaim, sales_of
from ingest.importing.claim_records import ClaimRow
from ingest.importing.problems import Problem


class Names:
    """What the parties and portfolios of some rows are called here."""

    def __init__(self, connection: Connection, rows: Sequence[ClaimRow]) -> None:
        named: set[str] = set()
        for row in rows:
            named |= {party for party, _ in row.parties}
            named |= {one for one in (row.creditor, row.original_creditor, *(row.assigned or ())[:2]) if one}
        self.parties: dict[str, str] = {}
        for some in in_pieces(sorted(named)):
            found = connection.execute(
                select(parties.c.id, parties.c.external_id).where(
                    or_(parties.c.external_id.in_(some), parties.c.id.in_(some))
                )
            )
            for party_id, external_id in found:
                self.parties |= {party_id: party_id} | ({external_id: party_id} if external_id else {})
        self.sales = sales_of(connection, [row.external_id for row in rows])
        self.portfolios: dict[str, str] = {}
        for known in connection.execute(select(portfolios)):
            self.portfolios |= {name: known.id for name in (known.id, known.name, known.external_id) if name}

    def claim(self, line: int, row: ClaimRow, portfolio: str | None) -> tuple[NewClaim | None, list[Problem]]:
        """The claim with ids in place of names, or None and which of them are not known."""
        problems = [
            Problem(line, field, "UNKNOWN_PARTY", "names a party that there is not", value=name[:60])
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
                Problem(
                    line,
                    "portfolio",
                    "UNKNOWN_PORTFOLIO",
                    "names a portfolio that there is not",
                    value=row.portfolio[:60],
                )
            )
        if problems:
            return None, problems
        known = row.claim
        folder = known.portfolio if "portfolio" not in row.given else None
        if row.portfolio is not None:
            folder = self.portfolios[row.portfolio]
        elif portfolio is not None:
            folder = portfolio
        creditor = self._creditor(row, "creditor", row.creditor, known.creditor)
        if (row.external_id, creditor, known.creditor) in self.sales:
            creditor = known.creditor  # the row names who has sold it
        claim = replace(
            known,
            portfolio=folder,
            creditor=creditor,
            original_creditor=self._creditor(
                row, "original_creditor", row.original_creditor, known.original_creditor
            ),
            parties=(*known.parties, *((self.parties[party], role) for party, role in row.parties)),
        )
        return claim, []

    def _creditor(self, row: ClaimRow, field: str, name: str | None, known: str | None) -> str | None:
        if field not in row.given:
            return known
        return None if name is None else self.parties[name]
