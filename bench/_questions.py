"""Questions of a user who may see one portfolio out of twenty, asked through the whole of our code and timed."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from random import Random
from typing import Any

from api import access
from api.access import Actor, DocumentAccess
from api.finding import still_open
from archive.catalogue import Catalogue
from bench._made import LANGUAGES, MadePage, Store
from bench._tables import say
from ocr.values import PageReading
from search import Answer, Finder, SearchRequest

MINE = 7
"""The portfolio of the user who asks."""

DEEP = 40
WARMING = (1, 4, 7, 10)
"""Seeds of the questions before those that are timed: about other papers than these."""

ASKER = Actor("bench", "bench", "bench", frozenset({"collector"}), frozenset({f"portfolio:p-{MINE}"}))


@dataclass(frozen=True, slots=True)
class Question:
    """A query in our language and the same for the peer."""

    sort: str
    text: str
    peer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The papers that the user may see: what is asked is taken from them."""

    papers: tuple[tuple[MadePage, ...], ...]

    @classmethod
    def of(cls, store: Store, most: int = 3_000) -> "Asked":
        """So many from the whole of the store, or all that there are."""
        mine = (paper for paper in store.shuffled(Random("asked")) if paper[0].portfolio == MINE)
        return cls(tuple(tuple(paper) for paper in islice(mine, most)))

    def questions(self, count: int, seed: int) -> list[Question]:
        """So many of each sort, in all languages; another seed asks about other papers."""
        dice = Random(seed)
        mine = self.papers[seed % 3 :: 3]
        asked: list[Question] = []
        for number in range(count):
            spoken = [
                paper for paper in mine if paper[0].language == LANGUAGES[number % len(LANGUAGES)]
            ] or mine
            asked += _about(dice.choice(dice.choice(spoken)), dice)
        return asked


def _about(page: MadePage, dice: Random) -> list[Question]:
    lines = [line.split() for line in page.text.split("\n") if not any(map(str.isdigit, line))] or [["konto"]]
    words = dice.choice(lines)
    at = dice.randrange(max(len(words) - 2, 1))
    phrase = " ".join(words[at : at + 3])[:60]
    two = " ".join(dice.sample(words, min(2, len(words))))[:60]
    one = dice.choice(words)[:40]
    number = page.number if dice.random() < 0.5 else page.number.rpartition("/")[2]
    first, last = f"{page.day.year}-01", f"{page.day.year}-12"
    return [
        Question("words", two, {"words": two}),
        Question("names", page.party, {"words": page.party}),
        Question("phrases", f'"{phrase}"', {"words": phrase, "phrase": True}),
        Question("identifiers", number, {"words": number}),
        Question(
            "filters", f"kind:{page.kind} date:{first}..{last} {one}", {"words": one, "kind": page.kind}
        ),
        Question(
            "filters alone", f"kind:{page.kind} language:{page.language}", {"words": one, "kind": page.kind}
        ),
    ]


@dataclass(slots=True)
class Asking:
    """Questions of one user, through the gate; `aside` are the seconds that the stand-in for the vault took of each."""

    finder: Finder
    catalogue: Catalogue
    actor: Actor
    store: Store
    aside: list[float] = field(default_factory=list)

    def answer(self, query: str, cursor: str | None = None) -> Answer:
        """As `api.finding` does it, but for the entry in the log and the words from our store."""
        opened: dict[str, DocumentAccess] = {}
        self.aside.append(0.0)
        with self.catalogue.read() as connection:

            def prepare(document_ids: Sequence[str]) -> None:
                opened.update(access.open_pages(connection, self.actor, document_ids))

            def words_of(document: str, page: int) -> PageReading | None:
                begin = time.perf_counter()
                words = self.store.words_of(document, page) if opened[document].page(page) else None
                self.aside[-1] += time.perf_counter() - begin
                return words

            finder = replace(self.finder, words_of=words_of, prepare=prepare)
            request = SearchRequest(query, access.search_scopes(self.actor), 20, cursor)
            return still_open(opened, finder.answer(request))

    def milliseconds_since(self, begin: float) -> float:
        """What the last answer took, without the stand-in."""
        return 1000 * (time.perf_counter() - begin - self.aside[-1])


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds that it takes."""
    begin = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begin)


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    """The median and the 95th of a hundred."""
    ordered = sorted(milliseconds)
    return {
        "ms_p50": round(statistics.median(ordered), 2),
        "ms_p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
    }


def measure_questions(asking: Asking, asked: Asked, count: int) -> dict[str, dict[str, float]]:
    """Milliseconds by sort of question; others of the same sorts were asked before, so that nothing is cold.

    A server compiles its code as it runs: counting for two words took it 28 ms of CPU in the first sixty questions and
    8 in the fourth sixty.
    """
    for seed in WARMING:
        for question in asked.questions(count, seed):
            asking.answer(question.text)
    # The papers that questions are taken from are the bench's: a service has no such heap to look through.
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {}
    empty = 0
    for question in asked.questions(count, seed=2):
        begin = time.perf_counter()
        answer = asking.answer(question.text)
        times.setdefault(question.sort, []).append(asking.milliseconds_since(begin))
        empty += not answer.hits
    say(f"  {empty} questions found nothing")
    asking.aside.clear()
    times["deep pages"] = list(_walk(asking))
    times["aside: words of a deep page, from the stand-in"] = [1000 * taken for taken in asking.aside]
    scopes = access.search_scopes(asking.actor)
    suggest = asking.finder.index.suggest
    times["type-ahead"] = [timed(partial(suggest, word, scopes, 8)) for word in _beginnings(asked, count)]
    gc.unfreeze()
    return {sort: spread(each) for sort, each in times.items() if each}


def _walk(asking: Asking) -> Iterator[float]:
    """From page to page of one long answer, past the thousand best and on by date."""
    for query in ("kind:invoice OR kind:contract", "eur -kind:other"):
        cursor: str | None = None
        for number in range(DEEP + 20):
            begin = time.perf_counter()
            answer = asking.answer(query, cursor)
            taken = asking.milliseconds_since(begin)
            if number:
                yield taken
            cursor = answer.next
            if cursor is None:
                break


def _beginnings(asked: Asked, count: int) -> list[str]:
    return [question.text[:3] for question in asked.questions(count, seed=3) if question.sort == "words"]
