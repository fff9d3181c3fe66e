"""The indexes on the server, and pages and words as its documents."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from search.analysis import skeleton
from search.card import card_of
from search.facets import FACET_PREFIX, facet_term
from search.port import FACETS, PageRecord
from search.terms import NUMBER_FIELDS, PHRASE_FIELDS, RAW_FIELDS, WORD_FIELDS, PageTerms

PLACE_SHIFT: Final = 1 << 63
"""Places have 64 bits without a sign; OpenSearch's `long` has a sign."""

_IN_MAKING: Final[Mapping[str, Any]] = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    "refresh_interval": "-1",
    # A new generation that is lost is made anew: each of its pages alone need not be on disk, nor on two nodes.
    "translog.durability": "async",
}
_COPIED: Final = {"auto_expand_replicas": "0-1"}
"""A copy where there is a second node."""

_LONGEST_RAW = 8_000
"""Lucene's longest term is 32 766 bytes."""


def page_index(*, modern: bool, copied: bool) -> dict[str, Any]:
    """Settings and fields of an index of pages; `copied` where another node may have to be given what changes.

    Tokens come ready from our analyser, so text is split at spaces. Scores are those of BM25 with the factor k1 + 1, as
    tantivy computes them; from version 3 on that similarity has a name of its own. Nothing is seen before a refresh
    that we ask for.
    """
    phrases = {"type": "text", "analyzer": "whitespace", "index_options": "positions"}
    words = {**phrases, "index_options": "freqs"}
    raw = {"type": "keyword", "doc_values": False, "ignore_above": _LONGEST_RAW}
    number = {"type": "long", "doc_values": False}
    return {
        "settings": {
            **_IN_MAKING,
            "similarity": {"default": {"type": "LegacyBM25" if modern else "BM25"}},
        },
        "mappings": {
            "dynamic": "strict",
            # What came in is not kept: text is in the vault and nowhere else as it stands. Another node is told the
            # latest changes from a record of what came in, which stays half a day at least: where there is no such
            # node, this record is most of the index and read by nobody.
            "_source": {"enabled": False, "recovery_source_enabled": copied},
            "properties": {
                **dict.fromkeys(PHRASE_FIELDS, phrases),
                **dict.fromkeys(WORD_FIELDS, words),
                **dict.fromkeys(RAW_FIELDS, raw),
                "document": {"type": "keyword"},
                **{
                    FACET_PREFIX + name: {
                        "type": "keyword",
                        "index": False,
                        "eager_global_ordinals": True,
                        "ignore_above": _LONGEST_RAW,
                    }
                    for name in FACETS
                },
                **dict.fromkeys(NUMBER_FIELDS, number),
                "place": {"type": "long"},
                "page": {"type": "integer", "index": False},
                "card": {"type": "keyword", "index": False, "doc_values": False, "store": True},
                "outline": {"type": "binary", "store": True},
            },
        },
    }


def in_force(*, copied: bool) -> dict[str, Any]:
    """The settings of a generation that answers."""
    return {"translog.durability": "request", **(_COPIED if copied else {})}


def words_index() -> dict[str, Any]:
    """Settings and fields of a vocabulary: OpenSearch shows nobody its own dictionary of terms.

    It is little, and copied from the outset: whether there is a second node is seen by that.
    """
    keyword = {"type": "keyword"}
    return {
        "settings": {**_IN_MAKING, **_COPIED},
        "mappings": {
            "dynamic": "strict",
            "_source": {"enabled": False},
            "properties": {"form": keyword, "folded": keyword, "shape": {**keyword, "doc_values": False}},
        },
    }


def page_body(record: PageRecord, terms: PageTerms) -> dict[str, Any]:
    """A page as the index takes it."""
    return {
        **terms.texts,
        **{name: items for name, items in terms.raw.items() if items},
        **{name: items for name, items in terms.numbers.items() if items},
        **{
            FACET_PREFIX + name: [facet_term(value, label) for value, label in pairs]
            for name, pairs in terms.facets.items()
            if pairs
        },
        "place": signed(terms.place),
        "page": record.page,
        "card": json.dumps(card_of(record), ensure_ascii=False),
        "outline": b64encode(terms.outline).decode(),
    }


def word_body(form: str, folded: str) -> dict[str, Any]:
    """A word as the vocabulary takes it."""
    return {"form": form, "folded": folded, "shape": skeleton(folded)}


def signed(place: int) -> int:
    """A place as it is kept: the same order, with a sign."""
    return place - PLACE_SHIFT


def unsigned(kept: int) -> int:
    """The place that was kept so."""
    return kept + PLACE_SHIFT
