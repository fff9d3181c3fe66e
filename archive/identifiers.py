"""Whether an identifier of a party is one: its check digit holds, or its kind has none but still names one party.

Types are those of the field names (`pesel`, `nip`, `iban`, ...); values are bare: letters and digits in upper case.
"""

from collections.abc import Callable

from stdnum import iban
from stdnum.de import vat as de_vat
from stdnum.es import cif, dni, nie
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat
from stdnum.il import hp, idnr
from stdnum.it import codicefiscale, iva
from stdnum.pl import nip, pesel, regon
from stdnum.ru import inn, ogrn
from stdnum.th import moa, pin


def _snils(value: str) -> bool:
    """The control number of a СНИЛС: weights 9 to 1, modulo 101, 100 counts as 0."""
    if len(value) != 11 or not value.isdecimal():
        return False
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(value[:9])) % 101 % 100
    return total == int(value[9:])


def _ten_digits(value: str) -> bool:
    return len(value) == 10 and value.isdecimal()


_CHECKS: dict[str, tuple[Callable[[str], bool], ...]] = {
    "iban": (iban.is_valid,),
    "nip": (nip.is_valid,),
    "regon": (regon.is_valid,),
    "pesel": (pesel.is_valid,),
    "krs": (_ten_digits,),
    "partita_iva": (iva.is_valid,),
    "codice_fiscale": (codicefiscale.is_valid,),
    "nif": (dni.is_valid, nie.is_valid),
    "cif": (cif.is_valid,),
    "vat": (eu_vat.is_valid, gb_vat.is_valid),
    "ust_id": (de_vat.is_valid,),
    "inn": (inn.is_valid,),
    "ogrn": (ogrn.is_valid,),
    "snils": (_snils,),
    "hp": (hp.is_valid,),
    "tz": (idnr.is_valid,),
    "national_id": (pin.is_valid,),
    "tax_id": (moa.is_valid,),
    # Companies House numbers have no check digit.
    "company_number": (lambda value: len(value) == 8 and value.isalnum(),),
}

CHECKED = frozenset(_CHECKS)
"""Types that `identifies` can judge."""


def identifies(kind: str, value: str) -> bool:
    """Whether a value of this type names one party; False for types that do not (birth dates, КПП, БИК)."""
    return any(holds(value) for holds in _CHECKS.get(kind, ()))
