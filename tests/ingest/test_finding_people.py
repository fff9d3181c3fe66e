"""People are found as they are typed: by beginnings, and by forms of their names, in any order, without titles."""

from hypothesis import given
from hypothesis import strategies as st

from archive.archive import Archive
from archive.inflection import inflected, is_form, stem_of
from archive.registry import NewParty, find_parties, parties_in, put_parties

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
