"""A table is laid over what is known: columns that it lacks leave their fields alone, empty cells empty them."""

import io
import json
from datetime import date
from typing import Any

import pytest

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import claims, parties
from archive.registry import (
    NewAssignment,
    NewClaim,
    NewParty,
    add_assignment,
    add_portfolio,
    changes_of,
    former_claims,
    former_parties,
    put_claim,
    put_party,
)
from ingest.importing import Counts, Import, Layout, Mapping, RowOutcome, guess, open_table, run_import
from ingest.importing.columns import What
from ingest.importing.days import Order
from tests.ingest.support import count, rows

ANNA = """external_id;name;birth_date;street;town;country;nip;iban
D-1;Anna Nowak;1944-05-14;Lipowa 4;Łódź;PL;5261040828;PL61109010140000071219812874
"""


def bring(
    archive: Archive, text: str, what: What = "debtors", *, dry: bool = False, dates: Order | None = None
) -> tuple[Counts, list[RowOutcome]]:
    found: list[RowOutcome] = []
    table = open_table(io.BytesIO(text.encode()), Layout())
    mapping = guess(what, table.columns) if table.columns else Mapping.named(what)
    return run_import(
        archive, table, Import(mapping, SYSTEM_ACTOR, dry, dates=dates), told=found.extend
    ), found


def party(archive: Archive, name: str = "D-1") -> NewParty:
    with archive.catalogue.read() as connection:
        return former_parties(connection, [name])[name]


def claim(archive: Archive, name: str) -> NewClaim:
    with archive.catalogue.read() as connection:
        return former_claims(connection, [name])[name]


@pytest.mark.parametrize(
    "table", ["external_id;name\nD-1;Anna Nowak\n", '{"external_id": "D-1", "name": "Anna Nowak"}\n']
)
def test_a_table_with_fewer_columns_wipes_nothing(archive: Archive, table: str) -> None:
    bring(archive, ANNA)
    before = party(archive)
    counts, _ = bring(archive, table)
    assert (counts.unchanged, counts.emptied) == (1, {})
    assert party(archive) == before
    counts, _ = bring(archive, table.replace("Anna Nowak", "Anna Nowak-Zuch"))
    assert counts.changed == 1
    assert party(archive).name == "Anna Nowak-Zuch"
    assert (party(archive).birth_date, party(archive).address) == (before.birth_date, before.address)
    assert party(archive).identifiers == before.identifiers


@pytest.mark.parametrize(
    "table",
    [
        "external_id;name;birth_date;iban\nD-1;Anna Nowak;;\n",
        '{"external_id": "D-1", "name": "Anna Nowak", "birth_date": null, "iban": []}\n',
    ],
)
def test_an_empty_cell_empties_its_field_and_a_trial_says_so(archive: Archive, table: str) -> None:
    bring(archive, ANNA)
    counts, (tried,) = bring(archive, table, dry=True)
    assert counts.emptied == {"birth_date": 1, "iban": 1}
    assert {one.field: one.after for one in tried.changes} == {"birth_date": (), "iban": ()}
    bring(archive, table)
    after = party(archive)
    assert (after.birth_date, after.identifiers, after.town) == (None, (("nip", "5261040828"),), "Łódź")


def test_a_row_that_is_cut_short_says_nothing_of_the_rest(archive: Archive) -> None:
    bring(archive, ANNA)
    before = party(archive)
    bring(archive, "external_id;name;birth_date;iban\nD-1;Anna Nowak\n")
    assert party(archive) == before


def test_what_a_row_does_not_say_of_a_known_record_need_not_be_said(archive: Archive) -> None:
    bring(archive, ANNA.replace("Anna Nowak", "Firma") + "D-2;Ola;;;;;;\n")
    assert bring(archive, "external_id;town\nD-1;Radom\n")[0].changed == 1
    assert (party(archive).name, party(archive).town, party(archive).address["town"]) == (
        "Firma",
        "Radom",
        "Radom",
    )
    # Half a name does not take the place of a whole one; nor does an empty one.
    assert bring(archive, "external_id;family_name\nD-1;Zuch\n")[0].unchanged == 1
    _, (refused, unknown) = bring(archive, "external_id;name\nD-1;\nD-9;\n")
    assert [one.code for row in (refused, unknown) for one in row.problems] == ["NO_NAME", "NO_NAME"]


@pytest.fixture
def house(archive: Archive) -> dict[str, str]:
    """Two creditors, a debtor and a claim with everything that a claim may have."""
    with archive.catalogue.write() as connection:
        ids = {
            name: put_party(archive, connection, NewParty(name, external_id=name))
            for name in ("C1", "C2", "D")
        }
        ids["folder"] = add_portfolio(archive, connection, "Telecom")
        whole = NewClaim(
            number="KW/1",
            portfolio=ids["folder"],
            external_id="W-1",
            creditor=ids["C1"],
            original_creditor=ids["C1"],
            currency="PLN",
            principal_minor=100,
            principal_source="CRM",
            parties=((ids["D"], "debtor"),),
            numbers=(("contract_number", "ABN/1"), ("case_number", "I C 1/24"), ("policy", "P 1")),
            dates={"contract": "2020-01-02", "due": "2021-02-03", "served": "in June"},
        )
        put_claim(archive, connection, whole)
    return ids


