"""A page record as plain tokens and numbers by field: what both engines are fed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from search.analysis import Analyser, fold, identifier_form, normalise
from search.analysis.identifiers import BREAK, grams, is_iban, skeleton, tails
from search.analysis.outline import outline_of
from search.port import PageRecord

FORMAT = 6
"""Goes up when the analyser or the fields change, so that an index of an older kind is noticed and rebuilt."""

TEXT_FIELDS = ("exact", "folded", "stem", "part")
"""Space-separated tokens; the first three are parallel, `part` has an order of its own.

Like all fields of tokens they begin with a mark, so that none is empty: engines differ in whether a page without
the field counts in its statistics, and would score differently.
"""

PARTY_FIELDS = ("party", "debtor", "creditor")
"""Space-separated folded tokens of names and identifiers, with positions."""

GRAM_FIELD = "gram"
WORD_FIELDS = ("exact", "stem")
"""The text fields that are indexed without positions: phrases are those of folded words."""

PHRASE_FIELDS = ("folded", "part", *PARTY_FIELDS, GRAM_FIELD)

RAW_FIELDS = (
    "document",
    "scope",
    "kind",
    "language",
    "direction",
    "currency",
    "quality",
    "portfolio",
    "batch",
    "station",
    "claim",
    "identifier",
    "tail",
    "iban",
)
"""Sets of single tokens without positions."""

DAY_FIELDS = ("date", "due", "received")
NUMBER_FIELDS = (*DAY_FIELDS, "amount")

_FIRST_DAY = date(1850, 1, 1).toordinal()
_DAY_BITS, _HASH_BITS = 17, 47
_LARGEST = 1 << 62  # a misread amount may have any number of digits; engines hold 63 bits


@dataclass(frozen=True, slots=True)
class PageTerms:
    """Everything that an engine indexes of one page."""

    texts: dict[str, str]
    raw: dict[str, list[str]]
    numbers: dict[str, list[int]]
    facets: dict[str, list[tuple[str, str]]]
    place: int
    outline: bytes
    words: frozenset[str]
    """The folded words of the page, each once."""


@lru_cache(maxsize=4096)
def raw_value(text: str) -> str:
    """How a value of a raw field is written in the index and in a query: normalised, spaces single."""
    return " ".join(normalise(text).split())


def place_of(document: str, day: date | None) -> int:
    """Where a document stands in the order by date: 17 bits of day, then 47 of a digest of its identifier.

    One number that orders, breaks ties and groups the pages of a document.
    """
    ordinal = 0 if day is None else min(max(day.toordinal() - _FIRST_DAY, 1), (1 << _DAY_BITS) - 1)
    digest = int.from_bytes(hashlib.blake2b(document.encode(), digest_size=8).digest(), "big")
    return ordinal << _HASH_BITS | digest >> (64 - _HASH_BITS)


def page_terms(record: PageRecord, analyser: Analyser) -> PageTerms:
    """The tokens and numbers of one page."""
    text = analyser.fields(record.text, record.language)
    identifiers = dict.fromkeys(_identifiers(record, text.identifiers))
    ibans = [form for form in identifiers if is_iban(form)]
    return PageTerms(
        texts=_marked(
            {
                "exact": text.exact,
                "folded": text.folded,
                "stem": text.stem,
                "part": text.part,
                GRAM_FIELD: f" {BREAK} ".join([" ".join(grams(form)) for form in identifiers]),
                **_parties(record, analyser),
            }
        ),
        raw={
            "document": [record.document],
            "scope": sorted(record.scopes),
            "kind": [raw_value(record.kind)],
            "language": [raw_value(record.language)],
            "direction": [raw_value(record.direction)] if record.direction else [],
            "currency": sorted({raw_value(amount.currency) for amount in record.amounts}),
            "quality": sorted(map(raw_value, record.quality)),
            **{
                name: [] if named is None else [raw_value(named.id), raw_value(named.name)]
                for name, named in (
                    ("portfolio", record.portfolio),
                    ("batch", record.batch),
                    ("station", record.station),
                )
            },
            "claim": [
                form for claim in record.claims for form in map(identifier_form, (claim.id, claim.number))
            ],
            "identifier": list(identifiers),
            "tail": list(dict.fromkeys(tail for form in identifiers for tail in tails(form))),
            "iban": [form for iban in ibans for form in (iban, iban[2:], skeleton(iban), *tails(iban))],
        },
        numbers={
            **{
                name: [] if day is None else [day.toordinal()]
                for name, day in (
                    ("date", record.document_date),
                    ("due", record.due_date),
                    ("received", record.received_date),
                )
            },
            "amount": sorted({amount.minor for amount in record.amounts if abs(amount.minor) < _LARGEST}),
        },
        facets={
            "kind": [(record.kind, record.kind)],
            "year": [(str(record.document_date.year),) * 2] if record.document_date else [],
            "party": [(party.id, party.name) for party in dict.fromkeys(record.parties)],
            "language": [(record.language, record.language)],
            "portfolio": [(record.portfolio.id, record.portfolio.name)] if record.portfolio else [],
        },
        place=place_of(record.document, record.document_date or record.received_date),
        outline=outline_of(text.groups, record.text, record.language),
        words=text.words,
    )


def _marked(fields: Mapping[str, str]) -> dict[str, str]:
    """Fields with the mark that they begin with; what is one object stays one, which is handed over once."""
    marked = {id(tokens): f"{BREAK} {tokens}" if tokens else BREAK for tokens in fields.values()}
    return {name: marked[id(tokens)] for name, tokens in fields.items()}


def _identifiers(record: PageRecord, of_text: Iterable[str]) -> Iterator[str]:
    for identifier in record.identifiers:
        if form := identifier_form(identifier.value):
            yield from _with_national(form)
    for form in of_text:
        yield from _with_national(form)


def _with_national(form: str) -> Iterator[str]:
    """An IBAN is also searched for as the national account number, which papers print without the country."""
    yield form
    if is_iban(form):
        yield form[2:]


def _parties(record: PageRecord, analyser: Analyser) -> dict[str, str]:
    names: dict[str, list[str]] = {field: [] for field in PARTY_FIELDS}
    for party in record.parties:
        phrase = " ".join([analyser.fields(party.name).folded, BREAK, fold(identifier_form(party.id)), BREAK])
        for field in ("party", party.role):
            if field in names:
                names[field].append(phrase)
    return {field: " ".join(phrases) for field, phrases in names.items()}
