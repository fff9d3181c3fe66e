"""What the codes of the catalogue are called on screens: English messages, marked for the gettext catalogues."""

from collections.abc import Mapping

from archive.reporting.kinds import KINDS as KINDS  # noqa: PLC0414  # pages say them as the papers do
from archive.reporting.kinds import N_ as N_  # noqa: PLC0414
from ocr.values import Region

STATES: Mapping[str, str] = {
    "received": N_("being read"),
    "read": N_("being indexed"),
    "searchable": N_("can be found"),
    "failed": N_("could not be read"),
    "void": N_("void"),
    "erased": N_("erased"),
}

WHY: Mapping[str, str] = {
    "check_digit": N_("identifier, its check digit holds"),
    "identifier": N_("identifier"),
    "phrase": N_("these words together"),
    "exact": N_("the word as typed"),
    "stem": N_("another form of the word"),
    "part": N_("part of a longer word"),
    "ocr_variant": N_("perhaps misread by the machine"),
    "filter": N_("fits the filter"),
}

DIRECTIONS: Mapping[str, str] = {"in": N_("received"), "out": N_("sent")}

FIELDS: Mapping[str, str] = {
    "document_date": N_("Dated"),
    "due_date": N_("To pay by"),
    "invoice_date": N_("Invoice date"),
    "payment_date": N_("Paid on"),
    "assignment_date": N_("Assigned on"),
    "interest_from": N_("Interest from"),
    "invoice_number": N_("Invoice number"),
    "contract_number": N_("Contract number"),
    "case_number": N_("Case number"),
    "enforcement_number": N_("Enforcement number"),
    "reference": N_("Reference"),
    "currency": N_("Currency"),
    "amounts.principal": N_("Principal"),
    "amounts.interest": N_("Interest"),
    "amounts.costs": N_("Costs"),
    "amounts.net": N_("Net"),
    "amounts.vat": N_("VAT"),
    "amounts.total": N_("Total"),
    "amounts.deposit": N_("Deposit"),
    "amounts.monthly_fee": N_("Monthly fee"),
    "amounts.credit_limit": N_("Credit limit"),
    "iban": N_("Account"),
    "account": N_("Account"),
    "bik": N_("Bank code"),
    "parties.court.name": N_("Court"),
    "name": N_("Name"),
    "birth_date": N_("Born"),
    "company_number": N_("Company number"),
    "national_id": N_("Identity number"),
    "tax_id": N_("Tax number"),
}
"""Fields by full name or, for those of a party, by their last part; what is not here goes by its own name."""

ROLES: Mapping[str, str] = {
    "debtor": N_("Debtor"),
    "co_debtor": N_("Co-debtor"),
    "guarantor": N_("Guarantor"),
    "creditor": N_("Creditor"),
    "assignee": N_("New creditor"),
    "court": N_("Court"),
    "claim": N_("Claim"),
    "party": N_("Party"),
}

BASES: Mapping[str, str] = {
    "identifier": N_("its identifier was read, the check digit holds"),
    "iban": N_("by account number"),
    "number": N_("by contract, case or invoice number"),
    "number_name": N_("by name and number"),
    "name_birth_date": N_("by name and date of birth"),
    "name_address": N_("by name and address"),
    "name_amount": N_("by name and amount"),
    "name": N_("by name alone"),
    "person": N_("a person linked it"),
}

FACTS: Mapping[str, str] = {
    "address": N_("Address"),
    "claim_number": N_("Claim number"),
    "number_in_common": N_("Number of other papers"),
}
"""What the registry, or other papers, say of somebody, where it is no field of a paper."""

DOUBTS: Mapping[str, str] = {
    "unsure": N_("The machine is not sure of it."),
    "sum": N_("The amounts of this paper do not add up."),
    "check_digit": N_("Its check digit does not hold."),
    "date_order": N_("The dates of this paper cannot stand in this order."),
    "print": N_("The page prints another value than the file's own data says."),
}
"""Why a figure waits for a person."""

REGIONS: Mapping[tuple[str, bool], str] = {
    ("signature", True): N_("Signed here: likely"),
    ("signature", False): N_("Signed here: perhaps"),
    ("stamp", True): N_("Stamped here: likely"),
    ("stamp", False): N_("Stamped here: perhaps"),
    ("handwriting", True): N_("Written by hand here: likely"),
    ("handwriting", False): N_("Written by hand here: perhaps"),
}
LIKELY = 0.7


def region(found: Region) -> str:
    """What is likely to be in a region of a page, in words."""
    return REGIONS[found.kind, found.confidence >= LIKELY]


IMPORT_STATES: Mapping[str, str] = {
    "waiting": N_("waits"),
    "running": N_("is being read"),
    "done": N_("done"),
    "failed": N_("could not be read"),
}

ROW_OUTCOMES: Mapping[str, str] = {
    "added": N_("would be new"),
    "changed": N_("would change"),
    "unchanged": N_("stays as it is"),
    "refused": N_("would be refused"),
}
"""What would become of a row of an import that is only tried."""

