"""The tantivy schema, and page terms as its documents."""

import json
from datetime import date
from typing import Any

import tantivy

from search.port import PageHit, PageParty, PageRecord
from search.terms import GRAM_FIELD, NUMBER_FIELDS, PARTY_FIELDS, RAW_FIELDS, TEXT_FIELDS, PageTerms

FACET_PREFIX = "facet_"
_SEPARATOR = "\x1f"


def build_schema() -> tantivy.Schema:
    """Tokens come ready from our analyser: tantivy splits at spaces or takes values as they are."""
    builder = tantivy.SchemaBuilder()
    for name in (*TEXT_FIELDS, *PARTY_FIELDS, GRAM_FIELD):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in RAW_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", stored=name == "document")
    for name in ("kind", "year", "party", "language", "portfolio"):
        builder.add_text_field(FACET_PREFIX + name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBER_FIELDS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_unsigned_field("place", indexed=True, fast=True)
    builder.add_bytes_field("card", stored=True)
    return builder.build()


def document_of(record: PageRecord, terms: PageTerms, schema: tantivy.Schema) -> tantivy.Document:
    """The tantivy document of a page.

    Built with the schema at hand: a Python integer put into an unsigned field without it is typed as signed, and
    kills the writer's thread some hundred documents later.
    """
    values: dict[str, Any] = {name: text for name, text in terms.texts.items() if text}
    values.update({name: items for name, items in terms.raw.items() if items})
    values.update({name: items for name, items in terms.numbers.items() if items})
    for name, pairs in terms.facets.items():
        if pairs:
            values[FACET_PREFIX + name] = [value + _SEPARATOR + label for value, label in pairs]
    values["place"] = terms.place
    values["card"] = _card(record)
    return tantivy.Document.from_dict(values, schema)


def split_facet(key: str) -> tuple[str, str]:
    """The value and the label of a facet term."""
    value, _, label = key.partition(_SEPARATOR)
    return value, label


def _card(record: PageRecord) -> bytes:
    value = {
        "page": record.page,
        "deposit": record.deposit,
        "kind": record.kind,
        "language": record.language,
        "date": record.document_date.isoformat() if record.document_date else None,
        "parties": [[party.id, party.role, party.name] for party in record.parties],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def page_hit(document: tantivy.Document, score: float) -> PageHit:
    """What is stored of a page, as a hit."""
    card = json.loads(bytes(document["card"][0]))
    return PageHit(
        document=str(document.get_first("document")),
        page=card["page"],
        score=score,
        deposit=card["deposit"],
        kind=card["kind"],
        language=card["language"],
        date=date.fromisoformat(card["date"]) if card["date"] else None,
        parties=tuple(PageParty(*party) for party in card["parties"]),
    )
