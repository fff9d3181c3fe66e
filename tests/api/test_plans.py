"""No page that people open, and no round of the keeper, goes through a table that grows: SQLite's plans say so.

SQLite keeps no figures of its tables here, so its plans are the same for a few papers as for millions.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event

from api.totals import count_totals
from archive.catalogue import Catalogue
from archive.catalogue.schema import metadata
from archive.fixity import figures, reports
from archive.registry import NewClaim, NewParty, put_claim, put_party
from archive.stored import count_stored
from bench._schema_walk import copied_tables
from tests.api.pages.reading import HTML, read_paper
from tests.api.support import House

_REGISTRY = (
    "parties",
    "party_names",
    "party_identifiers",
    "party_keys",
    "claims",
    "claim_parties",
    "claim_numbers",
)
GROWING = {table.name for table in copied_tables()} | {"log_entries", "log_heads", *_REGISTRY}

FEW = {
    str(index.name)
    for table in metadata.sorted_tables
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes of a few rows among many."""

BROAD = {
    ("ix_documents_state", "state=?"),
    ("ix_links_target", "target_type=?"),
    ("ix_document_scopes_scope", "scope=?"),
    ("ix_log_entries_type", "type=?"),
    ("ix_claims_portfolio_id", "portfolio_id=?"),
}
"""What of an index leads to a large part of its table: not by this is found what is asked for by a key as well."""