ROW_PROBLEMS: Mapping[str, str] = {
    "BROKEN_QUOTE": N_("A quote is not closed. Close it, or write a quote inside a cell twice."),
    "TOO_MANY_CELLS": N_("More cells than columns. Put cells that hold the separator into quotes."),
    "BAD_JSON": N_("Not one JSON object on a line."),
    "BAD_TEXT": N_("Bytes that are none of the file's encoding. Save it in UTF-8, or name its encoding."),
    "FORMULA_WITHOUT_VALUE": N_("A formula without a value. Save the sheet in the program that made it."),
    "NO_EXTERNAL_ID": N_("No external id. Give every row the number that its record has in your system."),
    "DUPLICATE_EXTERNAL_ID": N_("An earlier row has the same external id; nothing of this one was taken."),
    "NO_NAME": N_("No name. Give the name, or given name and family name."),
    "NO_NUMBER": N_("No number of the claim, or a longer one than there are."),
    "BAD_KIND": N_("Not person, company, court or authority."),
    "BAD_DATE": N_("Not a date such as 2024-06-18 or 18.06.2024."),
    "AMBIGUOUS_DATE": N_(
        "Other dates of this column have the month first, so this one may be two days. Write dates as 2024-06-18, "
        "or choose on the form what comes first."
    ),
    "SPREADSHEET_ERROR": N_(
        "The error of a formula, not a value. Mend it in the spreadsheet, or empty the cell."
    ),
    "BAD_VALUE": N_("Not as an export writes it."),
    "LEADING_ZERO": N_(
        "Too short: the spreadsheet may have dropped a zero at its beginning. Give the column the form of text; "
        "until then this identifier links no papers."
    ),
    "BAD_AMOUNT": N_("Not an amount such as 2926.05 or 2 926,05."),
    "BAD_CURRENCY": N_("Not a currency of three letters, as in PLN."),
    "TOO_LONG": N_("Longer than it may be. Shorten it."),
    "CHECK_DIGIT": N_("The check digit does not hold: this identifier links no papers."),
    "UNKNOWN_PARTY": N_("Names a party that there is not. Import the parties first."),
    "UNKNOWN_PORTFOLIO": N_("Names a portfolio that there is not."),
    "INCOMPLETE_ASSIGNMENT": N_("An assignment has a buyer and a day."),
}
"""What is wrong with a row of an import, and what to do."""

PARTY_KINDS: Mapping[str, str] = {
    "person": N_("person"),
    "company": N_("company"),
    "court": N_("court"),
    "authority": N_("authority"),
}

RECORD_FIELDS: Mapping[str, str] = {
    "other_names": N_("Other names"),
    "kind": N_("Kind"),
    "external_id": N_("External id"),
    "lines": N_("Address"),
    "street": N_("Street"),
    "postcode": N_("Postcode"),
    "town": N_("Town"),
    "country": N_("Country"),
    "address_town": N_("Town of the address"),
    "other_addresses": N_("Other addresses"),
    "number": N_("Claim number"),
    "portfolio": N_("Portfolio"),
    "original_creditor": N_("First creditor"),
    "principal_minor": N_("Principal"),
    "principal_source": N_("Source of the principal"),
    "principal_as_of": N_("Principal as of"),
    "contract_date": N_("Contract date"),
    "limitation_interrupted": N_("Limitation interrupted"),
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "principal": N_("Principal"),
    "address_lines": N_("Address as lines"),
    "assigned_from": N_("Seller of the claim"),
    "assigned_to": N_("Buyer of the claim"),
    "assigned_on": N_("Day of the assignment"),
}
"""Fields of debtors and claims, where they are not called as on papers."""


def record_field(name: str) -> str:
    """The message for a field of a debtor or claim."""
    return RECORD_FIELDS.get(name) or ROLES.get(name) or field_label(name)


LINK_STATES: Mapping[str, str] = {
    "automatic": N_("linked by machine"),
    "confirmed": N_("confirmed"),
    "proposed": N_("may belong, not confirmed"),
    "rejected": N_("rejected"),
}

VOID_REASONS: Mapping[str, str] = {
    "number-skipped": N_("the feeder skipped the number; there is no paper for it"),
    "double-feed": N_("two sheets went through as one; scanned again under other numbers"),
    "test-sheet": N_("a test or cleaning sheet"),
    "wrong-batch": N_("the paper belongs to another batch"),
    "illegible": N_("the scan cannot be used and there is no better one"),
}

CLOSE_REASONS: Mapping[str, str] = {
    "not-in-box": N_("the paper was not in the box"),
    "counted-wrong": N_("the declared count was wrong"),
    "paper-damaged": N_("the paper cannot be scanned"),
    "comes-later": N_("the paper comes later, as a supplement"),
    "extra-paper": N_("there was more paper than declared"),
}

ACCOUNT_ROLES: Mapping[str, str] = {
    "operator": N_("Operator"),
    "collector": N_("Collector"),
    "legal": N_("Legal"),
    "auditor": N_("Auditor"),
    "registrar": N_("Registry clerk"),
    "administrator": N_("Administrator"),
    "station": N_("Station"),
}

