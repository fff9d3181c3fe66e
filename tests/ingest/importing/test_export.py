"""An export that nobody touched changes nothing when it is imported, and makes the same registry of an empty one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, true

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import claims, parties
from archive.catalogue.schema.registry import (
    assignments,
    claim_keys,
    claim_numbers,
    claim_parties,
    party_identifiers,
    party_keys,
    party_names,
    registry_changes,
)
from archive.registry import (
    NewClaim,
    NewParty,
    add_portfolio,
    former_claims,
    former_parties,
    put_claims,
    put_parties,
)
from ingest.importing import Import, Layout, Mapping, guess, open_table, run_import
from ingest.importing.columns import CLAIM_DATES, IDENTIFIERS, NUMBERS, PARTY_ROLES, What
from ingest.importing.export import Format, export_table
from tests.ingest.support import count

FORMS: tuple[Format, ...] = ("csv", "jsonl")
# Everything but what no text of a table can hold: halves of characters, the sign for broken ones, NUL.
_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd\ufeff"), min_size=1, max_size=12
)
_words = st.sampled_from(
    ["Anna", "a; b", "[x]", "'=1", "=1", " ' -x", "#", "1,5", '"', "Łódź", "\tx", "a\nb", "'t H"]
)
TEXTS = _texts | _words
FILLED = TEXTS.filter(lambda text: bool(text.strip()))
TYPES = st.sampled_from([*IDENTIFIERS, "passport"])
ADDRESS = st.dictionaries(
    st.sampled_from(["street", "postcode", "town", "country", "lines", "floor"]), TEXTS, max_size=6
)
PEOPLE = st.builds(
    NewParty,
    name=FILLED,
    kind=st.sampled_from(["person", "company", "court", "authority"]),
    external_id=st.none() | st.just("D-1"),
    identifiers=st.lists(st.tuples(TYPES, st.from_regex("[A-Z0-9]{1,12}", fullmatch=True)), max_size=4).map(
        tuple
    ),
    other_names=st.lists(FILLED, max_size=3).map(tuple),
    birth_date=st.none() | st.dates(),
    town=st.none() | TEXTS,
    address=ADDRESS,
    other_addresses=st.lists(ADDRESS, max_size=2).map(tuple),
)
CLAIMS = st.builds(
    NewClaim,
    number=FILLED,
    external_id=st.none() | st.just("W-1"),
    currency=st.none() | st.just("PLN"),
    principal_minor=st.none() | st.integers(-(10**12), 10**12),
    principal_source=st.none() | TEXTS,
    principal_as_of=st.none() | st.dates(),
    numbers=st.lists(
        st.tuples(st.sampled_from([*NUMBERS, "policy", "claim_number"]), FILLED), max_size=4
    ).map(tuple),
    dates=st.dictionaries(
        st.sampled_from([*CLAIM_DATES, "contract", "served"]),
        st.dates().map(date.isoformat) | TEXTS,
        max_size=4,
    ),
)
_QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_TABLES = (
    party_names, party_identifiers, party_keys, claim_parties, claim_numbers, claim_keys, assignments,
    registry_changes, claims, parties,
)  # fmt: skip


@contextmanager
def empty(archive: Archive) -> Iterator[Any]:
    """The registry without a record."""
    with archive.catalogue.write() as connection:
        for table in _TABLES:
            connection.execute(delete(table))
        yield connection


def exported(archive: Archive, what: What, form: Format) -> bytes:
    with archive.catalogue.read() as connection:
        return b"".join(export_table(connection, what, true(), form))


def bring(archive: Archive, what: What, data: bytes) -> tuple[int, int, int]:
    table = open_table(BytesIO(data), Layout())
    mapping = guess(what, table.columns) if table.columns else Mapping.named(what)
    counts = run_import(archive, table, Import(mapping, SYSTEM_ACTOR))
    return counts.unchanged, counts.added, counts.rows


@_QUICK
@given(party=PEOPLE, form=st.sampled_from(FORMS))
def test_the_untouched_export_of_a_party_changes_nothing(
    archive: Archive, party: NewParty, form: Format
) -> None:
    with empty(archive) as connection:
        put_parties(archive, connection, [party])
    data = exported(archive, "debtors", form)
    assert bring(archive, "debtors", data) == (1, 0, 1)
    assert count(archive, registry_changes) == 0


@_QUICK
@given(claim=CLAIMS, roles=st.lists(st.sampled_from(PARTY_ROLES), max_size=3), form=st.sampled_from(FORMS))
def test_the_untouched_export_of_a_claim_changes_nothing(
    archive: Archive, claim: NewClaim, roles: list[str], form: Format
) -> None:
    with empty(archive) as connection:
        anna, firm = (
            put.id
            for put in put_parties(
                archive, connection, [NewParty("Anna", external_id="D; 1"), NewParty("Firma", kind="company")]
            )
        )
        whole = replace(
            claim, creditor=firm, original_creditor=anna, parties=tuple((anna, role) for role in roles)
        )
        put_claims(archive, connection, [whole])
    assert bring(archive, "claims", exported(archive, "claims", form)) == (1, 0, 1)
    assert count(archive, registry_changes) == 0


def test_an_export_makes_the_same_registry_of_an_empty_one(archive: Archive) -> None:
    party = NewParty(
        name="Anna Nowak",
        kind="person",
        external_id="D-1",
        identifiers=(("pesel", "44051401359"), ("passport", "XY1"), ("iban", "PL61109010140000071219812874")),
        other_names=("Nowak; Anna", "A. N."),
        birth_date=date(1944, 5, 14),
        town="Łódź",
        address={"lines": "Lipowa 4\n90-001 Łódź", "country": "PL", "town": "Zgierz", "floor": "3"},
        other_addresses=({"street": "Długa 1", "town": "Radom"}, {"lines": "Skrytka 7"}),
    )
    with empty(archive) as connection:
        folder = add_portfolio(archive, connection, "Telecom")
        (put,) = put_parties(archive, connection, [party])
        claim = NewClaim(
            number="KW/1",
            portfolio=folder,
            external_id="W-1",
            creditor=put.id,
            original_creditor=put.id,
            currency="PLN",
            principal_minor=292605,
            principal_source="CRM",
            principal_as_of=date(2024, 1, 2),
            parties=((put.id, "debtor"),),
            numbers=(("contract_number", "ABN/1"), ("policy", "P 1")),
            dates={"contract": "2020-01-02", "due_date": "2021-02-03", "served": "in June"},
        )
        put_claims(archive, connection, [claim])
    for form in FORMS:
        tables = {what: exported(archive, what, form) for what in ("debtors", "claims")}
        with archive.catalogue.read() as connection:
            before = former_parties(connection, ["D-1"])["D-1"], former_claims(connection, ["W-1"])["W-1"]
        with empty(archive):
            pass
        assert bring(archive, "debtors", tables["debtors"]) == (0, 1, 1)
        assert bring(archive, "claims", tables["claims"]) == (0, 1, 1)
        with archive.catalogue.read() as connection:
            after = former_parties(connection, ["D-1"])["D-1"], former_claims(connection, ["W-1"])["W-1"]
            (new,) = connection.scalars(parties.select().with_only_columns(parties.c.id))
        assert (after[0].identifiers, after[0].address) == (before[0].identifiers, before[0].address)
        assert (set(after[0].other_names), after[0].other_addresses, after[0].birth_date, after[0].town) == (
            set(before[0].other_names),
            before[0].other_addresses,
            before[0].birth_date,
            before[0].town,
        )
        assert (after[1].dates, set(after[1].numbers), after[1].portfolio) == (
            before[1].dates,
            set(before[1].numbers),
            before[1].portfolio,
        )
        assert (after[1].principal_minor, after[1].principal_source) == (292605, "CRM")
        assert (after[1].parties, after[1].creditor, after[1].original_creditor) == (
            ((new, "debtor"),),
            new,
            new,
        )
