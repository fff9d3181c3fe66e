"""Which column of a file is which field of a record: said by a mapping, or guessed from what columns are called."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from archive.names import fold_text
from tabellion.base.errors import BadRequest

What = Literal["debtors", "claims"]

IDENTIFIERS = (
    "nip", "regon", "pesel", "krs", "partita_iva", "codice_fiscale", "nif", "cif", "vat", "company_number", "ust_id",
    "inn", "kpp", "ogrn", "snils", "tz", "hp", "national_id", "tax_id", "iban",
)  # fmt: skip
"""Types as in the names of fields that are found on papers: a paper with that identifier is linked to the party."""

NUMBERS = ("contract_number", "invoice_number", "case_number", "enforcement_number", "reference")
CLAIM_DATES = ("contract_date", "due_date", "limitation_interrupted")
DAYS = ("birth_date", "principal_as_of", "assigned_on", *CLAIM_DATES)
PARTY_ROLES = ("debtor", "co_debtor", "guarantor")

FIELDS: AnyMapping[str, tuple[str, ...]] = {
    "debtors": (
        "external_id", "name", "given_name", "family_name", "kind", "birth_date", "other_names", "street", "postcode",
        "town", "country", *IDENTIFIERS, "address_lines", "address_more", "other_addresses", "other_identifiers",
    ),
    "claims": (
        "external_id", "number", "portfolio", "creditor", "original_creditor", "currency", "principal",
        "principal_source", "principal_as_of", *PARTY_ROLES, *NUMBERS, *CLAIM_DATES, "assigned_from", "assigned_to",
        "assigned_on", "other_numbers", "other_dates",
    ),
}  # fmt: skip
"""The fields of a row; several values of one field are separated by semicolons."""

# Names that columns have in files of collection systems, folded, without spaces.
_CALLED: AnyMapping[str, str] = {
    "external_id": "externalid id crmid iddluznika idklienta nrklienta numerklienta idwierzytelnosci "
    "customerid customernumber codice codicecliente idcliente numerocliente kundennummer "
    "kundennr klientnr nrdluznika dluzniknr identyfikator idexternal codicedebitore clientid "
    "clientnumber debtornumber numerodecliente idclientenumero schuldnernummer номерклиента "
    "кодклиента клиент",
    "name": "name fullname nazwa imieinazwisko nazwiskoiimie dluznik debitore denominazione nombre наименование фио",
    "given_name": "givenname firstname imie nome vorname имя imiona nombredepila prenome",
    "family_name": "familyname lastname surname nazwisko cognome apellidos nachname фамилия",
    "birth_date": "birthdate dateofbirth dataurodzenia dataur datadinascita fechadenacimiento geburtsdatum "
    "датарождения urodzony urodzona urodzonya dob born birthday nato nata natoil geboren "
    "geburtstag nacido nacimiento родился",
    "kind": "kind type rodzaj typ tipo rodzajpodmiotu art вид",
    "other_names": "othernames aliases innenazwy innenazwiska altrinomi otrosnombres weiterenamen другиеимена",
    "street": "street address ulica adres indirizzo via calle direccion strasse улица адрес ulicainumer "
    "ulicainr adresulica adreszamieszkania calleynumero strassehausnummer anschrift domicilio",
    "postcode": "postcode zip postalcode kodpocztowy kod cap codigopostal plz индекс",
    "town": "town city miasto miejscowosc citta comune ciudad localidad ort stadt город miejsce "
    "localita poblacion municipio wohnort населенныйпункт",
    "country": "country kraj paese pais land страна",
    "iban": "iban rachunek nrrachunku konto rachunekbankowy numerrachunku nrkonta numerkonta "
    "contocorrente cuenta cuentabancaria kontonummer bankaccount счет",
    "number": "number claimnumber numer numersprawy nrsprawy numerwierzytelnosci wierzytelnosc "
    "wierzytelnoscnr nrwierzytelnosci numerroszczenia claim claimno numerocredito numeropratica "
    "pratica expediente numeroexpediente forderung forderungsnummer номертребования",
    "portfolio": "portfolio portfel",
    "creditor": "creditor wierzyciel creditore acreedor glaubiger wierzycielaktualny кредитор",
    "original_creditor": "originalcreditor wierzycielpierwotny cedent pierwotnywierzyciel creditoreoriginario "
    "acreedororiginal ursprunglicherglaubiger первоначальныйкредитор",
    "currency": "currency waluta valuta divisa moneda wahrung валюта",
    "principal": "principal amount kwota naleznoscglowna importo importe betrag сумма kapital kapitalglowny "
    "kwotaglowna capitale capital hauptforderung основнойдолг",
    "principal_as_of": "principalasof asof stannadzien nadzien",
    "debtor": "debtor debtorid dluznik iddluznika debitore deudor schuldner должник nrdluznika dluzniknr "
    "klientnr codicedebitore deudorid schuldnernummer",
    "contract_number": "contractnumber contract nrumowy numerumowy contratto contrato vertrag umowa nrkontraktu "
    "numerocontratto numerodecontrato vertragsnummer номердоговора",
    "invoice_number": "invoicenumber invoice nrfaktury numerfaktury fattura factura rechnung",
    "case_number": "casenumber sygnatura sygnaturaakt aktenzeichen sprawasadowa numeroprocedimento autos "
    "номердела",
    "pesel": "nrpesel numerpesel",
    "nip": "nrnip numernip",
    "regon": "nrregon numerregon",
    "krs": "nrkrs numerkrs",
    "enforcement_number": "sygnaturakm kmnr nrkm numerkm",
    "contract_date": "contractdate dateofcontract agreementdate dataumowy dataumowyzdnia datazawarciaumowy "
    "datacontratto datadelcontratto fechacontrato fechadelcontrato vertragsdatum датадоговора",
    "due_date": "duedate paymentdue terminzaplaty terminplatnosci datawymagalnosci datascadenza scadenza "
    "vencimiento fechavencimiento faelligkeit falligkeit falligkeitsdatum срокоплаты "
    "срокплатежа",
}


_CLAIMS_DEBTOR = (
    "iddluznika dluznik idklienta nrklienta numerklienta klientnr nrdluznika dluzniknr customerid customernumber "
    "clientid clientnumber debtornumber codicecliente codicedebitore idcliente numerocliente kundennummer kundennr "
    "schuldnernummer номерклиента кодклиента"
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns by the field that they hold; several columns may hold one field."""

    what: What
    columns: AnyMapping[str, str]

    @classmethod
    def named(cls, what: What) -> Self:
        """The mapping of a file that calls its columns as the fields are called."""
        return cls(what, {name: name for name in FIELDS[what]})

    def check(self) -> None:
        """Raise BadRequest for a field that there is not."""
        unknown = sorted(set(self.columns.values()) - set(FIELDS[self.what]))
        if unknown:
            raise BadRequest(
                f"there is no field {unknown[0][:60]!r} of {self.what}",
                advice=f"Fields are {', '.join(FIELDS[self.what])}.",
            )

    def fields(self, cells: AnyMapping[str, str]) -> dict[str, str]:
        """The cells of a row by field, empty ones too; columns that hold nothing of the record are left out."""
        found: dict[str, str] = {}
        for column, cell in cells.items():
            name = self.columns.get(column)
            if name is not None:
                found[name] = "; ".join(filter(None, (found.get(name), cell)))
        return found


def guess(what: What, columns: Sequence[str]) -> Mapping:
    """The mapping that the names of columns suggest; those that say nothing are left out."""
    names: dict[str, str] = {}
    for field in FIELDS[what]:
        for called in (field.replace("_", ""), *_CALLED.get(field, "").split()):
            names.setdefault(fold_text(called), field)
    if what == "claims":
        # In a file of claims these columns name the debtor; the claim's own id stands beside.
        names |= {fold_text(called): "debtor" for called in _CLAIMS_DEBTOR.split()}
    found: dict[str, str] = {}
    for column in columns:
        field_name = names.get(fold_text(column).replace(" ", ""))
        if field_name is not None and field_name not in found.values():
            found[column] = field_name
    return Mapping(what, found)
