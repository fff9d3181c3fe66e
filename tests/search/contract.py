"""The contract of the search port: every engine's tests take these through a `backend` fixture."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from search import Analyser, IndexRebuild, IndexWriter, Overview, Scopes, SearchIndex
from search import plan as p
from search.analysis.outline import outline_of
from search.compile import Compiled, Compiler
from search.highlight import mark
from search.needles import Reason
from search.query import parse
from tests.search.pages import BANK, KOWALSKI, NORTH, SOUTH, TEXTS, library, reading, record

EVERYTHING = p.Everything()
ALL = Scopes.all()
NORTH_ONLY = Scopes.of("portfolio:p-north")


@dataclass(frozen=True)
class Backend:
    """An engine under test: its reader, and how its writers are opened."""

    index: SearchIndex
    writer: Callable[[], IndexWriter]
    rebuild: Callable[[], IndexRebuild]

    def put(self, *documents: str, text: str = "umowa kredytu", pages: int = 1) -> None:
        """Index documents of so many pages and commit."""
        with self.writing() as writer:
            for document in documents:
                writer.replace(document, [record(document, text, page=n + 1) for n in range(pages)])

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        """A writer that commits and lets go at the end."""
        writer = self.writer()
        try:
            yield writer
        finally:
            writer.close()

    def found(self, plan: p.Plan, scopes: Scopes = ALL) -> list[str]:
        """The documents that match, best first."""
        return [hit.document for hit in self.index.documents(plan, scopes, 1000)]

    def asked(self, query: str) -> Compiled:
        """A query as people type it, compiled with this index's variants."""
        return Compiler(Analyser(), self.index.variants).compile(parse(query))


NAMES = [
    ("Małgorzacie", "Małgorzata"),
    ("malgorzacie", "Małgorzatę"),
    ("Małgorzata", "Małgorzacie"),
    ("Agnieszce", "Agnieszka"),
    ("Agnieszka", "Agnieszce"),
    ("Marku", "Marek"),
    ("Marek", "Marka"),
    ("Jadwidze", "Jadwigi"),
    ("Barbarze", "Barbara"),
    ("Barbara", "Barbarze"),
    ("Piotrze", "Piotrowi"),
    ("Piotr", "Piotrze"),
    ("Michale", "Michała"),
    ("Aleksandrowi", "Aleksander"),
    ("Oldze", "Olgą"),
    ("Nowaku", "Nowak"),
    ("Dworzaka", "Dworzak"),
    ("Dworcowi", "Dworzec"),
    ("Wróbla", "Wróbel"),
    ("Kowalscy", "Kowalskiego"),
    ("Kowalska", "Kowalscy"),
    ("Nowiccy", "Nowicka"),
]
"""Names as they are asked for, and as they stand on the page."""


def counts(overview: Overview, facet: str) -> dict[str, int]:
    """A facet as a dictionary."""
    return {value.value: value.documents for value in overview.facets[facet]}


