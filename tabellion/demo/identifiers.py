"""Made-up identifiers and account numbers whose check digits are right, from a source of randomness handed in."""

import random
from datetime import date

from stdnum import iban
from stdnum.es import ccc, cif
from stdnum.gb import vat as gb_vat
from stdnum.iso7064 import mod_11_10
from stdnum.it import codicefiscale
from stdnum.luhn import calc_check_digit as luhn_digit
from stdnum.pl import nip, pesel, regon


def digits(rng: random.Random, count: int) -> str:
    """So many decimal digits, the first of them not zero."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def make_iban(country: str, bban: str) -> str:
    """The IBAN of a national account number (ISO 13616: check digits by ISO 7064 MOD 97-10)."""
    check: str = iban.calc_check_digits(f"{country}00{bban}")
    return f"{country}{check}{bban}"


def spaced(account: str) -> str:
    """An IBAN as it is printed: groups of four."""
    return " ".join(account[start : start + 4] for start in range(0, len(account), 4))


def polish_iban(rng: random.Random) -> str:
    """24 digits: sort code with its own check digit (weights 3, 9, 7, 1), then sixteen of the account."""
    sort = digits(rng, 7)
    check = -sum(int(digit) * weight for digit, weight in zip(sort, (3, 9, 7, 1, 3, 9, 7), strict=True)) % 10
    return make_iban("PL", f"{sort}{check}{digits(rng, 16)}")


def italian_iban(rng: random.Random) -> str:
    """CIN letter, ABI (bank), CAB (branch) and account."""
    body = "0" + digits(rng, 4) + digits(rng, 5) + "0000" + digits(rng, 8)
    return make_iban("IT", f"{cin(body)}{body}")


def cin(body: str) -> str:
    """The check letter of an Italian account of 22 digits: places counted odd weigh as in the codice fiscale."""
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
    total = sum(odd[int(digit)] if place % 2 == 0 else int(digit) for place, digit in enumerate(body))
    return chr(ord("A") + total % 26)


def british_iban(rng: random.Random, bank: str) -> str:
    """Four letters of the bank, sort code, account."""
    return make_iban("GB", f"{bank}{digits(rng, 6)}{digits(rng, 8)}")


def german_iban(rng: random.Random) -> str:
    """Bank code and ten digits of the account."""
    return make_iban("DE", digits(rng, 8) + digits(rng, 10))


def spanish_iban(rng: random.Random) -> str:
    """Código cuenta cliente with its two check digits."""
    bank, account = digits(rng, 8), digits(rng, 10)
    check: str = ccc.calc_check_digits(f"{bank}00{account}")
    return make_iban("ES", f"{bank}{check}{account}")


def make_pesel(rng: random.Random, birth: date, *, female: bool) -> str:
    """Birth date (month plus 20 from the year 2000 on), serial, sex, check digit."""
    month = birth.month + (20 if birth.year >= 2000 else 0)
    sex = rng.choice("02468" if female else "13579")
    body = f"{birth.year % 100:02}{month:02}{birth.day:02}{rng.randint(0, 999):03}{sex}"
    return body + str(pesel.calc_check_digit(body))


def make_nip(rng: random.Random) -> str:
    """Ten digits; a body whose remainder is ten has no check digit and is drawn again."""
    while True:
        body = digits(rng, 9)
        check = nip.checksum(body + "0") % 11
        if check < 10:
            return f"{body}{check}"


def make_regon(rng: random.Random) -> str:
    """Nine digits."""
    body = digits(rng, 8)
    return body + str(regon.calc_check_digit(body))


def make_krs(rng: random.Random) -> str:
    """Ten digits with leading zeros; the register has no check digit."""
    return f"{rng.randint(400_000, 999_999):010}"


def make_codice_fiscale(surname: str, name: str, birth: date, *, female: bool, place: str) -> str:
    """Codice fiscale of a person (D.M. 23 December 1976); `place` is the cadastral code of the town of birth."""
    day = birth.day + (40 if female else 0)
    month = "ABCDEHLMPRST"[birth.month - 1]
    body = f"{_three(surname)}{_three(name, given=True)}{birth.year % 100:02}{month}{day:02}{place}"
    return body + str(codicefiscale.calc_check_digit(body))


def _three(name: str, *, given: bool = False) -> str:
    """Three letters of a name: consonants, then vowels, then X; a given name of four consonants drops the second."""
    letters = [letter for letter in name.upper() if letter.isalpha()]
    consonants = [letter for letter in letters if letter not in "AEIOU"]
    if given and len(consonants) >= 4:
        consonants = [consonants[0], *consonants[2:]]
    vowels = [letter for letter in letters if letter in "AEIOU"]
    return "".join([*consonants, *vowels, "X", "X"][:3])


def make_partita_iva(rng: random.Random, office: str) -> str:
    """Seven digits of the company, three of the tax office, the Luhn digit."""
    body = digits(rng, 7) + office
    return body + str(luhn_digit(body))


def make_gb_vat(rng: random.Random) -> str:
    """Nine digits, the last two of which bring the weighted sum to 42 modulo 97 (the series from 2010 on)."""
    while True:
        body = str(rng.randint(1_500_000, 9_999_999))
        for check in range(97):
            if gb_vat.checksum(f"{body}{check:02}") == 42:
                return f"{body}{check:02}"


def make_ust_id(rng: random.Random) -> str:
    """Nine digits, ISO 7064 MOD 11,10."""
    body = digits(rng, 8)
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def make_cif(rng: random.Random, letter: str, province: str) -> str:
    """Letter of the legal form, province, five digits, check digit (a digit for B)."""
    body = f"{letter}{province}{rng.randint(10_000, 99_999)}"
    return body + str(cif.calc_check_digits(body)[0])
