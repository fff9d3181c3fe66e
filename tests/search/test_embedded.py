"""The embedded engine: the port's contract, and what only it promises (files, locks, a writer that died)."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from search import (
    Amount,
    Analyser,
    EmbeddedIndex,
    EmbeddedRebuild,
    EmbeddedWriter,
    IndexBusy,
    IndexOutdated,
    Named,
    PageParty,
    Scopes,
)
from search import plan as p
from search.embedded.generations import Generations
from search.embedded.rebuild import index_threads
from search.embedded.reshape import lean, narrowed, unscored
from search.embedded.schema import build_schema
from search.embedded.translate import _query
from search.embedded.vocabulary import near_words
from search.engines import EmbeddedEngine
from search.scoping import scoped
from tabellion.base.errors import Conflict
from tests.search.contract import ALL, EVERYTHING, Backend, SearchContract
from tests.search.pages import record

ANALYSER = Analyser()
SCHEMA = build_schema()
HEAP = 15_000_000


def open_writer(folder: Path) -> EmbeddedWriter:
    return EmbeddedWriter(folder, ANALYSER, heap=HEAP)


def kill(writer: EmbeddedWriter) -> None:
    """Consume tantivy's writer underneath: every further call on it raises, as after the death of its thread."""
    underneath = writer._core._writer
    assert underneath is not None
    underneath.wait_merging_threads()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def backend(folder: Path) -> Backend:
    EmbeddedEngine(folder).prepare()
    return Backend(
        index=EmbeddedIndex(folder),
        writer=lambda: open_writer(folder),
        rebuild=lambda: EmbeddedRebuild(folder, ANALYSER, heap=HEAP),
    )


class TestEmbedded(SearchContract):
    """The contract on tantivy."""


def test_a_second_writer_is_refused_until_the_first_lets_go(folder: Path) -> None:
    with open_writer(folder), pytest.raises(IndexBusy):
        open_writer(folder)
    open_writer(folder).close()


