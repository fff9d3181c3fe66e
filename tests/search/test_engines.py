"""Both engines side by side: the same documents in the same order, and nothing that a query can do to either."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ocr.values import PageReading
from search import (
    Analyser,
    Answer,
    Engine,
    Finder,
    FolderResultLists,
    IndexRebuild,
    PageRecord,
    QueryError,
    Scopes,
    SearchRequest,
)
from search.engines import EmbeddedEngine
from search.opensearch import Address, Connection, ServerEngine
from tabellion.base.clock import ManualClock
from tests.search.pages import library, reading
from tests.search.servers import server

__all__ = ["server"]

ANALYSER = Analyser()
ALL = Scopes.all()
NORTH = Scopes.of("portfolio:p-north")
COPIES = 25


def shelf() -> list[PageRecord]:
    """The library, and of each page copies with words left out, repeated and bent, on other days."""
    dice = random.Random(20240312)
    pages = library()
    for original in library():
        words = original.text.split()
        for number in range(COPIES):
            text = [word for word in words if dice.random() < 0.8 for _ in range(dice.choice((1, 1, 2)))]
            at = dice.randrange(len(text))
            text[at] = text[at].replace("i", "l").replace("0", "O")
            document = f"{original.document}-{number}"
            day = date(2023, 1, 1) + timedelta(days=dice.randrange(700))
            pages.append(
                replace(original, document=document, deposit=document, text=" ".join(text), document_date=day)
            )
    return pages


SHELF = shelf()


def filled(rebuild: IndexRebuild) -> None:
    for page in SHELF:
        rebuild.replace(page.document, [page])
    rebuild.complete()


def words_of(document: str, page: int) -> PageReading:
    return reading(next(one.text for one in SHELF if one.document == document), document[4:6], page)


def finder(engine: Engine, folder: Path) -> Finder:
    return Finder(engine.reader(), ANALYSER, words_of, FolderResultLists(folder, ManualClock()))


@dataclass(frozen=True)
class Pair:
    """The same pages behind both."""

    embedded: Finder
    served: Finder


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Finder:
    folder = tmp_path_factory.mktemp("engines")
    engine = EmbeddedEngine(folder / "index")
    filled(engine.rebuild(ANALYSER))
    return finder(engine, folder / "lists")


@pytest.fixture(scope="module")
def pair(
    server: tuple[Connection, Address], embedded: Finder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    engine = ServerEngine(server[0], server[1].prefix)
    filled(engine.rebuild(ANALYSER))
    return Pair(embedded, finder(engine, tmp_path_factory.mktemp("lists")))


def asked(finder: Finder, query: str, scopes: Scopes = ALL, limit: int = 100) -> Answer:
    return finder.answer(SearchRequest(query, scopes, limit))


QUERIES = (
    *("wezwanie", "faktura", "należność", "Kowalski", "wezwanle", "zapłaty należności", "2874", "5261040828"),
    *(
        '"wezwanie do zapłaty"',
        "zapł*",
        "kind:invoice",
        "kind:dunning_letter wezwanie",
        "2 926,05",
        "id:0828",
    ),
    *("fattura", "l'azienda pagate", "codice OR invoice", "euro -fattura", "amount:100..2000", "party:rossi"),
    *("invoice outstanding", "debtor", "payment fourteen", "Erinnerung", "Rechnung Gläubiger", "DE89 3704"),
    *("договор", "задолженность рублей", "счет", "תשלום", "חשבונית", "หนี้", "สัญญากู้", "1234567"),
    *("créditos cedidos", "notificacion", "date:2023-06..2024-03 euro", "language:de OR language:ru", ""),
    *("konto kwocie podstawie", "RSSMRA85T1OA562S", "claim:W/2024/881", "quality:doubtful -konto"),
)


@pytest.mark.services
@pytest.mark.parametrize("query", QUERIES)
def test_the_same_documents_in_the_same_order(pair: Pair, query: str) -> None:
    one, other = asked(pair.embedded, query), asked(pair.served, query)
    assert one.hits
    assert {hit.document for hit in one.hits} == {hit.document for hit in other.hits}
    assert [hit.document for hit in one.hits[:10]] == [hit.document for hit in other.hits[:10]]
    assert [hit.score for hit in one.hits] == pytest.approx([hit.score for hit in other.hits], rel=0.001)
    assert [hit.why for hit in one.hits[:10]] == [hit.why for hit in other.hits[:10]]
    assert one.overview == other.overview


@pytest.mark.services
@pytest.mark.parametrize("query", ["euro", "kind:invoice", ""])
def test_the_same_within_scopes_and_over_pages_of_the_answer(pair: Pair, query: str) -> None:
    walked: list[list[str]] = []
    for finder in (pair.embedded, pair.served):
        found: list[str] = []
        cursor: str | None = None
        while True:
            answer = finder.answer(SearchRequest(query, NORTH, 7, cursor))
            found += [hit.document for hit in answer.hits]
            cursor = answer.next
            if cursor is None:
                break
        assert len(found) == len(set(found)) == answer.overview.total
        walked.append(found)
    assert walked[0] == walked[1]


@pytest.mark.services
def test_suggestions_are_the_same_words(pair: Pair) -> None:
    for prefix in ("wez", "дого", "ra", "Fat"):
        one, other = pair.embedded.index.suggest(prefix, ALL, 5), pair.served.index.suggest(prefix, ALL, 5)
        assert one == other


BOMBS = (
    *(
        "a" * 10_000,
        "a" * 10_001,
        "a " * 5_000,
        "(" * 1_000 + "a" + ")" * 1_000,
        "(" * 19 + "umowa" + ")" * 19,
    ),
    *(
        "(" * 15 + " ".join(f"wezwanie kwocie-{n})" for n in range(15)),
        "-" * 5_000 + "a",
        "NOT " * 500 + "konto",
    ),
    *("*", "**", "a*", "ab*", "*umowa*", "za*o*ty", "?" * 500, "????", "wez* zap* nal* kon* fak* kwo* pod*"),
    *(
        ".*",
        "/.*/",
        "[a-z]+",
        "(a+)+$",
        "za(pł|pl).*",
        "\\",
        "\\\\",
        "^$",
        "a{1,99999}",
        "umowa~2",
        "umowa^9999",
    ),
    *(
        "<script>alert(1)</script>",
        "<b>wezwanie</b>",
        "&lt;",
        "{{ 7*7 }}",
        '{"match_all": {}}',
        "_exists_:text",
    ),
    *("' OR 1=1 --", "'; DROP TABLE documents; --", "1 UNION SELECT password FROM accounts", "%_%"),
    *(
        "\u202ewezwanie\u202c",
        "\u2066konto\u2069",
        "wezw\u200banie",
        "\x00",
        "wez\x00wanie",
        "\ufeff",
        "\ud800",
    ),
    *("amount:99999999999999999", "amount:999999999999999", "amount:-5", "amount:0..0", "amount:1e309"),
    *(
        "date:9999",
        "date:0000",
        "date:9999-12-31..",
        "date:2024-13",
        "date:..",
        "due:<0001-01-01",
        "date:٢٠٢٤",
    ),
    *(
        "id:" + "9" * 5_000,
        "iban:*",
        "claim:" + "x" * 9_000,
        "kind:" + "y" * 9_000,
        "document:../../etc/passwd",
    ),
    *("party:" + "kowalski " * 100, '"' + "wezwanie " * 120 + '"', " OR ".join(["faktura"] * 120)),
    *(" ".join(f"slowo{n}wzywamy" for n in range(120)), " ".join(str(526_104_0000 + n) for n in range(120))),
    *(
        " ".join(f"-slowo{n}" for n in range(120)) + " konto",
        "ก" * 5_000,
        "א" * 5_000,
        "é" * 5_000,
        "🧾" * 2_000,
    ),
    "Wezwanie do zapłaty należności w kwocie na konto wierzyciela z dnia " * 11,
)


def survive(finder: Finder, queries: Sequence[str]) -> None:
    for query in queries:
        begin = time.monotonic()
        try:
            answer = asked(finder, query, NORTH, 20)
        except QueryError as error:
            assert 0 <= error.position <= len(query), query[:60]
        else:
            assert all(not hit.document.startswith(("doc-ru", "doc-he", "doc-th")) for hit in answer.hits)
            assert answer.overview.total <= 5 * (COPIES + 1)
        assert time.monotonic() - begin < 20, query[:60]


def test_no_query_harms_the_embedded_engine(embedded: Finder) -> None:
    survive(embedded, BOMBS)


@pytest.mark.services
def test_no_query_harms_the_server_engine(pair: Pair) -> None:
    survive(pair.served, BOMBS)