IDENTIFIERS: Mapping[str, str] = {
    "nip": "NIP",
    "regon": "REGON",
    "pesel": "PESEL",
    "krs": "KRS",
    "partita_iva": "Partita IVA",
    "codice_fiscale": "Codice fiscale",
    "nif": "NIF",
    "cif": "CIF",
    "vat": "VAT",
    "ust_id": "USt-IdNr.",
    "inn": "ИНН",
    "kpp": "КПП",
    "ogrn": "ОГРН",
    "snils": "СНИЛС",
    "tz": "ת.ז.",
    "hp": "ח.פ.",
    "iban": "IBAN",
}
"""Identifiers go by the name that stands on papers, in every language."""

ENTRIES: Mapping[str, str] = {
    "receive": N_("received and sealed"),
    "batch-open": N_("batch opened"),
    "batch-change": N_("batch changed"),
    "batch-close": N_("batch closed"),
    "compose": N_("pages put together as a paper"),
    "derive": N_("pictures and text made from it"),
    "read": N_("read by machine"),
    "correct": N_("a figure was corrected"),
    "link": N_("links changed"),
    "grant": N_("right given"),
    "revoke": N_("right taken back"),
    "access": N_("looked at"),
    "download": N_("original handed out"),
    "search": N_("a search"),
    "export": N_("given out in a package"),
    "erase": N_("erased"),
    "verify": N_("evidence checked"),
    "fixity": N_("stored bytes listed"),
    "stamp": N_("time proof obtained"),
    "restore": N_("restored"),
    "config": N_("setting made or changed"),
    "key": N_("key made or changed"),
    "account": N_("account made or changed"),
    "incident": N_("something is not as it should be"),
}
"""Entries of the log, in words."""

COMPOSED: Mapping[str, str] = {
    "split": N_("split"),
    "join": N_("joined"),
    "reorder": N_("pages put in another order"),
    "void": N_("declared void"),
    "replace": N_("replaced"),
    "relate": N_("related to another paper"),
    "by-hand": N_("it was said that no new paper begins where one was proposed"),
}
"""Entries of what papers are made of, by their reason."""


def field_label(name: str) -> str:
    """The message for a field's name; untranslated names come back as they are."""
    if name in FIELDS:
        return FIELDS[name]
    head, _, last = name.rpartition(".")
    first = head.split(".", maxsplit=1)[0]
    return IDENTIFIERS.get(last) or FIELDS.get(last) or FIELDS.get(first) or name


def field_owner(name: str) -> str:
    """The role whose field it is (`parties.debtor.pesel`, `iban.creditor`), or nothing."""
    parts = name.split(".")
    owner = parts[1] if len(parts) > 1 and parts[0] in ("parties", "iban", "account", "bik") else ""
    return ROLES.get(owner, "")


STAGES: Mapping[str, str] = {
    "building": N_("being made"),
    "ready": N_("ready"),
    "pending": N_("ready, time proof pending"),
    "filed": N_("filed"),
    "failed": N_("could not be made"),
    "erased": N_("erased"),
}
"""Where a package stands."""

RECIPIENTS: Mapping[str, str] = {
    "court": N_("the court"),
    "opposing-party": N_("the other side"),
    "data-subject": N_("the person concerned"),
    "internal": N_("our own people"),
}

TWINS: Mapping[str, str] = {
    "rescan": N_("scanned again"),
    "same-bytes": N_("received again, the same bytes"),
}

PARTS: Mapping[str, str] = {
    "api": N_("Web and REST"),
    "broker": N_("Broker: tells workers at once"),
    "keeper": N_("Keeper: seals, stamps, indexes"),
    "worker": N_("Workers: read papers"),
    "catalogue": N_("Catalogue"),
    "index": N_("Search index"),
    "log": N_("Log"),
    "vault": N_("Vault"),
}

KEYS: Mapping[str, str] = {
    "log": N_("Signs the log"),
    "receipt": N_("Signs receipts"),
    "seal": N_("Seals packages"),
    "objects": N_("Encrypts what is stored"),
    "authority": N_("Time-stamp authority"),
    "station": N_("Token of a station"),
}

FAULTS: Mapping[str, str] = {
    "missing": N_("missing"),
    "altered": N_("altered"),
    "no-key": N_("its key is missing"),
}
"""What fixity can find of an object."""

LIMITED: Mapping[str, str] = {
    "RATE_LIMITED": N_("more requests than the rate allows"),
    "QUOTA_REACHED": N_("more files or bytes than the quota allows"),
    "TOO_MANY_AT_ONCE": N_("too much at the same time"),
    "BUSY": N_("no turn came in time: the service is busy"),
}
"""Why somebody was refused by the limits."""

QUEUES: Mapping[str, str] = {
    "read": N_("papers to read"),
    "log": N_("entries to append to the log"),
    "receipt": N_("receipts to sign"),
    "index": N_("papers to index"),
}