def test_a_table_of_claims_wipes_nothing_either(archive: Archive, house: dict[str, str]) -> None:
    before = claim(archive, "W-1")
    counts, _ = bring(archive, "external_id;number;principal\nW-1;KW/1;1.00\n", "claims")
    assert counts.unchanged == 1
    counts, _ = bring(archive, "external_id;number;principal;case_number\nW-1;KW/1;2.00;\n", "claims")
    after = claim(archive, "W-1")
    assert (counts.changed, counts.emptied) == (1, {"case_number": 1})
    assert (after.principal_minor, after.principal_source) == (200, "import")
    assert set(after.numbers) == set(before.numbers) - {("case_number", "I C 1/24")}
    assert (after.portfolio, after.creditor, after.parties, after.dates, after.currency) == (
        before.portfolio,
        before.creditor,
        before.parties,
        before.dates,
        before.currency,
    )


def test_a_table_that_still_names_the_seller_takes_nothing_back(
    archive: Archive, house: dict[str, str]
) -> None:
    with archive.catalogue.write() as connection:
        claim_id = connection.execute(claims.select()).one().id
        event = NewAssignment(claim_id, house["C2"], date(2024, 6, 3))
        add_assignment(archive, connection, event, SYSTEM_ACTOR)
    assert bring(archive, "external_id;number;creditor\nW-1;KW/1;C1\n", "claims")[0].unchanged == 1
    assert claim(archive, "W-1").creditor == house["C2"]


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "Err:502"]
)
def test_an_error_of_a_spreadsheet_is_no_name(archive: Archive, error: str) -> None:
    text = f"external_id;name;notes\nD-1;{error};\nD-2;Jan;{error}\n"
    _, (refused, taken) = bring(archive, text)
    (problem,) = refused.problems
    assert (problem.line, problem.field, problem.code, problem.value) == (
        2,
        "name",
        "SPREADSHEET_ERROR",
        error,
    )
    assert taken.outcome == "added"
    assert count(archive, parties) == 1


def test_months_that_come_first_make_the_others_of_the_column_doubtful(archive: Archive) -> None:
    text = (
        "external_id;name;birth_date\nD-1;Anna;03/04/1975\nD-2;Jan;11/30/1966\nD-3;Ewa;03/03/1970\n"
        "D-4;Ola;1980-02-03\nD-5;Ula;17.02.1980\n"
    )
    _, found = bring(archive, text)
    told = [(one.outcome, [(each.code, each.value) for each in one.problems]) for one in found]
    assert told == [
        ("refused", [("AMBIGUOUS_DATE", "03/04/1975")]),
        ("refused", [("BAD_DATE", "11/30/1966")]),
        ("added", []),
        ("added", []),
        ("added", []),
    ]
    assert "2024-06-18" in found[0].problems[0].advice
    _, found = bring(archive, text, dates="month-first")
    assert [one.outcome for one in found] == ["added", "added", "unchanged", "unchanged", "refused"]
    assert str(party(archive).birth_date) == "1975-03-04"
    assert bring(archive, "external_id;name;birth_date\nD-9;Ala;03/04/1975\n")[0].added == 1
    assert str(party(archive, "D-9").birth_date) == "1975-04-03"


@pytest.mark.parametrize(
    ("of", "value", "code"),
    [
        ("pesel", "2070803628", "LEADING_ZERO"),
        ("pesel", "2070803620", "LEADING_ZERO"),
        ("krs", "28860", "LEADING_ZERO"),
        ("partita_iva", "743110157", "LEADING_ZERO"),
        ("pesel", "44051401358", "CHECK_DIGIT"),
        ("nip", "526", "CHECK_DIGIT"),
    ],
)
def test_a_zero_that_a_spreadsheet_dropped_is_named(archive: Archive, of: str, value: str, code: str) -> None:
    _, (row,) = bring(archive, f"external_id;name;{of}\nD-1;Anna;{value}\n")
    assert row.outcome == "added"
    assert [one.code for one in row.problems] == [code]


def test_the_history_names_every_change(archive: Archive) -> None:
    states: list[dict[str, Any]] = [
        {"address": {"lines": "Lipowa 4\nŁódź", "country": "PL"}},
        {"address": {"country": "PL"}},
        {"address": {"country": "PL", "floor": "3"}},
        {"town": "Łódź", "address": {"town": "Radom"}},
        {"town": "Łódź"},
        {"other_addresses": ({"street": "a, b"},)},
        {"other_addresses": ({"street": "a", "postcode": "b"},)},
        {"other_addresses": ({"lines": "Długa 1"},)},
        {},
    ]
    with archive.catalogue.write() as connection:
        for state in states:
            made = put_party(archive, connection, NewParty("Anna", external_id="D-1", **state))
        told = changes_of(connection, "party", made)
    assert len(told) == len(states) - 1
    assert all(change.fields for change in told)
    assert (
        told[-1].fields[0].field,
        told[-4].fields[0].field,
        told[-2].fields[0].field,
    ) == ("lines", "address_town", "address_floor")


def test_every_row_of_json_has_the_fields_that_it_names(archive: Archive) -> None:
    lines = [
        {"external_id": "D-1", "name": "Anna", "other_names": ["A; B", "C"], "address": {"street": "x"}},
        {"external_id": "D-1", "other_addresses": [{"street": "y"}]},
    ]
    for line in lines:
        bring(archive, json.dumps(line) + "\n")
    after = party(archive)
    assert (set(after.other_names), after.address, after.other_addresses) == (
        {"A; B", "C"},
        {"street": "x"},
        ({"street": "y"},),
    )
    assert len(rows(archive, parties)) == 1
