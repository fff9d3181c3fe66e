"""The reading side of the embedded index: sees every commit and every swap of generations at the next question."""

import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import tantivy

from search import plan as p
from search.analysis import normalise
from search.embedded.counting import overview_of
from search.embedded.generations import NO_INDEX, Generations
from search.embedded.labels import Labels
from search.embedded.names import names_at
from search.embedded.remembering import Commit, UntilCommit
from search.embedded.schema import build_schema, stored_hit
from search.embedded.translate import matching, scoring
from search.embedded.vocabulary import MOST_CANDIDATES, near_words
from search.errors import IndexOutdated
from search.plan import Plan
from search.port import DocumentHit, Overview, PageHit, Scopes
from search.ranking import ranked
from search.scoping import scoped
from search.variants import is_word

_MOST_OVERVIEWS: Final = 256
_MOST_WORDS: Final = 4_096
_MOST_LISTS: Final = 8
_Hits = list[tuple[float, tantivy.DocAddress]]


@dataclass(frozen=True, slots=True)
class _AllPages:
    """All pages that a question found, best first: `of` are the places of their documents, `places` some by name.

    An address says something to the searcher that gave it.
    """

    searcher: tantivy.Searcher
    hits: _Hits
    of: list[int]
    places: Mapping[str, int]