_MANY = "({})".format(", ".join(f"'{number}'" for number in range(60)))
_KEYS = re.compile(r"(?<=id IN )\((?:\?(?:, \?)*|SELECT 1 FROM \(SELECT 1\) WHERE 1!=1)\)")
_SCAN = re.compile(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?")
_SEARCH = re.compile(r"SEARCH (\w+?)(?:_\d+)? USING (?:COVERING )?INDEX (\w+) \((.*)\)(?: LEFT-JOIN)?")


@dataclass(slots=True)
class Asked:
    """Statements that were sent to the catalogue, each with values of it and who sent it first."""

    catalogue: Catalogue
    sent: dict[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)
    by: str = ""

    @contextmanager
    def noting(self, by: str) -> Iterator[None]:
        """Note what is sent within the block."""
        self.by = by
        event.listen(self.catalogue.engine, "before_cursor_execute", self._note)
        try:
            yield
        finally:
            event.remove(self.catalogue.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            one = (
                values[0] if isinstance(values, list) and values and isinstance(values[0], tuple) else values
            )
            self.sent.setdefault(statement, (self.by, tuple(one)))


def walks(connection: Connection, statement: str, values: tuple[Any, ...]) -> list[str]:
    """The steps of a plan that go through a table that grows; what is asked for by keys is asked for by many."""
    widened, kept = _widened(statement, values)
    steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {widened}", kept)]
    in_order = "LIMIT" in widened and not any("FOR ORDER BY" in step for step in steps)
    return [step for step in steps if _walks(step, widened, in_order=in_order)]


def _walks(step: str, statement: str, *, in_order: bool) -> bool:
    if found := _SCAN.fullmatch(step):
        table, index = found.groups()
        # The newest of a list are read from the end of an index.
        return table in GROWING and index not in FEW and not in_order
    if found := _SEARCH.fullmatch(step):
        table, index, by = found.groups()
        keyed = re.search(rf"\b{table}\.(?:\w*id|subject) (?:IN \(|= \?)", statement)
        return (index, by) in BROAD and keyed is not None
    return False


def _widened(statement: str, values: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The statement with sixty keys wherever it names some, and the values of the rest."""
    kept: list[Any] = []
    parts: list[str] = []
    place = done = 0
    for match in _KEYS.finditer(statement):
        before = statement[done : match.start()].count("?")
        kept += values[place : place + before]
        place += before + match.group().count("?")
        parts += (statement[done : match.start()], _MANY)
        done = match.end()
    kept += values[place:]
    return "".join([*parts, statement[done:]]), tuple(kept)


@pytest.fixture
def paper(house: House) -> dict[str, str]:
    """A paper of a debtor in a portfolio, read and stamped, and one that has not been sealed yet."""
    north = house.portfolio("North")
    with house.archive.catalogue.write() as connection:
        party = put_party(house.archive, connection, NewParty("Bartholomew Wisniowski"))
        claim = NewClaim("HOR/2022/07719", portfolio=north, parties=((party, "debtor"),))
        owed = put_claim(house.archive, connection, claim)
    document = read_paper(house, north, ["Dear Bartholomew Wisniowski,", "contract no. HOR/2022/07719"])
    house.keeper.stamp()
    batch = house.hand_in(house.client("operator"), batch_name="Box", portfolio=north)["batch"]
    return {"document": document, "party": party, "claim": owed, "batch": batch, "portfolio": north}


PAGES = {
    "collector": (
        "/search", "/search?q=contract", "/search?q=HOR%2F2022%2F07719", "/debtors?q=Wisniowski", "/debtors/{party}",
        "/api/v1/debtors?q=Wis", "/api/v1/claims?q=0771", "/documents/{document}", "/api/v1/documents",
        "/api/v1/documents?kind=invoice", "/api/v1/documents?state=failed", "/review", "/review/figures",
        "/api/v1/review/links", "/api/v1/review/fields",
    ),
    "operator": ("/batches", "/batches?state=closed", "/batches/{batch}", "/batches/{batch}/state"),
    "legal": ("/matters",),
    "auditor": (
        "/evidence", "/evidence/incidents", "/api/v1/audit", "/api/v1/audit/entries", "/api/v1/stamps",
        "/api/v1/audit/entries?type=erase", "/api/v1/audit/entries?object_id={document}",
    ),
    "administrator": ("/reports", "/operations", "/metrics"),
}  # fmt: skip


def test_pages_and_rounds_go_through_no_table_that_grows(house: House, paper: dict[str, str]) -> None:
    asked, counted = Asked(house.archive.catalogue), Asked(house.archive.catalogue)
    for scope in ("all", f"portfolio:{paper['portfolio']}"):
        for role, addresses in PAGES.items():
            client = house.client(role, scopes=[scope])
            for address in addresses:
                with asked.noting(f"{role} with {scope.partition(':')[0]}: {address}"):
                    answer = client.get(address.format(**paper), headers=HTML)
                assert answer.status_code == 200, address
    token = house.keeper.token()
    with asked.noting("keeper"):
        reports.close_due(house.archive, token)
        reports.close_due(house.archive, token)
        house.keeper.stamp()
        house.indexer.run(token)
    # These are remembered while they take long, and asked for by a report of fixity once a day.
    counts: tuple[Callable[[Connection], object], ...] = (
        count_totals, count_stored, lambda connection: figures(connection, datetime(2026, 1, 1, tzinfo=UTC))
    )  # fmt: skip
    with counted.noting("counts"), house.archive.catalogue.read() as connection:
        for count in counts:
            count(connection)
    with house.archive.catalogue.read() as connection:
        found = {
            f"{by} | {statement}": steps
            for statement, (by, values) in asked.sent.items()
            if statement not in counted.sent and (steps := walks(connection, statement, values))
        }
    assert found == {}


def test_a_list_for_who_may_see_few_is_led_by_his_scopes(house: House, paper: dict[str, str]) -> None:
    asked = Asked(house.archive.catalogue)
    client = house.client("collector", scopes=[f"portfolio:{paper['portfolio']}"])
    with asked.noting("list"):
        listed = client.json("/api/v1/documents")["documents"]
    assert paper["document"] in {one["document"] for one in listed}
    with house.archive.catalogue.read() as connection:
        steps = [
            row[3]
            for statement, (_, values) in asked.sent.items()
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert "SEARCH document_scopes USING COVERING INDEX ix_document_scopes_scope (scope=?)" in steps
    assert [step for step in steps if step.startswith("SCAN documents")] == []


def test_the_test_finds_what_it_looks_for(house: House) -> None:
    keyed = "SELECT leaf FROM log_entries WHERE log_entries.type = ? AND log_entries.object_id = ?"
    with house.archive.catalogue.read() as connection:
        assert walks(connection, keyed, ("verify", "one")) == [
            "SEARCH log_entries USING INDEX ix_log_entries_type (type=?)"
        ]
        assert walks(connection, "SELECT count(*) FROM objects WHERE size > ?", (1,)) == ["SCAN objects"]
        assert walks(connection, "SELECT id FROM documents ORDER BY id DESC LIMIT ?", (50,)) == []
