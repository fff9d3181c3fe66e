"""An archive whose index is on a search server: by settings alone, from `init` to `rebuild`."""

from functools import partial

import pytest

from ingest.indexing import Indexer
from search import Analyser
from search.opensearch import Generations, parse_address
from tabellion.running.serving import make_service
from tabellion.settings import load_settings
from tabellion.wiring import opened, search_engine
from tests.services.fixtures import emptied, search_url
from tests.tabellion.house import lived_in


@pytest.mark.services
def test_papers_are_found_on_a_server_and_the_index_is_made_anew(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = search_url("opensearch")
    monkeypatch.setenv("TABELLION_SEARCH_URL", url)
    with emptied(url) as connection:
        folder = tmp_path_factory.mktemp("served")
        with lived_in(folder) as house:
            run = partial(house.terminal.run, environment={"TABELLION_SEARCH_URL": url})
            paper = house.paper("letter.pdf", ["Final demand", "The claim W/2024/881 remains outstanding."])
            assert run("ingest", paper, "--wait", "--json").json["status"] == "searchable"
            found = run("search", "demands outstanding", "--json").json
            assert (found["total"], found["hits"][0]["why"]) == (1, ["exact", "stem"])
            assert found["hits"][0]["pages"][0]["boxes"]
            assert make_service(house.parts).health()["index"] is None

        settings = load_settings(home=folder / "home", languages="en,pl")
        generations = Generations(connection, parse_address(url).prefix)
        assert generations.current() == 1
        assert run("rebuild", "--index", "--json").json == {"indexed": 1}
        assert generations.current() == 2
        assert run("search", "881", "--json").json["total"] == 1

        generations.remove(2)
        with opened(settings) as parts:
            assert "rebuild --index" in str(make_service(parts).health()["index"])
            assert run("search", "881", code=1).err.startswith("INDEX_OUTDATED")
            assert Indexer(parts.archive, lambda: search_engine(settings).writer(Analyser())).run(1) == 0
        run("rebuild", "--index")
        assert run("search", "881", "--json").json["total"] == 1


def test_a_server_that_does_not_answer_is_named(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lived_in(tmp_path_factory.mktemp("away")) as house:
        monkeypatch.setenv("TABELLION_SEARCH_URL", "opensearch+http://127.0.0.1:1/away")
        settings = load_settings(home=house.terminal.home, languages="en,pl")
        with opened(settings) as parts:
            assert make_service(parts).health()["index"] == (
                "INDEX_UNREACHABLE: the search server does not answer: NewConnectionError"
            )