class SearchContract:
    """Subclass it with a `backend` fixture."""

    def test_an_index_that_was_never_written_is_empty(self, backend: Backend) -> None:
        assert backend.found(EVERYTHING) == []
        assert backend.index.newest(EVERYTHING, ALL, 10) == []
        assert backend.index.overview(EVERYTHING, ALL).total == 0
        assert backend.index.pages(EVERYTHING, ALL, ["a"], 3) == {}
        assert backend.index.variants("umowa", 1, 10) == []
        assert backend.index.suggest("um", ALL, 10) == []

    def test_nothing_is_seen_before_the_commit_and_all_of_it_after(self, backend: Backend) -> None:
        with backend.writing() as writer:
            writer.replace("a", [record("a", "umowa")])
            assert backend.found(EVERYTHING) == []
            writer.commit()
            assert backend.found(EVERYTHING) == ["a"]

    def test_replacing_a_document_takes_all_its_old_pages_out(self, backend: Backend) -> None:
        backend.put("a", "b", text="stara umowa", pages=3)
        backend.put("a", text="nowa umowa", pages=2)
        assert backend.found(p.Term("exact", "stara")) == ["b"]
        assert backend.found(p.Term("exact", "nowa")) == ["a"]
        assert len(backend.index.pages(EVERYTHING, ALL, ["a"], 10)["a"]) == 2

    def test_of_two_replacements_in_one_commit_the_last_counts(self, backend: Backend) -> None:
        with backend.writing() as writer:
            writer.replace("a", [record("a", "pierwsza")])
            writer.replace("a", [record("a", "druga")])
        assert backend.found(p.Term("exact", "pierwsza")) == []
        assert backend.found(p.Term("exact", "druga")) == ["a"]

    def test_a_deleted_document_is_gone(self, backend: Backend) -> None:
        backend.put("a", "b")
        with backend.writing() as writer:
            writer.delete("a")
        assert backend.found(EVERYTHING) == ["b"]
        assert backend.index.overview(EVERYTHING, ALL).total == 1

    def test_words_of_deleted_documents_are_not_suggested(self, backend: Backend) -> None:
        backend.put("a", text="umowa")
        backend.put("b", text="umorzenie")
        assert backend.index.suggest("umo", ALL, 5) == ["umorzenie", "umowa"]
        with backend.writing() as writer:
            writer.delete("a")
        assert backend.index.suggest("umo", ALL, 5) == ["umorzenie"]

    def test_pages_of_another_document_are_refused(self, backend: Backend) -> None:
        with backend.writing() as writer, pytest.raises(ValueError, match="carry the document"):
            writer.replace("a", [record("b", "umowa")])

    def test_pages_of_a_document_carry_the_same_dates(self, backend: Backend) -> None:
        pages = [record("a", "x", page=1), record("a", "y", page=2, day=date(2020, 1, 1))]
        with backend.writing() as writer, pytest.raises(ValueError, match="same dates"):
            writer.replace("a", pages)

    def test_a_document_counts_once_whatever_its_pages(self, backend: Backend) -> None:
        backend.put("a", "b", pages=30)
        overview = backend.index.overview(p.Term("exact", "umowa"), ALL)
        assert overview.total == 2
        assert counts(overview, "kind") == {"other": 2}
        assert sorted(backend.found(p.Term("exact", "umowa"))) == ["a", "b"]

    def test_best_pages_come_first_and_no_more_than_asked(self, backend: Backend) -> None:
        with backend.writing() as writer:
            texts = ["nic tu nie ma", "umowa kredytu i wiele innych słów obok", "umowa umowa"]
            writer.replace("a", [record("a", text, page=n) for n, text in enumerate(texts, start=1)])
        pages = backend.index.pages(p.Term("exact", "umowa"), ALL, ["a"], 1)
        assert [page.page for page in pages["a"]] == [3]
        pages = backend.index.pages(p.Term("exact", "umowa"), ALL, ["a"], 5)
        assert [page.page for page in pages["a"]] == [3, 2]

    def test_polish_names_are_found_in_forms_whose_consonant_changes(self, backend: Backend) -> None:
        written = dict.fromkeys(name for _, name in NAMES)
        with backend.writing() as writer:
            for name in written:
                writer.replace(name, [record(name, f"Pan(i) {name} z Krakowa", language="pl")])
        for query, name in NAMES:
            compiled = backend.asked(query)
            assert name in backend.found(compiled.plan), query
            (page,) = backend.index.pages(compiled.plan, ALL, [name], 1)[name]
            shown = mark(
                reading(f"Pan(i) {name} z Krakowa", "pl"), compiled.needles, Analyser(), page.outline
            )
            assert (len(shown.boxes), shown.reasons) == (1, (Reason.STEM,)), query

    def test_another_form_comes_after_the_word_as_typed_and_before_what_ocr_bent(
        self, backend: Backend
    ) -> None:
        backend.put("base", text="wierzytelność wobec: Agnieszka Nowak i inni")
        backend.put("bent", text="wierzytelność wobec: Agnieszcc Nowak i inni")
        backend.put("typed", text="wierzytelność wobec: Agnieszce Nowak i inni")
        backend.put("another", text="wierzytelność wobec: Agata Nowak i inni")
        assert backend.found(backend.asked("Agnieszce").plan) == ["typed", "base", "bent"]
        assert backend.found(backend.asked("Agnieszce Nowak").plan) == ["typed", "base", "bent"]
        assert set(backend.found(backend.asked("Nowak -Agnieszce").plan)) == {"another", "bent"}

    def test_a_page_comes_with_the_outline_of_its_words(self, backend: Backend) -> None:
        texts = [TEXTS["pl"], TEXTS["th"], ""]
        with backend.writing() as writer:
            writer.replace(
                "a", [record("a", text, page=n, language="pl") for n, text in enumerate(texts, start=1)]
            )
        pages = backend.index.pages(EVERYTHING, ALL, ["a"], 3)["a"]
        analyser = Analyser()
        assert {page.page: page.outline for page in pages} == {
            number: outline_of(analyser.fields(text, "pl").groups, text, "pl")
            for number, text in enumerate(texts, start=1)
        }

    def test_a_document_with_many_pages_does_not_crowd_out_others(self, backend: Backend) -> None:
        backend.put("big", pages=200)
        backend.put("small", text="umowa kredytu z bankiem o bardzo wielu słowach")
        pages = backend.index.pages(p.Term("exact", "umowa"), ALL, ["big", "small"], 2)
        assert {document: len(found) for document, found in pages.items()} == {"big": 2, "small": 1}
        assert set(backend.found(p.Term("exact", "umowa"))) == {"big", "small"}

    def test_scopes_bound_hits_totals_facets_pages_and_suggestions(self, backend: Backend) -> None:
        with backend.writing() as writer:
            for page in library():
                writer.replace(page.document, [page])
        north = backend.index.overview(EVERYTHING, NORTH_ONLY)
        assert north.total == 5
        assert counts(north, "portfolio") == {NORTH.id: 5}
        assert counts(north, "language") == dict.fromkeys(("pl", "it", "es", "en", "de"), 1)
        assert KOWALSKI.id in counts(north, "party")
        south = backend.index.overview(EVERYTHING, Scopes.of("portfolio:p-south"))
        assert (south.total, counts(south, "portfolio")) == (3, {SOUTH.id: 3})
        assert BANK.id not in counts(south, "party")
        assert backend.found(p.Term("language", "ru"), NORTH_ONLY) == []
        assert backend.index.pages(EVERYTHING, NORTH_ONLY, ["doc-ru"], 3) == {}
        assert backend.index.suggest("дого", NORTH_ONLY, 5) == []
        assert backend.index.suggest("дого", ALL, 5) == ["договор", "договору"]
        assert [hit.document for hit in backend.index.newest(EVERYTHING, NORTH_ONLY, 10)] == [
            "doc-de", "doc-en", "doc-es", "doc-it", "doc-pl",
        ]  # fmt: skip

    def test_who_has_no_scope_sees_nothing(self, backend: Backend) -> None:
        backend.put("a")
        nobody = Scopes()
        assert backend.found(EVERYTHING, nobody) == []
        assert backend.index.newest(EVERYTHING, nobody, 10) == []
        assert backend.index.overview(EVERYTHING, nobody).total == 0
        assert backend.index.suggest("um", nobody, 10) == []

    def test_a_page_without_scopes_is_open_only_to_who_sees_everything(self, backend: Backend) -> None:
        with backend.writing() as writer:
            writer.replace("a", [record("a", "umowa", scopes=frozenset())])
        assert backend.found(EVERYTHING) == ["a"]
        assert backend.found(EVERYTHING, NORTH_ONLY) == []

    def test_a_page_span_with_narrower_scopes_stays_closed(self, backend: Backend) -> None:
        pages = [
            record("a", "umowa", page=1),
            replace(
                record("a", "lista pięciuset dłużników", page=2, scopes=frozenset({"matter:m-1"})),
                parties=(KOWALSKI,),
            ),
        ]
        with backend.writing() as writer:
            writer.replace("a", pages)
        assert backend.found(p.Term("exact", "dłużników"), NORTH_ONLY) == []
        overview = backend.index.overview(EVERYTHING, NORTH_ONLY)
        assert (overview.total, counts(overview, "party")) == (1, {})
        assert [page.page for page in backend.index.pages(EVERYTHING, NORTH_ONLY, ["a"], 5)["a"]] == [1]
        both = Scopes.of("portfolio:p-north", "matter:m-1")
        assert len(backend.index.pages(EVERYTHING, both, ["a"], 5)["a"]) == 2

    def test_the_order_by_date_can_be_walked_without_loss_or_repeat(self, backend: Backend) -> None:
        first = date(2024, 1, 1)
        with backend.writing() as writer:
            for number in range(60):
                document = f"d{number}"
                day = None if number % 10 == 0 else first + timedelta(days=number // 4)
                writer.replace(document, [record(document, "x", page=n, day=day) for n in (1, 2, 3)])
        walked: list[str] = []
        places: list[int] = []
        before: int | None = None
        while hits := backend.index.newest(EVERYTHING, ALL, 7, before):
            assert len(hits) <= 7
            walked += [hit.document for hit in hits]
            places += [hit.place for hit in hits]
            before = places[-1]
        assert sorted(walked) == sorted(f"d{number}" for number in range(60))
        assert places == sorted(places, reverse=True)

    def test_equal_scores_are_ordered_newest_first(self, backend: Backend) -> None:
        with backend.writing() as writer:
            for year in (2021, 2024, 2022, 2023):
                document = f"d{year}"
                writer.replace(document, [record(document, "umowa", day=date(year, 5, 1))])
        assert backend.found(p.Constant(p.Term("exact", "umowa"), 2.0)) == [
            "d2024",
            "d2023",
            "d2022",
            "d2021",
        ]

    @pytest.mark.parametrize(
        ("plan", "expected"),
        [
            (p.Nothing(), ""),
            (p.Term("exact", "kredytu"), "ab"),
            (p.OneOf("exact", ("hipoteki", "kredytu")), "abc"),
            (p.Phrase("folded", ("umowa", "kredytu")), "a"),
            (p.Phrase("folded", ("umowa", "umowa")), ""),
            (p.Prefix("exact", "hipo"), "c"),
            (p.Prefix("exact", "h.*"), ""),
            (p.Between("amount", 100, 200), "b"),
            (p.Between("amount", None, 99), "a"),
            (p.Between("amount", 201, None), "b"),
            (p.All((p.Term("exact", "umowa"),), (p.Term("exact", "hipoteki"),)), "ab"),
            (p.All((EVERYTHING,), (p.Term("exact", "umowa"),)), ""),
            (p.Any((p.Term("exact", "hipoteki"), p.Phrase("folded", ("umowa", "kredytu")))), "ac"),
            (p.Best((p.Term("exact", "hipoteki"), p.Term("exact", "nic"))), "c"),
            (p.Weighted(p.Term("exact", "hipoteki"), 2.0), "c"),
            (p.Prefer(p.Term("exact", "umowa"), p.Term("exact", "hipoteki"), 10.0), "abc"),
        ],
    )
    def test_every_node_of_a_plan(self, backend: Backend, plan: p.Plan, expected: str) -> None:
        from search import Amount

        with backend.writing() as writer:
            writer.replace("a", [replace(record("a", "umowa kredytu"), amounts=(Amount(50, "PLN"),))])
            writer.replace(
                "b", [replace(record("b", "kredytu umowa"), amounts=(Amount(150, "PLN"), Amount(900, "EUR")))]
            )
            writer.replace("c", [record("c", "umowa hipoteki")])
        assert "".join(sorted(backend.found(plan))) == expected
        assert backend.index.overview(plan, ALL).total == len(expected)

    def test_what_is_preferred_comes_first_with_its_lift(self, backend: Backend) -> None:
        backend.put("a", text="umowa umowa umowa")
        backend.put("b", text="umowa kredytu i hipoteki na dom")
        preferred = p.Prefer(p.Term("exact", "umowa"), p.Term("exact", "hipoteki"), 1000.0)
        first, second = backend.index.documents(preferred, ALL, 10)
        assert (first.document, second.document) == ("b", "a")
        assert first.score >= 1000 > second.score

    def test_variants_come_from_the_dictionary_nearest_first(self, backend: Backend) -> None:
        backend.put("a", text="wezwanie wezwanle wezwame należność nalezn0sci faktura")
        backend.put("b", text="wezwanle")
        assert backend.index.variants("wezwanie", 1, 10)[0] == "wezwanle"
        assert "wezwanie" not in backend.index.variants("wezwanie", 1, 10)
        assert backend.index.variants("naleznosci", 2, 10) == ["nalezn0sci", "naleznosc"]
        assert backend.index.variants("wezwanie", 1, 0) == []
        assert backend.index.variants("zupelnie", 1, 10) == []

    def test_a_rebuild_is_unseen_until_complete_and_then_all_there_is(self, backend: Backend) -> None:
        backend.put("old")
        rebuild = backend.rebuild()
        rebuild.replace("new", [record("new", "umowa")])
        rebuild.commit()
        assert backend.found(EVERYTHING) == ["old"]
        rebuild.complete()
        assert backend.found(EVERYTHING) == ["new"]
        backend.put("more")
        assert sorted(backend.found(EVERYTHING)) == ["more", "new"]

    def test_an_abandoned_rebuild_leaves_nothing(self, backend: Backend) -> None:
        backend.put("old")
        rebuild = backend.rebuild()
        rebuild.replace("new", [record("new", "umowa")])
        rebuild.abandon()
        assert backend.found(EVERYTHING) == ["old"]

    def test_a_writer_goes_on_in_the_generation_that_a_rebuild_put_in_force(self, backend: Backend) -> None:
        backend.put("old")
        with backend.writing() as writer:
            writer.replace("late", [record("late", "umowa")])
            rebuild = backend.rebuild()
            rebuild.replace("new", [record("new", "umowa")])
            rebuild.complete()
            writer.commit()
            assert sorted(backend.found(EVERYTHING)) == ["late", "new"]
