"""The tantivy schema, and page terms as its documents."""

import json
from typing import Any

import tantivy

from search.card import card_of, page_hit
from search.facets import FACET_PREFIX, facet_term
from search.port import FACETS, PageHit, PageRecord
from search.terms import GRAM_FIELD, NUMBER_FIELDS, PARTY_FIELDS, RAW_FIELDS, TEXT_FIELDS, PageTerms


def build_schema() -> tantivy.Schema:
    """Tokens come ready from our analyser: tantivy splits at spaces or takes values as they are."""
    builder = tantivy.SchemaBuilder()
    for name in (*TEXT_FIELDS, *PARTY_FIELDS, GRAM_FIELD):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in RAW_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", stored=name == "document")
    for name in FACETS:
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
            values[FACET_PREFIX + name] = [facet_term(value, label) for value, label in pairs]
    values["place"] = terms.place
    values["card"] = json.dumps(card_of(record), ensure_ascii=False, separators=(",", ":")).encode()
    return tantivy.Document.from_dict(values, schema)


def stored_hit(document: tantivy.Document, score: float) -> PageHit:
    """What is stored of a page, as a hit."""
    return page_hit(str(document.get_first("document")), json.loads(bytes(document["card"][0])), score)
