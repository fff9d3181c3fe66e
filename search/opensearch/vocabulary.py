"""The words of the index: those near a typed one, and those that begin so."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from search import plan as p
from search.analysis import skeleton
from search.opensearch.asking import BARE, Asking
from search.opensearch.translate import condition
from search.port import Scopes
from search.scoping import scoped
from search.variants import nearest

_MOST_CANDIDATES: Final = 1_000
_MOST_COUNTED: Final = 200
_MOST_LOOKED_AT: Final = 5_000
"""Pages in scope by which words are told common from rare."""


def near_words(asking: Asking, word: str, distance: int, limit: int) -> list[str]:
    """Indexed words within so many edits of a folded word, itself left out.

    The vocabulary is asked for words that are near as they are, and for those that are with what OCR confuses folded
    together, both at once: what takes the server's time is to make an automaton of each.
    """
    with ThreadPoolExecutor(1) as beside:
        alike = beside.submit(_near, asking, "shape", skeleton(word), distance)
        candidates = dict.fromkeys((*_near(asking, "folded", word, distance), *alike.result()), 0)
    candidates.pop(word, None)
    found = nearest(word, candidates, distance, len(candidates))
    if len(found) > limit > 0:
        counts = _commonness(asking, found[:_MOST_COUNTED])
        found = nearest(word, counts, distance, limit)
    return found[:limit]


def words_with(asking: Asking, beginning: str, scopes: Scopes, limit: int) -> list[str]:
    """Words of pages in scope that begin so, commonest first.

    Of the vocabulary, the words that were indexed first are looked at: the common ones are among them. How
    common they are is told by the first pages in scope that have any.
    """
    prefix = {"prefix": {"form": {"value": beginning}}}
    body = {
        **BARE,
        "query": {"constant_score": {"filter": prefix}},
        "size": _MOST_COUNTED,
        "sort": ["_doc"],
        "track_total_hits": False,
        "docvalue_fields": ["form"],
    }
    words = _words(asking, "form", body)
    counts = _counts(asking, words, scopes)
    return sorted((word for word in words if counts[word]), key=lambda word: (-counts[word], word))[:limit]


def _near(asking: Asking, field: str, value: str, distance: int) -> list[str]:
    """Folded words whose form in that field is within so many edits of a value."""
    fuzzy = {"value": value, "fuzziness": distance, "max_expansions": _MOST_CANDIDATES}
    body = {
        **BARE,
        "query": {"fuzzy": {field: fuzzy}},
        "size": _MOST_CANDIDATES,
        "track_total_hits": False,
        "docvalue_fields": ["folded"],
    }
    return _words(asking, "folded", body)


def _words(asking: Asking, field: str, body: Mapping[str, Any]) -> list[str]:
    return [hit["fields"][field][0] for hit in asking.hits(asking.words, body, "hits.hits.fields")]


def _commonness(asking: Asking, words: Sequence[str]) -> dict[str, int]:
    """How many pages have each of the folded words, by the server's dictionary: pages just deleted may count."""
    body = {
        "doc": {"folded": " ".join(words)},
        "term_statistics": True,
        **dict.fromkeys(("field_statistics", "positions", "offsets", "payloads"), False),
    }
    known = "term_vectors.folded.terms.*.doc_freq"
    answer = asking.ask(f"/{asking.pages}/_termvectors", body, filter_path=known)
    held = answer["term_vectors"]["folded"]["terms"] if answer else {}
    return {word: held.get(word, {}).get("doc_freq", 0) for word in words}


def _counts(asking: Asking, words: Sequence[str], scopes: Scopes) -> dict[str, int]:
    """How many of the first pages in scope that have any of the words have each of them."""
    if not words:
        return {}
    filters = {str(at): {"term": {"exact": word}} for at, word in enumerate(words)}
    body = {
        "query": condition(scoped(p.OneOf("exact", tuple(words)), scopes)),
        "size": 0,
        "terminate_after": _MOST_LOOKED_AT,
        "track_total_hits": False,
        "aggs": {"words": {"filters": {"filters": filters}}},
    }
    buckets = asking.search(asking.pages, body)["aggregations"]["words"]["buckets"]
    return {word: buckets[str(at)]["doc_count"] for at, word in enumerate(words)}
