"""People are found as they are typed: by beginnings, and by forms of their names, in any order, without titles.

Claims are found by any part of their numbers.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.archive import Archive
from archive.inflection import inflected, is_form, stem_of
from archive.names import fold_number, number_part, number_parts
from archive.registry import (
    NewClaim,
    NewParty,
    add_portfolio,
    claims_in,
    find_claims,
    find_parties,
    lookup,
    parties_in,
    put_claims,
    put_parties,
)

NAMES = (
    "Małgorzata Brzezińska", "Robert Kowalski", "Ewa Wójcik", "Marek Zając", "Paweł Kwiecień", "Monika Sęk",
    "Юрий Щербаков", "Alessandro Ferrante", "Möbelhaus Seeblick GmbH", "Małgorzata Brzozowska",
)  # fmt: skip
FORMS = {
    "Małgorzacie Brzezińskiej": [0],
    "brzezinskiej": [0],
    "pani Małgorzaty Brzezińskiej": [0],
    "Brzezińską": [0],
    "Malgorzacie Brzez": [0],
    "Małgorzacie": [0, 9],
    "Kowalskiemu Robertowi": [1],
    "panu Kowalskiemu": [1],
    "Robercie": [1],
    "Ewie Wójcik": [2],
    "Markowi Zając": [3],
    "Pawła Kwiecień": [4],
    "Monice": [5],
    "Щербакову": [6],
    "Małgorzacie Kowalskiej": [],
    "Roberta Brzezińska": [],
    "upomnienie": [],
}


def test_forms_of_a_name_find_whose_it_is(archive: Archive) -> None:
    with archive.catalogue.write() as connection:
        known = [put.id for put in put_parties(archive, connection, [NewParty(name) for name in NAMES])]
    with archive.catalogue.read() as connection:
        for text, wanted in FORMS.items():
            rows = find_parties(connection, text, parties_in(None), 5)
            assert sorted(known.index(row.id) for row in rows) == wanted, text
            assert not find_parties(connection, text, parties_in([]), 5)


@given(st.text("abciekorz", min_size=4, max_size=12), st.text("abciekorz", min_size=2, max_size=12))
def test_every_form_begins_with_its_stem(typed: str, name: str) -> None:
    """Candidates are fetched by the stem: what does not begin so would never be asked."""
    assert is_form(typed, typed)
    if inflected(typed, name):
        assert is_form(typed, name)
        assert name.startswith(stem_of(typed))


PARTS = {
    "ABN/2023/004517": ["ABN/2023/004517"],
    "2023 0045": ["ABN/2023/004517"],
    "00451": ["ABN/2023/004517"],
    "4517": ["4517", "2019-4517-X", "ABN/2023/004517"],
    "9-4517-X": ["2019-4517-X"],
    "77/12": ["KW-2024"],
    "0771": ["KW-2024"],
    "517": [],
    "ABN/": [],
    "4518": [],
}


def test_any_part_of_a_number_finds_its_claim(archive: Archive) -> None:
    """The claim whose number it is comes first; other numbers of a claim find it as its own does."""
    wanted = [
        *(NewClaim("ABN/2023/004517"), NewClaim("2019-4517-X", external_id="x"), NewClaim("4517")),
        NewClaim("KW-2024", numbers=(("case_number", "I Nc 10077/12"),)),
    ]
    with archive.catalogue.write() as connection:
        put_claims(archive, connection, wanted)
    with archive.catalogue.read() as connection:
        for text, numbers in PARTS.items():
            assert [row.number for row in find_claims(connection, text, claims_in(None), 5)] == numbers, text
            assert not find_claims(connection, text, claims_in([]), 5)
    with archive.catalogue.write() as connection:
        put_claims(archive, connection, [NewClaim("2019-9999-X", external_id="x")])
    with archive.catalogue.read() as connection:
        assert not find_claims(connection, "9-4517-X", claims_in(None), 5), "the number that it had is gone"
        assert find_claims(connection, "9-9999-X", claims_in(None), 5)


def test_a_part_that_very_many_have_is_found_in_a_small_scope(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However far in the index the claims of the scope lie: so much of it is never walked through."""
    monkeypatch.setattr(lookup, "_COUNTED", 20)
    with archive.catalogue.write() as connection:
        mine = add_portfolio(archive, connection, "Mine")
        others = [NewClaim(f"2024/{number:05}") for number in range(40)]
        put_claims(archive, connection, [*others, NewClaim("Z-2024/99999", portfolio=mine)])
    with archive.catalogue.read() as connection:
        assert len(find_claims(connection, "2024", claims_in(None), 50)) >= 20
        (found,) = find_claims(connection, "2024", claims_in([mine]), 50)
        assert found.number == "Z-2024/99999"


@given(st.text("AB01-/ ", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_every_part_begins_one_of_the_parts(number: str, start: int, length: int) -> None:
    part = number_part(fold_number(number)[start : start + length])
    if part is not None:
        assert any(one.startswith(part) for one in number_parts(fold_number(number)))
