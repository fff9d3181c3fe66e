"""The tantivy schema, and pages as its documents."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import tantivy

from search.analysis import Analyser
from search.card import card_of, page_hit
from search.changes import Change
from search.embedded.names import NAME_FIELDS, name_columns
from search.facets import FACET_PREFIX, facet_number
from search.port import FACETS, PageHit, PageRecord
from search.terms import NUMBER_FIELDS, PHRASE_FIELDS, RAW_FIELDS, WORD_FIELDS, PageTerms, page_terms
from search.variants import is_word

MIRROR: Final = "mirror"
"""The field of folded words backwards: the dictionary of terms is then asked for words that end alike."""

MOST_BEARERS: Final = 8
_MOST_COUNTED: Final = 300_000
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def build_schema() -> tantivy.Schema:
    """Tokens come ready from our analyser: tantivy splits at spaces or takes values as they are."""
    builder = tantivy.SchemaBuilder()
    for name in PHRASE_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in (*RAW_FIELDS, MIRROR):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", stored=name == "document")
    for name in FACETS:
        builder.add_unsigned_field(FACET_PREFIX + name, indexed=True, fast=True)
    for name in NAME_FIELDS:
        builder.add_unsigned_field(name, fast=True)
    for name in NUMBER_FIELDS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_unsigned_field("place", indexed=True, fast=True)
    for name in ("card", "outline"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


def make_index(path: Path) -> None:
    """An index without a page in an empty folder."""
    tantivy.Index(build_schema(), str(path))


def page_json(record: PageRecord, terms: PageTerms, mirrored: Sequence[str]) -> str:
    """A page as tantivy reads it; `mirrored` are the words that it makes known backwards.

    As JSON, which tantivy reads itself: one string is handed over from process to process, and not thirty values.
    """
    values: dict[str, Any] = {name: text for name, text in terms.texts.items() if text}
    values.update({name: items for name, items in terms.raw.items() if items})
    values.update({name: items for name, items in terms.numbers.items() if items})
    for name, pairs in terms.facets.items():
        if pairs:
            values[FACET_PREFIX + name] = sorted({facet_number(*pair) for pair in pairs})
    if mirrored:
        values[MIRROR] = [word[::-1] for word in mirrored]
    values["place"] = terms.place
    values.update(name_columns(record.document))
    # What the numbers of its facets stand for must be on the card.
    card = {**card_of(record), "portfolio": terms.facets["portfolio"]}
    values["card"] = b64encode(_JSON.encode(card).encode()).decode()
    values["outline"] = b64encode(terms.outline).decode()
    return _JSON.encode(values)


def prepared(change: Change, analyser: Analyser) -> list[str]:
    """The pages of one change, each with all its words backwards (of figures there are no variants)."""
    pages = []
    for record in change.pages:
        terms = page_terms(record, analyser)
        pages.append(page_json(record, terms, list(filter(is_word, terms.words))))
    return pages


@dataclass(slots=True)
class ManyPages:
    """The pages of a new generation: of those that have a word, the first few make it known backwards.

    In an archive of any size nearly all words of a page are on a thousand others; indexing them backwards each time is
    a sixth of all the work. Several bear each word, in case one of them is taken out.
    """

    analyser: Analyser
    _bearers: dict[str, int] = field(default_factory=dict)
    _borne: set[str] = field(default_factory=set)

    def __call__(self, changes: Sequence[Change]) -> list[tuple[str, list[str]]]:
        """Documents with their pages."""
        return [(change.document, [self._page(record) for record in change.pages]) for change in changes]

    def _page(self, record: PageRecord) -> str:
        terms = page_terms(record, self.analyser)
        if len(self._bearers) + len(self._borne) > _MOST_COUNTED:
            self._bearers.clear()
            self._borne.clear()
        mirrored = list(filter(is_word, terms.words - self._borne))
        for word in mirrored:
            bearers = self._bearers.pop(word, 0) + 1
            if bearers < MOST_BEARERS:
                self._bearers[word] = bearers
            else:
                self._borne.add(word)
        return page_json(record, terms, mirrored)


def stored_hit(document: tantivy.Document, score: float) -> PageHit:
    """What is stored of a page, as a hit."""
    card, outline = (bytes(document[name][0]) for name in ("card", "outline"))
    return page_hit(str(document.get_first("document")), json.loads(card), score, outline)
