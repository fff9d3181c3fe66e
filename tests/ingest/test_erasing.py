"""What is erased is found nowhere: by no search, in no file under the home, in no rebuilt index."""

from pathlib import Path

from archive.archive import SYSTEM_ACTOR, Archive
from ingest.erasing import erase_everywhere
from ingest.indexing import Indexer
from ingest.keeper import Keeper
from ingest.worker import Worker
from search.analysis import Analyser
from search.answer import Finder, SearchRequest
from search.embedded import EmbeddedRebuild
from search.port import Scopes
from tests.ingest.support import Doors, papers

SECRET, KEPT = "zyzzyvas", "aardwolf"


def documents(found: Finder, word: str) -> list[str]:
    return [hit.document for hit in found.answer(SearchRequest(word, Scopes.all())).hits]


def files_with(home: Path, word: str) -> list[str]:
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes().lower()
    ]


def test_an_erased_paper_is_in_no_file_and_no_answer(
    archive: Archive,
    doors: Doors,
    worker: Worker,
    keeper: Keeper,
    indexer: Indexer,
    found: Finder,
    tmp_path: Path,
    analyser: Analyser,
) -> None:
    secret = doors.receive(papers([f"A letter about {SECRET}."]), name=f"{SECRET}.pdf")
    kept = doors.receive(papers([f"A letter about an {KEPT}."]), name=f"{KEPT}.pdf")
    worker.drain()
    assert keeper.run_once()
    assert documents(found, SECRET) == [secret.document]
    assert files_with(tmp_path, SECRET), "the word must be somewhere before, or the test shows nothing"

    erase_everywhere(
        archive,
        lambda: EmbeddedRebuild(tmp_path / "index", analyser),
        secret.deposit,
        SYSTEM_ACTOR,
        "data-subject",
    )
    assert keeper.run_once()
    keeper.release()

    assert documents(found, SECRET) == []
    assert documents(found, KEPT) == [kept.document]
    assert files_with(tmp_path, SECRET) == []