class EmbeddedIndex:
    """Answers questions from a folder that an `EmbeddedWriter` writes, in this process or another."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._schema = build_schema()
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._seen: Commit | None = None
        self._labels = Labels(self._schema)
        self._overviews: UntilCommit[tuple[Plan, Scopes], Overview] = UntilCommit(_MOST_OVERVIEWS)
        self._variants: UntilCommit[tuple[str, int, int, Scopes], tuple[str, ...]] = UntilCommit(_MOST_WORDS)
        self._pages: UntilCommit[tuple[Plan, Scopes], _AllPages] = UntilCommit(_MOST_LISTS)

    @property
    def generation(self) -> int | None:
        """The generation in force; none before the first writer."""
        return self._generations.current()

    def documents(self, plan: Plan, scopes: Scopes, limit: int) -> list[DocumentHit]:
        """The best documents, by the score of their best page; ties newest first.

        Their pages are remembered, since it is them that are asked for next.
        """
        searcher, commit = self._opened()
        query = scoring(scoped(plan, scopes), self._schema)
        wanted, asked = limit * 2, limit * 10
        known = self._pages.get(commit, (plan, scopes))
        hits, places = _found(searcher, query, asked) if known is None else (known.hits, known.of)
        while len(set(places[:wanted])) < limit and len(hits) >= wanted:
            wanted *= 4
            if wanted > asked and len(hits) == asked:
                asked = wanted
                hits, places = _found(searcher, query, asked)
        best: dict[int, tuple[float, tantivy.DocAddress]] = {}
        for hit, place in zip(hits[:wanted], places, strict=False):
            best.setdefault(place, hit)
        order = ranked((DocumentHit("", score, place) for place, (score, _) in best.items()), limit)
        names = names_at(searcher, [best[hit.place][1] for hit in order])
        if len(hits) < asked:
            named = dict(zip(names, [hit.place for hit in order], strict=True))
            self._pages.put(commit, (plan, scopes), _AllPages(searcher, hits, places, named))
        return [DocumentHit(name, hit.score, hit.place) for name, hit in zip(names, order, strict=True)]

    def newest(self, plan: Plan, scopes: Scopes, limit: int, before: int | None = None) -> list[DocumentHit]:
        """Matching documents by date, newest first, from the place after `before`."""
        searcher = self._searcher()
        if before == 0:
            return []
        node = plan if before is None else p.All((plan, p.Between("place", None, before - 1)))
        query = matching(scoped(node, scopes), self._schema)
        wanted = limit * 4
        while True:
            result = searcher.search(query, limit=wanted, count=False, order_by_field="place")
            first: dict[int, tantivy.DocAddress] = {}
            for place, address in result.hits:
                first.setdefault(place, address)
            if len(first) > limit or len(result.hits) < wanted:
                break
            wanted *= 4
        newest = list(first.items())[:limit]
        names = names_at(searcher, [address for _, address in newest])
        return [DocumentHit(name, 0.0, place) for name, (place, _) in zip(names, newest, strict=True)]

    def pages(
        self, plan: Plan, scopes: Scopes, documents: Sequence[str], per_document: int
    ) -> dict[str, list[PageHit]]:
        """The best matching pages of each of these documents; one that no longer matches is left out."""
        searcher, commit = self._opened()
        if not documents:
            return {}
        known = self._pages.get(commit, (plan, scopes))
        if known is not None and all(document in known.places for document in documents):
            searcher = known.searcher
            chosen = _best_of(
                known.hits, known.of, {known.places[document] for document in documents}, per_document
            )
        else:
            chosen = self._chosen(searcher, plan, scopes, documents, per_document)
        found: dict[str, list[PageHit]] = {}
        for of_document in chosen:
            pages = [stored_hit(searcher.doc(address), score) for score, address in of_document]
            found[pages[0].document] = sorted(pages, key=lambda page: (-page.score, page.page))
        return found

    def _chosen(
        self,
        searcher: tantivy.Searcher,
        plan: Plan,
        scopes: Scopes,
        documents: Sequence[str],
        per_document: int,
    ) -> list[_Hits]:
        """The best pages of each document, looked for among theirs."""
        among = p.Constant(p.OneOf("document", tuple(documents)), 0.0)
        query = scoring(scoped(p.All((plan, among)), scopes), self._schema)
        wanted = len(documents) * per_document * 4
        while True:
            hits, places = _found(searcher, query, wanted)
            chosen = _best_of(hits, places, set(places), per_document)
            full = len(chosen) == len(documents) and all(len(few) == per_document for few in chosen)
            if full or len(hits) < wanted:
                return chosen
            wanted *= 8

    def overview(self, plan: Plan, scopes: Scopes) -> Overview:
        """The number of matching documents and the facets."""
        searcher, commit = self._opened()

        def count() -> Overview:
            return overview_of(searcher, matching(scoped(plan, scopes), self._schema), self._labels)

        return self._overviews.of(commit, (plan, scopes), count)

    def variants(self, word: str, distance: int, limit: int, scopes: Scopes | None = None) -> list[str]:
        """Indexed words within so many edits of a folded word, itself left out (`search.embedded.vocabulary`)."""
        searcher, commit = self._opened()

        def look_up() -> tuple[str, ...]:
            return near_words(searcher, word, distance, limit)

        if scopes is None:
            return list(look_up())
        return list(self._variants.of(commit, (word, distance, limit, scopes), look_up))

    def suggest(self, prefix: str, scopes: Scopes, limit: int) -> list[str]:
        """Words of pages in scope that begin so, commonest first; nothing for less than two letters."""
        searcher = self._searcher()
        form = normalise(prefix.strip())
        if len(form) < 2:
            return []
        # The condition also leaves out words that only deleted pages have, which segments keep until they are merged.
        within = matching(scoped(p.Everything(), scopes), self._schema)
        found = searcher.terms_with_prefix("exact", form, within, MOST_CANDIDATES)
        terms = sorted((-count, term) for term, count in found if is_word(term))
        return [term for _, term in terms[:limit]]

    def _searcher(self) -> tantivy.Searcher:
        """A searcher on the newest commit of the generation in force."""
        return self._opened()[0]

    def _opened(self) -> tuple[tantivy.Searcher, Commit]:
        """A searcher on the newest commit, and which commit that is. Raises IndexOutdated where there is no index.

        Two files are looked at, the pointer and the generation's meta.json: nothing is opened again without need.
        """
        with self._lock:
            for _ in range(3):
                number = self._generations.current()
                if number is None:
                    raise IndexOutdated(NO_INDEX)
                meta = self._generations.path(number) / "meta.json"
                try:
                    state = meta.stat()
                    seen = (number, state.st_ino, state.st_mtime_ns)
                    if self._index is None or self._seen is None or self._seen[0] != number:
                        self._index = tantivy.Index.open(str(meta.parent))
                        self._index.config_reader("manual")
                        self._index.reload()
                    elif self._seen != seen:
                        self._index.reload()
                except (FileNotFoundError, ValueError):
                    self._index = self._seen = None  # swapped and removed between the two looks
                    continue
                self._seen = seen
                return self._index.searcher(), seen
        raise IndexOutdated("the files of the index are missing")


def _found(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> tuple[_Hits, list[int]]:
    """The best pages, and the places of their documents."""
    hits: _Hits = searcher.search(query, limit=limit, count=False).hits
    return hits, cast(list[int], searcher.fast_field_values("place", [address for _, address in hits]))


def _best_of(hits: _Hits, places: Sequence[int], wanted: Set[int], most: int) -> list[_Hits]:
    """The first so many hits of each place that is wanted."""
    chosen: dict[int, _Hits] = {}
    for hit, place in zip(hits, places, strict=True):
        if place in wanted:
            of_place = chosen.setdefault(place, [])
            if len(of_place) < most:
                of_place.append(hit)
    return list(chosen.values())
