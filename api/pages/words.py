"""What the codes of the catalogue are called on screens: English messages, marked for the gettext catalogues."""

from collections.abc import Mapping


def N_(message: str) -> str:  # gettext's own name for a message that is translated where it is shown
    """Mark a message for extraction."""
    return message


KINDS: Mapping[str, str] = {
    "contract": N_("Contract"),
    "invoice": N_("Invoice"),
    "assignment_notice": N_("Assignment notice"),
    "dunning_letter": N_("Demand for payment"),
    "court_order": N_("Court order"),
    "payment_confirmation": N_("Payment confirmation"),
    "correspondence": N_("Letter"),
    "other": N_("Paper"),
}

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
    "name": N_("by name and address"),
    "person": N_("a person linked it"),
}

LINK_STATES: Mapping[str, str] = {
    "automatic": N_("linked by machine"),
    "confirmed": N_("confirmed"),
    "proposed": N_("may belong, not confirmed"),
    "rejected": N_("rejected"),
}

REASONS: Mapping[str, tuple[str, str]] = {
    "EMPTY": (N_("The file has no bytes."), N_("Scan or send it again; an empty file holds no paper.")),
    "UNKNOWN_TYPE": (
        N_("The content is neither PDF, TIFF, JPEG nor PNG."),
        N_("Convert it and send that; the name of the file does not matter."),
    ),
    "TRUNCATED": (
        N_("The file ends too early."),
        N_("The transfer was probably cut short. Ask the sender for another copy."),
    ),
    "DAMAGED": (N_("The structure of the file is broken."), N_("Ask the sender for another copy.")),
    "ENCRYPTED": (
        N_("The file opens only with a password."),
        N_("Ask the sender for a copy without a password; nobody's password is guessed."),
    ),
    "TOO_MANY_PAGES": (
        N_("There are more pages than the limit allows."),
        N_("Send it in smaller files, or have the limit raised by the administrator."),
    ),
    "TOO_LARGE_PAGE": (
        N_("A page has more pixels than the limit allows."),
        N_("Scan it at 300 dpi or less, or have the limit raised by the administrator."),
    ),
    "TIME_LIMIT": (
        N_("Reading took longer than the limit allows."),
        N_("Retry once when the machine is idle; if it comes back, look at the original."),
    ),
    "MEMORY_LIMIT": (
        N_("Reading needs more memory than the limit allows."),
        N_("Scan it at a lower resolution; if the file is small, look at the original."),
    ),
    "READER_DIED": (
        N_("The reading process ended unexpectedly."),
        N_("Retry once; if it comes back, the file is damaged: look at the original."),
    ),
    "WORKER_DIED": (
        N_("The workers that read it died again and again."),
        N_("Retry once; if it comes back, look at the original and tell the administrator."),
    ),
    "LANGUAGE_MISSING": (
        N_("A language of the recognition is not installed."),
        N_("The administrator installs it; then retry."),
    ),
    "ENGINE_MISSING": (
        N_("The recognition is not installed."),
        N_("The administrator installs Tesseract; then retry."),
    ),
}
"""Why a paper could not be read, and what to do; the original is kept as it was received in any case."""

UNKNOWN_REASON = (
    N_("Something went wrong while it was read."),
    N_("Retry; if it comes back, tell the administrator."),
)

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


QUERY_ERRORS: Mapping[str, str] = {
    "TOO_LONG": N_("The query is too long."),
    "TOO_MANY_WORDS": N_("The query has too many words."),
    "TOO_DEEP": N_("There are too many parentheses inside each other."),
    "UNCLOSED_QUOTE": N_("This quotation mark is never closed."),
    "UNCLOSED_PARENTHESIS": N_("This parenthesis is never closed."),
    "UNOPENED_PARENTHESIS": N_("This parenthesis was never opened."),
    "EMPTY_PARENTHESES": N_("There is nothing between these parentheses."),
    "EMPTY_ALTERNATIVE": N_("OR needs something on both sides."),
    "NOTHING_NEGATED": N_("Nothing follows that could be left out."),
    "UNEXPECTED": N_("This was not expected here."),
    "UNKNOWN_FIELD": N_("There is no such field; put the words in quotes."),
    "EMPTY_FIELD": N_("Nothing follows the colon."),
    "BAD_DATE": N_("This is no date: write 2024, 2024-03 or 2024-03-01."),
    "BAD_AMOUNT": N_("This is no amount: write 1234.50 without separators."),
    "EMPTY_RANGE": N_("The range has neither a beginning nor an end."),
    "RANGE_BACKWARDS": N_("The range ends before it begins."),
    "PREFIX_TOO_SHORT": N_("At least two letters stand before a star."),
}
"""Why a query is refused, by the stable reason."""

