"""Answers over hand-made pages in eight languages: found as people type, marked where it stands, within scopes."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import (
    Analyser,
    Answer,
    CursorError,
    EmbeddedIndex,
    EmbeddedWriter,
    Finder,
    FolderResultLists,
    QueryError,
    Scopes,
    SearchRequest,
)
from search.lists import MOST_DOCUMENTS
from tabellion.base.clock import ManualClock
from tests.search.pages import KOWALSKI, TEXTS, library, reading, record

ANALYSER = Analyser()
NORTH = Scopes.of("portfolio:p-north")
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    with EmbeddedWriter(folder / "index", ANALYSER, heap=15_000_000) as writer:
        for page in library():
            writer.replace(page.document, [page])
    return folder


@pytest.fixture(scope="module")
def finder(home: Path) -> Finder:
    return Finder(
        EmbeddedIndex(home / "index"),
        ANALYSER,
        lambda document, page: reading(TEXTS[document[4:]], document[4:], page),
        FolderResultLists(home / "lists", ManualClock()),
        registry=lambda query, scopes: ([{"name": query}], []),
        waiting=lambda scopes: 3,
    )


@pytest.fixture(scope="module")
def ask(finder: Finder) -> Ask:
    def asking(query: str, scopes: Scopes | None = None, **more: object) -> Answer:
        return finder.answer(SearchRequest(query, scopes or Scopes.all(), **more))  # type: ignore[arg-type]

    return asking


def marked(answer: Answer, language: str) -> list[str]:
    """The words of the page that lie under the boxes of the (only) hit."""
    page = reading(TEXTS[language], language)
    boxes = {box for hit in answer.hits for shown in hit.pages for box in shown.marked.boxes}
    return [word.text for word in page.words if tuple(word.box.pixels(page.width, page.height)) in boxes]


@pytest.mark.parametrize(
    ("query", "language", "why", "words"),
    [
        ("wezwanie", "pl", "exact", ["Wezwanie"]),
        ("faktura", "pl", "stem", ["faktury"]),
        ("zaplaty", "pl", "exact", ["zapłaty"]),
        ("należność", "pl", "stem", ["należności"]),
        ("fattura", "it", "stem", ["fatture"]),
        ("l'azienda", "it", "exact", ["dell'azienda"]),
        ("deudores", "es", "stem", ["deudor"]),
        ("notificacion", "es", "exact", ["Notificación"]),
        ("invoice", "en", "stem", ["invoices"]),
        ("debtor", "en", "exact", ["debtor's"]),
        ("Rechnung", "de", "stem", ["Rechnungen"]),
        ("Zahlungserinnerung", "de", "exact", ["Zahlungserin-", "nerung"]),
        ("Erinnerung", "de", "part", ["Zahlungserin-", "nerung"]),
        ("Glaeubiger", "de", "stem", ["Gläubiger"]),
        ("договора", "ru", "stem", ["Договор", "договору"]),
        ("счет", "ru", "exact", ["Счёт"]),
        ("תשלום", "he", "part", ["לתשלום"]),
        ('בע"מ', "he", "exact", ['בע"מ']),
        ("หนี้", "th", "part", ["ใบแจ้งหนี้"]),
        ("สัญญากู้", "th", "part", ["ขอให้ท่านชำระเงินตามสัญญากู้ยืมภายในวันที่"]),
        ("1234567", "th", "identifier", ["๑๒๓๔๕๖๗"]),
    ],
)
def test_words_are_found_in_their_inflected_forms(
    ask: Ask, query: str, language: str, why: str, words: list[str]
) -> None:
    answer = ask(query)
    assert [hit.document for hit in answer.hits] == [f"doc-{language}"]
    assert answer.hits[0].why == (why,)
    assert marked(answer, language) == words


ACCOUNT = ["PL", "61", "1090", "1014", "0000", "0712", "1981", "2874."]


@pytest.mark.parametrize(
    ("query", "language", "why", "words"),
    [
        ("FV/2024/03/0017", "pl", "identifier", ["FV/2024/03/0017"]),
        ("fv2024030017", "pl", "identifier", ["FV/2024/03/0017"]),
        ("0017", "pl", "identifier", ["FV/2024/03/0017"]),
        ("2024/03", "pl", "identifier", ["FV/2024/03/0017"]),
        ("5261040828", "pl", "check_digit", ["526-10-40-828"]),
        ("526104O828", "pl", "ocr_variant", ["526-10-40-828"]),
        ("PL61 1090 1014 0000 0712 1981 2874", "pl", "check_digit", ACCOUNT),
        ("61109010140000071219812874", "pl", "identifier", ACCOUNT),
        ("19812874", "pl", "identifier", ACCOUNT),
        ("iban:2874", "pl", "identifier", ACCOUNT),
        ("id:0828", "pl", "identifier", ["526-10-40-828"]),
        ("id:FV2024*", "pl", "identifier", ["FV/2024/03/0017"]),
        ("RSSMRA85T10A562S", "it", "check_digit", ["RSSMRA85T10A562S."]),
        ("10a562s", "it", "identifier", ["RSSMRA85T10A562S."]),
        ("2926,05", "pl", "exact", ["2", "926,05"]),
        ("2 926,05", "pl", "exact", ["2", "926,05"]),
        ("926,05", "pl", "part", ["2", "926,05"]),
        ("1234.56", "it", "exact", ["1.234,56"]),
    ],
)
def test_identifiers_and_numbers_are_found_whole_and_in_part(
    ask: Ask, query: str, language: str, why: str, words: list[str]
) -> None:
    answer = ask(query)
    assert [hit.document for hit in answer.hits] == [f"doc-{language}"]
    assert answer.hits[0].why == (why,)
    assert marked(answer, language) == words


@pytest.mark.parametrize(
    ("query", "languages"),
    [
        ('"wezwanie do zapłaty"', "pl"),
        ('"wezwanie do zaplaty"', "pl"),
        ('"zapłaty do wezwanie"', ""),
        ('"risultano non pagate"', "it"),
        ("invoice OR fattura", "en it"),
        ("euro -fattura", "de es"),
        ("(invoice OR fattura) -paymnt", "en it"),
        ("wezwanie fattura", ""),
        ("zapł*", "pl"),
        ("-kind:invoice -kind:dunning_letter", "es ru"),
        ("kind:invoice", "en he th"),
        ("kind:invoice language:he", "he"),
        ("direction:in", "en"),
        ("quality:doubtful", "pl"),
        ("currency:pln", "pl"),
        ("amount:1000..3000", "pl it"),
        ("amount:2926.05", "pl"),
        ("amount:<100", "de"),
        ("date:2024-01..2024-02", "pl it"),
        ("due:<2024-04", "pl"),
        ("received:2024-06-01 kind:contract", "ru"),
        ("debtor:kowalski", "pl"),
        ('debtor:"Jan Kowalski"', "pl"),
        ("debtor:Kow*", "pl"),
        (f"debtor:{KOWALSKI.id}", "pl"),
        ("party:Kowalski", "pl he"),
        ("creditor:polnocny", "pl"),
        ("claim:W/2024/881", "pl"),
        ("claim:w2024*", "pl"),
        ("claim:claim-1", "pl"),
        ('batch:"Box 7"', "pl it es en de"),
        ("station:st-3 kind:invoice", "en"),
        ('portfolio:"south 2023"', "ru he th"),
        ("document:doc-ru", "ru"),
        ("§", ""),
        ("", " ".join(TEXTS)),
    ],
)
def test_the_query_language_selects(ask: Ask, query: str, languages: str) -> None:
    answer = ask(query)
    assert {hit.document for hit in answer.hits} == {f"doc-{language}" for language in languages.split()}
    assert answer.overview.total == len(languages.split())


def test_ocr_variants_are_found_and_rank_below_what_is_written(home: Path, tmp_path: Path) -> None:
    texts = {
        "bent": "wezwanle wezwanle do zapłaty",
        "right": "Niniejsze pismo, jedno z wielu w tej sprawie, zawiera wezwanie do zapłaty kwoty głównej z odsetkami",
        "joined": "term1n zapłaty",
    }
    with EmbeddedWriter(tmp_path / "i", ANALYSER, heap=15_000_000) as writer:
        for document, text in texts.items():
            writer.replace(document, [record(document, text, language="pl")])
    finder = Finder(
        EmbeddedIndex(tmp_path / "i"),
        ANALYSER,
        lambda document, page: reading(texts[document], "pl"),
        FolderResultLists(tmp_path / "lists", ManualClock()),
    )
    answer = finder.answer(SearchRequest("wezwanie zapłaty", Scopes.all()))
    assert [(hit.document, hit.why) for hit in answer.hits] == [
        ("right", ("exact",)),
        ("bent", ("exact", "ocr_variant")),
    ]
    answer = finder.answer(SearchRequest("termin", Scopes.all()))
    assert [(hit.document, hit.why) for hit in answer.hits] == [("joined", ("ocr_variant",))]
    assert finder.answer(SearchRequest("zapłaty -wezwanie", Scopes.all())).overview.total == 2


@pytest.mark.parametrize("bent", ["", " spłatq"])
@pytest.mark.parametrize(("lift", "first"), [(5.0, "together"), (0.0, "apart")])
def test_words_side_by_side_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bent: str, lift: float, first: str
) -> None:
    """With and without variants of the words in the index; without the lift the other page would."""
    monkeypatch.setattr("search.compile.ADJACENT", lift)
    texts = {
        "apart": "długu spłata spłata i długu",
        "together": "to jest bardzo długi tekst o wielu sprawach i tylko raz stoi w nim spłata długu" + bent,
    }
    with EmbeddedWriter(tmp_path / "i", ANALYSER, heap=15_000_000) as writer:
        for document, text in texts.items():
            writer.replace(document, [record(document, text, language="pl")])
    finder = Finder(
        EmbeddedIndex(tmp_path / "i"),
        ANALYSER,
        lambda document, page: None,
        FolderResultLists(tmp_path / "lists", ManualClock()),
    )
    found = finder.answer(SearchRequest("spłata długu", Scopes.all()))
    assert found.hits[0].document == first


def test_the_promised_shape(ask: Ask) -> None:
    value = json.loads(json.dumps(ask("wezwanie", NORTH).promised()))
    assert list(value) == ["total", "not_yet_searchable", "debtors", "claims", "hits", "facets", "next"]
    assert (value["total"], value["not_yet_searchable"], value["next"]) == (1, 3, None)
    assert (value["debtors"], value["claims"]) == ([{"name": "wezwanie"}], [])
    (hit,) = value["hits"]
    assert list(hit) == ["document", "kind", "date", "score", "why", "parties", "pages"]
    assert (hit["document"], hit["kind"], hit["date"]) == ("doc-pl", "dunning_letter", "2024-01-10")
    assert hit["parties"][0] == {"id": KOWALSKI.id, "role": "debtor", "name": "Jan Kowalski"}
    (page,) = hit["pages"]
    assert list(page) == ["page", "width", "height", "dpi", "snippet", "boxes"]
    assert (page["page"], page["width"], page["height"], page["dpi"]) == (1, 1000, 1400, 120)
    assert page["boxes"] == [[50, 70, 130, 112]]
    assert page["snippet"].startswith("Wezwanie do zapłaty Na podstawie")
    assert value["facets"]["kind"] == [{"value": "dunning_letter", "label": "dunning_letter", "count": 1}]
    assert value["facets"]["portfolio"] == [{"value": "p-north", "label": "North 2024", "count": 1}]


@pytest.mark.parametrize(
    "query", ["", "договор", "kind:invoice", "party:Kowalski", "1234567", "portfolio:p-south", "дого*"]
)
def test_nothing_outside_the_scopes_shows(ask: Ask, query: str) -> None:
    everything = ask(query)
    seen = ask(query, NORTH)
    north = {hit.document for hit in everything.hits} & {
        f"doc-{code}" for code in ("pl", "it", "es", "en", "de")
    }
    assert {hit.document for hit in seen.hits} == north
    assert seen.overview.total == len(north)
    for values in seen.overview.facets.values():
        assert all(value.documents <= len(north) for value in values)
    shown = {**seen.promised(), "debtors": []}
    assert "south" not in json.dumps(shown).lower()
    assert ask(query, Scopes.of("portfolio:other")).overview.total == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kowalski kind:invoice -faktura", "kowalski"),
        ('debtor:"Jan Kowalski" date:2024', "Jan Kowalski"),
        ("kind:invoice", None),
        ("", None),
    ],
)
def test_the_registry_is_asked_for_the_words_of_a_query(ask: Ask, query: str, words: str | None) -> None:
    assert ask(query).promised()["debtors"] == ([{"name": words}] if words else [])


def test_a_page_without_words_is_still_listed(home: Path) -> None:
    finder = Finder(
        EmbeddedIndex(home / "index"),
        ANALYSER,
        lambda document, page: None,
        FolderResultLists(home / "lists", ManualClock()),
    )
    (hit,) = finder.answer(SearchRequest("wezwanie", NORTH)).hits
    assert (hit.pages[0].marked.boxes, hit.pages[0].marked.snippet) == ((), "")


@given(
    query=st.text(alphabet=st.sampled_from('abcżם"หนี 123/.-:*()<>„”ORkinddate:'), max_size=40)
    | st.text(max_size=20)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_no_query_breaks_the_engine(ask: Ask, query: str) -> None:
    try:
        answer = ask(query, NORTH)
    except QueryError:
        return
    assert answer.overview.total >= len(answer.hits)


class TestPaging:
    """Walks through many documents."""

    @pytest.fixture
    def writer(self, tmp_path: Path) -> Iterator[EmbeddedWriter]:
        with EmbeddedWriter(tmp_path / "index", ANALYSER, heap=15_000_000) as writer:
            for number in range(50):
                self.put(writer, f"d{number:04}", "umowa " * (number % 5 + 1) + "kredytu", number)
            writer.commit()
            yield writer

    @staticmethod
    def put(writer: EmbeddedWriter, document: str, text: str, number: int = 0) -> None:
        day = date(2024, 1, 1) + timedelta(days=number // 3)
        scopes = frozenset({"portfolio:even" if number % 2 == 0 else "portfolio:odd"})
        writer.replace(
            document, [record(document, text, page=page, day=day, scopes=scopes) for page in (1, 2)]
        )

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def finder(self, tmp_path: Path, clock: ManualClock, writer: EmbeddedWriter) -> Finder:
        return Finder(
            EmbeddedIndex(tmp_path / "index"),
            ANALYSER,
            lambda document, page: reading("umowa kredytu", "pl", page),
            FolderResultLists(tmp_path / "lists", clock),
        )

    def walk(self, finder: Finder, query: str, limit: int = 7, **more: object) -> list[str]:
        found: list[str] = []
        cursor: str | None = None
        while True:
            answer = finder.answer(SearchRequest(query, Scopes.all(), limit, cursor, **more))  # type: ignore[arg-type]
            assert len(answer.hits) <= limit
            found += [hit.document for hit in answer.hits]
            cursor = answer.next
            if cursor is None:
                return found

    @pytest.mark.parametrize("query", ["umowa", "", "kind:other"])
    @pytest.mark.parametrize("limit", [1, 7, 25, 50, 100])
    def test_every_document_comes_once(self, finder: Finder, query: str, limit: int) -> None:
        found = self.walk(finder, query, limit)
        assert sorted(found) == [f"d{number:04}" for number in range(50)]

    def test_the_order_by_date_on_request(self, finder: Finder) -> None:
        found = self.walk(finder, "umowa", order="date")
        days = [int(document[1:]) // 3 for document in found]
        assert len(found) == 50
        assert days == sorted(days, reverse=True)

    def test_a_walk_stays_as_it_was_while_papers_arrive(self, finder: Finder, writer: EmbeddedWriter) -> None:
        before = self.walk(finder, "umowa")
        first = finder.answer(SearchRequest("umowa", Scopes.all(), 7))
        for number in range(50, 60):
            self.put(writer, f"d{number:04}", "umowa umowa umowa umowa umowa umowa", number)
        writer.commit()
        second = finder.answer(SearchRequest("umowa", Scopes.all(), 43, first.next))
        assert [hit.document for hit in (*first.hits, *second.hits)] == before
        assert second.overview.total == 60

    def test_beyond_the_list_the_walk_goes_on_by_date(
        self, finder: Finder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("search.answer.MOST_DOCUMENTS", 20)
        found = self.walk(finder, "umowa")
        assert sorted(found) == [f"d{number:04}" for number in range(50)]
        days = [int(document[1:]) // 3 for document in found[20:]]
        assert days == sorted(days, reverse=True)
        assert MOST_DOCUMENTS == 1000

    def test_a_grant_withdrawn_between_two_pages_counts_at_once(self, finder: Finder) -> None:
        both = Scopes.of("portfolio:even", "portfolio:odd")
        first = finder.answer(SearchRequest("umowa", both, 10))
        second = finder.answer(SearchRequest("umowa", Scopes.of("portfolio:even"), 40, first.next))
        assert second.hits
        assert all(int(hit.document[1:]) % 2 == 0 for hit in second.hits)
        assert second.overview.total == 25

    def test_a_document_erased_between_two_pages_is_not_shown(
        self, finder: Finder, writer: EmbeddedWriter
    ) -> None:
        order = self.walk(finder, "umowa")
        first = finder.answer(SearchRequest("umowa", Scopes.all(), 10))
        writer.delete(order[12])
        writer.commit()
        second = finder.answer(SearchRequest("umowa", Scopes.all(), 10, first.next))
        assert [hit.document for hit in second.hits] == [*order[10:12], *order[13:20]]

    def test_cursors_of_others_expired_and_made_up_are_refused(
        self, finder: Finder, clock: ManualClock
    ) -> None:
        cursor = finder.answer(SearchRequest("umowa", Scopes.all(), 5)).next
        with pytest.raises(CursorError):
            finder.answer(SearchRequest("kredytu", Scopes.all(), 5, cursor))
        for made_up in ("", "x", "l.abc.5", "l." + "A" * 22 + ".5", "d.-1", "d." + "9" * 20, "../../etc"):
            with pytest.raises(CursorError):
                finder.answer(SearchRequest("umowa", Scopes.all(), 5, made_up))
        clock.advance(hours=2)
        with pytest.raises(CursorError):
            finder.answer(SearchRequest("umowa", Scopes.all(), 5, cursor))

    def test_page_spans_of_one_document(self, finder: Finder, writer: EmbeddedWriter) -> None:
        open_page = record("mixed", "jawna umowa", page=1, scopes=frozenset({"portfolio:even"}))
        closed = replace(open_page, page=2, text="tajny załącznik", scopes=frozenset({"matter:m"}))
        writer.replace("mixed", [open_page, closed])
        writer.commit()
        even = Scopes.of("portfolio:even")
        assert finder.answer(SearchRequest("tajny", even)).overview.total == 0
        (hit,) = finder.answer(SearchRequest("document:mixed", even)).hits
        assert [page.page for page in hit.pages] == [1]


def test_counting_beside_gives_the_same_answer(finder: Finder, ask: Ask) -> None:
    with ThreadPoolExecutor(1) as beside:
        both = replace(finder, beside=beside)
        for query in ("umowa", "kind:invoice", "nothing-of-the-kind"):
            assert both.answer(SearchRequest(query, NORTH)) == ask(query, NORTH)
        with pytest.raises(CursorError):
            both.answer(SearchRequest("umowa", NORTH, cursor="nonsense"))
