"""Every invented identifier passes the check that others wrote for it."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban
from stdnum.de import vat as de_vat
from stdnum.es import ccc, cif
from stdnum.gb import vat as gb_vat
from stdnum.it import codicefiscale, iva
from stdnum.pl import nip, pesel, regon

from tabellion.demo import identifiers as make

seeds = st.integers(0, 2**32)


@given(seeds, st.dates(date(1930, 1, 1), date(2015, 12, 31)), st.booleans())
def test_polish(seed: int, birth: date, female: bool) -> None:
    rng = random.Random(seed)
    number = make.make_pesel(rng, birth, female=female)
    assert pesel.is_valid(number)
    assert pesel.get_birth_date(number) == birth
    assert pesel.get_gender(number) == ("F" if female else "M")
    assert nip.is_valid(make.make_nip(rng))
    assert regon.is_valid(make.make_regon(rng))
    account = make.polish_iban(rng)
    assert len(account) == 28
    assert iban.is_valid(account)
    weighed = zip(account[4:12], (3, 9, 7, 1, 3, 9, 7, 1), strict=True)
    assert sum(int(digit) * weight for digit, weight in weighed) % 10 == 0


@given(seeds, st.dates(date(1930, 1, 1), date(2015, 12, 31)), st.booleans())
def test_italian(seed: int, birth: date, female: bool) -> None:
    rng = random.Random(seed)
    code = make.make_codice_fiscale("Ferrante", "Alessandro", birth, female=female, place="A952")
    assert codicefiscale.is_valid(code)
    assert codicefiscale.get_birth_date(code, minyear=1930) == birth
    assert iva.is_valid(make.make_partita_iva(rng, "022"))
    assert iban.is_valid(make.italian_iban(rng))


def test_codice_fiscale_takes_the_letters_of_the_decree() -> None:
    # Four consonants of a given name: the first, the third and the fourth; too few letters are filled with X.
    birth = date(1979, 11, 2)
    assert make.make_codice_fiscale("Rossi", "Gianfranco", birth, female=False, place="H501")[:6] == "RSSGFR"
    assert make.make_codice_fiscale("Fo", "Ada", birth, female=True, place="H501")[:11] == "FOXDAA79S42"


def test_italian_account_has_the_letter_of_a_published_example() -> None:
    # The example of the Italian banks' association for the CIN, IT60 X054 2811 1010 0000 0123 456.
    assert make.cin("0542811101000000123456") == "X"


@given(seeds)
def test_others(seed: int) -> None:
    rng = random.Random(seed)
    assert iban.is_valid(make.british_iban(rng, "MFTB"))
    assert iban.is_valid(make.german_iban(rng))
    assert ccc.is_valid(make.spanish_iban(rng)[4:])
    assert gb_vat.is_valid(make.make_gb_vat(rng))
    assert de_vat.is_valid(make.make_ust_id(rng))
    assert cif.is_valid(make.make_cif(rng, "B", "39"))
