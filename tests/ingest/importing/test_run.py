"""An import brings the registry in line with a file, row by row, and says what became of each."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import assignments, claims, parties, party_identifiers
from archive.catalogue.schema.registry import registry_changes
from archive.registry import add_portfolio
from ingest.importing import Counts, Import, Layout, Mapping, RowOutcome, guess, open_table, run_import
from ingest.importing.columns import What
from tabellion.base.errors import BadRequest
from tests.ingest.support import count, rows

PARTIES = """Id;Imię;Nazwisko;PESEL;Data urodzenia;Miasto;Ulica
D-1;Anna;Nowak;44051401359;14.05.1944;Łódź;Lipowa 4
D-2;Jan;Kowalski;44051401358;1980-02-30;;
D-3;;;;;;
D-1;Ewa;Inna;;;;
;Ola;Bez;;;;
D-5;Piotr;Wójcik;44051401358;;;
"""


def bring(
    archive: Archive, text: str, what: What = "debtors", *, dry: bool = False
) -> tuple[Counts, list[RowOutcome]]:
    found: list[RowOutcome] = []
    table = open_table(io.BytesIO(text.encode()), Layout())
    wanted = Import(guess(what, table.columns), SYSTEM_ACTOR, dry_run=dry)
    return run_import(archive, table, wanted, told=found.extend), found


def test_each_row_is_told_of(archive: Archive) -> None:
    counts, found = bring(archive, PARTIES)
    assert (counts.rows, counts.added, counts.refused, counts.warned) == (6, 2, 4, 1)
    assert [(one.line, one.outcome, [problem.code for problem in one.problems]) for one in found] == [
        (2, "added", []),
        (3, "refused", ["CHECK_DIGIT", "BAD_DATE"]),
        (4, "refused", ["NO_NAME"]),
        (5, "refused", ["DUPLICATE_EXTERNAL_ID"]),
        (6, "refused", ["NO_EXTERNAL_ID"]),
        (7, "added", ["CHECK_DIGIT"]),
    ]
    assert "line 2" in found[3].problems[0].reason
    assert all(problem.advice for one in found for problem in one.problems)
    anna = rows(archive, parties, parties.c.external_id == "D-1")[0]
    assert (anna.display_name, anna.birth_date, anna.town) == ("Anna Nowak", date(1944, 5, 14), "Łódź")
    assert anna.address == {"street": "Lipowa 4", "town": "Łódź"}
    assert {row.valid for row in rows(archive, party_identifiers)} == {True, False}


def test_again_changes_nothing_and_a_change_leaves_what_was(archive: Archive) -> None:
    bring(archive, PARTIES)
    counts, _ = bring(archive, PARTIES)
    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 2)
    assert count(archive, registry_changes) == 0
    counts, _ = bring(archive, PARTIES.replace("Lipowa 4", "Długa 1"))
    assert (counts.changed, counts.unchanged) == (1, 1)
    (former,) = rows(archive, registry_changes)
    assert former.before["address"]["street"] == "Lipowa 4"
    assert former.before["identifiers"] == [["pesel", "44051401359"]]


def test_a_dry_run_says_the_same_and_writes_nothing(archive: Archive) -> None:
    counts, found = bring(archive, PARTIES, dry=True)
    assert count(archive, parties) == 0
    assert (counts, found) == bring(archive, PARTIES)


def test_claims_name_parties_by_their_external_ids(archive: Archive) -> None:
    bring(
        archive, "external_id,name,kind\nD-1,Anna Nowak,person\nC-1,Sprzedawca,company\nC-2,Nabywca,company\n"
    )
    with archive.catalogue.write() as connection:
        portfolio = add_portfolio(archive, connection, "Telecom")
    text = (
        "external_id;number;debtor;creditor;original_creditor;portfolio;principal;currency;contract_number;"
        "assigned_from;assigned_to;assigned_on\n"
        "W-1;KW/1;D-1;C-1;C-1;Telecom;2 926,05;pln;ABN/1; C-1;C-2;03.06.2024\n"
        "W-2;KW/2;D-9;;;;;;;;;\n"
        "W-3;KW/3;D-1;;;Nobody's;1.234,5;;;;;\n"
        "W-4;KW/4;D-1;;;;x;;;;C-2;\n"
    )
    counts, found = bring(archive, text, "claims")
    assert (counts.added, counts.refused) == (1, 3)
    codes = [[problem.code for problem in one.problems] for one in found]
    assert codes == [[], ["UNKNOWN_PARTY"], ["UNKNOWN_PORTFOLIO"], ["BAD_AMOUNT", "INCOMPLETE_ASSIGNMENT"]]
    (claim,) = rows(archive, claims)
    assert (claim.principal_minor, claim.currency, claim.portfolio_id) == (292605, "PLN", portfolio)
    (event,) = rows(archive, assignments)
    with archive.catalogue.read() as connection:
        found_ids = connection.execute(select(parties.c.external_id, parties.c.id))
        ids = {row.external_id: row.id for row in found_ids}
    assert (event.from_party, event.to_party, event.ordinal) == (ids["C-1"], ids["C-2"], 1)
    assert (claim.original_creditor, claim.creditor) == (ids["C-1"], ids["C-2"])
    assert bring(archive, text, "claims")[0].unchanged == 1
    assert count(archive, assignments) == 1


def test_a_mapping_says_which_column_is_which(archive: Archive) -> None:
    table = open_table(io.BytesIO(b"k,v,w\n1,Anna,x\n"), Layout())
    mapping = Mapping("debtors", {"k": "external_id", "v": "name"})
    counts = run_import(archive, table, Import(mapping, SYSTEM_ACTOR))
    assert counts.added == 1
    with pytest.raises(BadRequest, match="no field"):
        run_import(archive, table, Import(Mapping("debtors", {"k": "no_such"}), SYSTEM_ACTOR))


def test_a_quote_before_a_formula_is_ours(archive: Archive) -> None:
    bring(archive, "external_id;name;town\n1;'=1+1;'t Hooft\n")
    assert [(row.display_name, row.town) for row in rows(archive, parties)] == [("=1+1", "'t Hooft")]