VERDICTS: Mapping[str, str] = {
    "PASSED": N_("All that was checked holds."),
    "FAILED": N_("Something does not hold."),
    "INDETERMINATE": N_("Not everything could be decided."),
}

TIME_CLASSES: Mapping[str, str] = {
    "none": N_("There is no time proof."),
    "pending": N_("The time proof is pending."),
    "test": N_("The time is proved by a test authority: no legal value."),
    "ordinary": N_("The time is proved by an ordinary authority."),
    "qualified": N_("The time is proved by a qualified authority."),
    "unknown": N_("The time is proved by an authority of unknown standing."),
}

PARTS: Mapping[str, str] = {
    "api": N_("Web and REST"),
    "keeper": N_("Keeper: seals, stamps, indexes"),
    "worker": N_("Workers: read papers"),
    "catalogue": N_("Catalogue"),
    "vault": N_("Vault"),
}

QUEUES: Mapping[str, str] = {
    "read": N_("papers to read"),
    "log": N_("entries to append to the log"),
    "receipt": N_("receipts to sign"),
    "index": N_("papers to index"),
}

FINDINGS: Mapping[str, str] = {
    "ORIGINAL_MISSING": N_("The original is not there any more."),
    "ORIGINAL_ALTERED": N_("The original is not what was received."),
    "MANIFEST_MISSING": N_("The description of what was received is not there any more."),
    "MANIFEST_ALTERED": N_("The description of what was received was changed."),
    "DERIVATIVE_MISSING": N_("Something made from the original is missing; the original is not concerned."),
    "DERIVATIVE_ALTERED": N_("Something made from the original was changed; the original is not concerned."),
    "RECORD_MISSING": N_("A record of the paper is not there any more."),
    "RECORD_ALTERED": N_("A record of the paper was changed."),
    "OBJECT_MISSING": N_("An object of the vault is not there any more."),
    "OBJECT_ALTERED": N_("An object of the vault was changed."),
    "KEY_MISSING": N_("A key is missing, and the log knows of no erasure."),
    "ERASURE_RUNNING": N_("An erasure was begun and is not done yet."),
    "ERASED_BUT_READABLE": N_("It was erased, but can still be read."),
    "DEPOSIT_MISSING": N_("The catalogue has lost something that was received."),
    "DOCUMENT_MISSING": N_("The catalogue has lost a paper."),
    "CATALOGUE_DIFFERS": N_("The catalogue says something else than vault and log."),
    "IDENTITY_DIFFERS": N_("Vault and catalogue belong to different archives."),
    "INVENTORY_ALTERED": N_("The inventory of the vault was changed."),
    "LOG_ENTRY_MISSING": N_("An entry is missing from the log."),
    "LOG_ENTRY_ALTERED": N_("An entry of the log was changed."),
    "LOG_CHAIN_BROKEN": N_("The chain of entries of an object is broken."),
    "LOG_ROOT_DIFFERS": N_("The log does not lead to its checkpoint."),
    "LOG_FILE_ALTERED": N_("A file of the log was changed."),
    "LOG_REWRITTEN": N_("The log does not extend an earlier checkpoint: it was rewritten."),
    "CHECKPOINT_OLDER": N_("The checkpoint is older than one that was seen before."),
    "CHECKPOINT_MISSING": N_("The checkpoint of the log has vanished."),
    "CHECKPOINT_SIGNATURE": N_("The checkpoint is not signed by this log's key."),
    "LOG_PENDING": N_("The log does not have everything yet; that takes about a second."),
    "STAMP_MISSING": N_("A stamp is missing."),
    "STAMP_ALTERED": N_("A stamp was changed."),
    "TIME_PENDING": N_("No verified time proof covers it yet."),
    "TIME_TEST_AUTHORITY": N_("The policy asks for more than a test authority."),
    "COMPLETENESS_UNCHECKED": N_(
        "Whether the log holds more about it was not asked; checking everything does."
    ),
}
"""Findings of a verification, by code; what is not here is shown as the report says it."""
