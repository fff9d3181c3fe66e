"""Whether an identifier's own check digit holds: the query's answer may then say so."""

from collections.abc import Callable

from stdnum import iban
from stdnum.de import idnr
from stdnum.es import nie, nif
from stdnum.it import codicefiscale, iva
from stdnum.pl import nip, pesel, regon
from stdnum.ru import inn

_CHECKS: tuple[Callable[[str], bool], ...] = (
    iban.is_valid,
    nip.is_valid,
    pesel.is_valid,
    regon.is_valid,
    codicefiscale.is_valid,
    iva.is_valid,
    nif.is_valid,
    nie.is_valid,
    inn.is_valid,
    idnr.is_valid,
)


def check_digit_holds(form: str) -> bool:
    """Whether the bare form is a valid IBAN, NIP, PESEL, REGON, codice fiscale, partita IVA, NIF, NIE, INN or IdNr."""
    return any(valid(form.upper()) for valid in _CHECKS)