def test_a_dead_writer_is_reopened_and_given_its_changes_again(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    with open_writer(folder) as writer:
        writer.replace("a", [record("a", "umowa")])
        kill(writer)
        writer.replace("b", [record("b", "umowa")])
        kill(writer)
        writer.commit()
        assert {hit.document for hit in index.newest(EVERYTHING, ALL, 5)} == {"a", "b"}


def test_a_writer_that_cannot_come_back_says_so_and_tries_again_later(folder: Path) -> None:
    writer = open_writer(folder)
    writer.replace("a", [record("a", "umowa")])
    kill(writer)
    other = open_writer(folder)
    for _ in range(2):
        with pytest.raises(IndexBusy):
            writer.commit()
    other.close()
    writer.close()
    assert EmbeddedIndex(folder).overview(EVERYTHING, ALL).total == 1


def test_a_misread_amount_of_any_length_does_not_harm(folder: Path) -> None:
    page = replace(record("a", "umowa"), amounts=(Amount(10**30, "PLN"), Amount(-5, "PLN")))
    with open_writer(folder) as writer:
        writer.replace("a", [page])
    index = EmbeddedIndex(folder)
    assert index.overview(p.Between("amount", -5, -5), ALL).total == 1


def test_many_pages_are_committed_on_the_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.embedded.writer.MOST_PENDING", 10)
    with open_writer(folder) as writer:
        for number in range(12):
            writer.replace(f"d{number}", [record(f"d{number}", "umowa")])
        assert EmbeddedIndex(folder).overview(EVERYTHING, ALL).total == 10


def test_places_beyond_what_a_signed_integer_holds(folder: Path) -> None:
    """The unsigned field takes values with the highest bit set, for hundreds of documents (they killed the writer)."""
    from datetime import date

    with open_writer(folder) as writer:
        for number in range(700):
            writer.replace(f"d{number}", [record(f"d{number}", "umowa", day=date(2080, 1, 1))])
    index = EmbeddedIndex(folder)
    assert index.overview(EVERYTHING, ALL).total == 700
    assert all(hit.place >= 1 << 63 for hit in index.newest(EVERYTHING, ALL, 10))


def test_totals_beyond_the_exact_limit_are_close(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.embedded.counting.EXACT_TOTAL", 100)
    monkeypatch.setattr("search.embedded.counting.EXACT_FACETS", 100)
    with open_writer(folder) as writer:
        for number in range(400):
            writer.replace(f"d{number}", [record(f"d{number}", "umowa")])
    overview = EmbeddedIndex(folder).overview(EVERYTHING, ALL)
    assert overview.total == pytest.approx(400, rel=0.03)
    assert overview.facets["kind"][0].documents == pytest.approx(400, rel=0.03)


def test_a_reader_in_this_process_sees_what_a_killed_writer_in_another_committed(folder: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from search import Analyser, EmbeddedWriter
from tests.search.pages import record
writer = EmbeddedWriter(Path(sys.argv[1]), Analyser(), heap=15_000_000)
writer.replace("a", [record("a", "umowa")])
writer.commit()
writer.replace("b", [record("b", "umowa")])
os.kill(os.getpid(), signal.SIGKILL)
"""
    EmbeddedEngine(folder).prepare()
    index = EmbeddedIndex(folder)
    assert index.overview(EVERYTHING, ALL).total == 0
    killed = subprocess.run(
        [sys.executable, "-c", script, str(folder)], cwd=Path(__file__).parents[2], check=False
    )
    assert killed.returncode == -9
    assert [hit.document for hit in index.documents(EVERYTHING, ALL, 5)] == ["a"]
    with open_writer(folder) as writer:
        writer.replace("b", [record("b", "umowa")])
    assert index.overview(EVERYTHING, ALL).total == 2


def test_old_and_unfinished_generations_are_removed(folder: Path, backend: Backend) -> None:
    backend.put("a")
    crashed = EmbeddedRebuild(folder, ANALYSER, heap=HEAP)
    crashed.replace("half", [record("half", "umowa")])
    crashed.close()
    with EmbeddedRebuild(folder, ANALYSER, heap=HEAP) as rebuild:
        rebuild.replace("b", [record("b", "umowa")])
    generations = Generations(folder)
    assert generations.numbers() == [generations.current()]
    assert backend.found(EVERYTHING) == ["b"]


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (4, 2), (64, 4)])
def test_a_new_index_is_written_by_one_thread_for_two_cores(cores: int, threads: int) -> None:
    assert index_threads(cores) == threads


def test_an_index_of_another_format_asks_for_a_rebuild(folder: Path, backend: Backend) -> None:
    backend.put("a")
    Generations(folder).pointer.write_text('{"format": 0, "generation": 1}')
    with pytest.raises(IndexOutdated):
        backend.found(EVERYTHING)
    with pytest.raises(IndexOutdated):
        open_writer(folder)
    with EmbeddedRebuild(folder, ANALYSER, heap=HEAP) as rebuild:
        rebuild.replace("b", [record("b", "umowa")])
    assert backend.found(p.Term("exact", "umowa")) == ["b"]


def test_without_an_index_nothing_is_found_to_be_empty(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    for ask in (
        lambda: engine.reader().newest(EVERYTHING, ALL, 5),
        lambda: engine.reader().overview(EVERYTHING, ALL),
        lambda: engine.reader().suggest("um", ALL, 5),
        lambda: engine.writer(ANALYSER),
    ):
        with pytest.raises(IndexOutdated, match="no index"):
            ask()
    assert engine.generation() is None


def test_init_makes_the_first_generation_and_takes_no_other_archives(folder: Path, backend: Backend) -> None:
    engine = EmbeddedEngine(folder)
    engine.prepare()  # there is one, and it is empty
    assert engine.generation() == 1
    backend.put("a")
    with pytest.raises(Conflict, match="another archive"):
        engine.prepare()


def test_files_that_are_missing_are_not_taken_for_an_empty_index(folder: Path, backend: Backend) -> None:
    backend.put("a")
    Generations(folder).remove(1)
    with pytest.raises(IndexOutdated):
        backend.found(EVERYTHING)
    with pytest.raises(IndexOutdated):
        open_writer(folder)


def test_no_text_is_stored(folder: Path, backend: Backend) -> None:
    text = "umowa kredytu hipotecznego zawarta w Krakowie"
    backend.put("a", text=text)
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert text.encode() not in stored


def test_what_was_counted_is_counted_again_after_a_commit_and_for_other_scopes(folder: Path) -> None:
    index = EmbeddedIndex(folder)
    with open_writer(folder) as writer:
        writer.replace("a", [record("a", "umowa")])
        writer.commit()
        first = index.overview(EVERYTHING, ALL)
        assert index.overview(EVERYTHING, ALL) is first
        assert index.overview(EVERYTHING, Scopes.of("matter:m-1")).total == 0
        writer.replace("b", [record("b", "umowa")])
        writer.commit()
        assert index.overview(EVERYTHING, ALL).total == 2


def test_near_words_are_remembered_for_the_same_scopes_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def look_up(searcher: tantivy.Searcher, word: str, distance: int, limit: int) -> tuple[str, ...]:
        looked_up.append(word)
        return near_words(searcher, word, distance, limit)

    monkeypatch.setattr("search.embedded.reader.near_words", look_up)
    with open_writer(folder) as writer:
        writer.replace("doc-1", [record("doc-1", "wezwanle")])
        writer.commit()
        index = EmbeddedIndex(folder)
        mine, others = Scopes.of("portfolio:a"), Scopes.of("portfolio:b")
        for scopes, times in ((mine, 1), (mine, 1), (others, 2), (None, 3), (None, 4)):
            assert index.variants("wezwanie", 1, 5, scopes) == ["wezwanle"]
            assert len(looked_up) == times


def test_names_of_any_kind_come_back(folder: Path) -> None:
    names = ["a", "ą" * 20, "x" * 40, "x" * 41, "long-" * 30, "nul\0", "d6b3ad05-6ac5-4d0e-9d29-6f9a4b9e9e3b"]
    with open_writer(folder) as writer:
        for name in names:
            writer.replace(name, [record(name, "umowa")])
    index = EmbeddedIndex(folder)
    assert {hit.document for hit in index.documents(EVERYTHING, ALL, 100)} == set(names)
    assert {hit.document for hit in index.newest(EVERYTHING, ALL, 100)} == set(names)


def test_facets_that_were_counted_as_numbers_have_their_names(folder: Path) -> None:
    parties = (PageParty("p-1", "debtor", "Jan Kowalski"), PageParty("p-2", "creditor", "Jan Kowalski"))
    page = replace(record("a", "umowa", day=date(987, 1, 1)), parties=parties, portfolio=Named("n", "Nord"))
    with open_writer(folder) as writer:
        writer.replace("a", [page])
    index = EmbeddedIndex(folder)
    for _ in range(2):
        facets = index.overview(EVERYTHING, ALL).facets
        assert {(value.value, value.label) for value in facets["party"]} == {
            ("p-1", "Jan Kowalski"),
            ("p-2", "Jan Kowalski"),
        }
        assert [(value.value, value.label) for value in facets["portfolio"]] == [("n", "Nord")]
        assert [value.value for value in facets["year"]] == ["987"]


@pytest.mark.parametrize("exact", [2_000, 0])
def test_facets_count_documents_by_what_their_pages_have(
    folder: Path, monkeypatch: pytest.MonkeyPatch, exact: int
) -> None:
    monkeypatch.setattr("search.embedded.counting.EXACT_FACETS", exact)
    one, two = PageParty("p-1", "debtor", "Jan"), PageParty("p-2", "court", "Sąd")
    with open_writer(folder) as writer:
        for number in range(6):
            pages = [
                replace(record(f"d{number}", "umowa", page=at + 1, language=language), parties=parties)
                for at, (language, parties) in enumerate(
                    [("pl", (one, two)), ("pl", (one,)), ("de", ())][: 1 + number % 3]
                )
            ]
            north = Named("n", "Nord") if number else None
            writer.replace(f"d{number}", [replace(page, portfolio=north) for page in pages])
    overview = EmbeddedIndex(folder).overview(EVERYTHING, ALL)
    assert overview.total == 6
    assert {
        name: [(value.value, value.documents) for value in values] for name, values in overview.facets.items()
    } == {
        "kind": [("other", 6)],
        "year": [("2024", 6)],
        "party": [("p-1", 6), ("p-2", 6)],
        "language": [("pl", 6), ("de", 2)],
        "portfolio": [("n", 5)],
    }


def test_pages_of_documents_that_were_just_found_are_those_that_a_search_among_them_finds(
    folder: Path,
) -> None:
    index = EmbeddedIndex(folder)
    plan = p.Best((p.Term("exact", "umowa"), p.Weighted(p.Term("exact", "rata"), 0.5)))
    north, south = Scopes.of("portfolio:p-north"), Scopes.of("matter:m-1")
    texts = ["umowa", "rata umowa rata", "rata", "inne"]
    with open_writer(folder) as writer:
        for number in range(12):
            scopes = frozenset({"portfolio:p-north"} if number % 2 else {"portfolio:p-north", "matter:m-1"})
            writer.replace(
                f"d{number}",
                [
                    record(f"d{number}", texts[(number + at) % 4], page=at + 1, scopes=scopes)
                    for at in range(1 + number % 6)
                ],
            )
        writer.commit()
        for limit, scopes in ((4, north), (100, north), (100, south), (2, Scopes.of("matter:m-2"))):
            found = [hit.document for hit in index.documents(plan, scopes, limit)]
            afresh = EmbeddedIndex(folder).pages(plan, scopes, found, 3)
            assert index.pages(plan, scopes, found, 3) == afresh
        everywhere = [hit.document for hit in index.documents(plan, north, 100)]
        assert set(index.pages(plan, south, everywhere, 3)) == {
            hit.document for hit in index.documents(plan, south, 100)
        }
        writer.delete(everywhere[0])
        writer.commit()
        assert set(index.pages(plan, north, everywhere, 3)) == set(everywhere[1:])


_leaves = (
    st.builds(p.Term, st.just("exact"), st.sampled_from(["umowa", "kredytu", "rata", "ratą"]))
    | st.builds(p.Term, st.just("folded"), st.sampled_from(["umowa", "kredytu", "rata"]))
    | st.builds(p.OneOf, st.just("exact"), st.sampled_from([("umowa", "rata"), ("kredytu",)]))
    | st.builds(p.Phrase, st.just("folded"), st.just(("umowa", "kredytu")))
)
_plans = st.recursive(
    _leaves,
    lambda inner: (
        st.builds(p.Best, st.tuples(inner, inner))
        | st.builds(p.Any, st.tuples(inner, inner))
        | st.builds(p.All, st.tuples(inner, inner), st.tuples(_leaves) | st.just(()))
        | st.builds(p.Prefer, inner, inner, st.just(1000.0))
        | st.builds(p.Weighted, inner, st.just(0.5))
        | st.builds(p.Constant, inner, st.just(2.0))
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> tantivy.Searcher:
    folder = tmp_path_factory.mktemp("plans")
    texts = ["umowa", "umowa kredytu", "kredytu rata rata", "ratą umowa kredytu", "inne"]
    with open_writer(folder) as writer:
        for number in range(20):
            scopes = frozenset({f"portfolio:p-{number % 2}"})
            writer.replace(f"d{number}", [record(f"d{number}", texts[number % 5], scopes=scopes)])
    index = tantivy.Index.open(str(folder / "generation-1"))
    return index.searcher()


@given(_plans)
@settings(max_examples=100, deadline=None)
def test_a_plan_in_another_shape_finds_the_same_pages_with_the_same_scores(
    searcher: tantivy.Searcher, plan: p.Plan
) -> None:
    within = scoped(plan, Scopes.of("portfolio:p-1"))
    assert isinstance(within, p.All)

    def found(plan: p.Plan) -> dict[tuple[int, int], float]:
        hits = searcher.search(_query(plan, SCHEMA), limit=50, count=False).hits
        return {(address.segment_ord, address.doc): score for score, address in hits}

    asked = found(within)
    assert found(narrowed(within)) == pytest.approx(asked)
    assert found(narrowed(lean(within))) == pytest.approx(asked)
    assert found(unscored(within)).keys() == asked.keys()
    assert found(narrowed(p.All((unscored(plan), within.of[1])))).keys() == asked.keys()
