"""A few papers on real servers and two machines are known, found and verified as they are embedded."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench._facts import Facts
from bench._pages import SHARED
from bench.services import Way, choose, compare, embedded, on_servers, shown
from tests.services.fixtures import (
    S3,
    S3_KEYS,
    absent,
    broker_url,
    emptied,
    new_buckets,
    new_database,
    search_url,
)
from tests.shared import needs_shared

FILES = 2


def way(**changes: object) -> Way:
    facts = Facts({"a": ["1"]}, {"a": ["text"]}, {"a": ["invoice"]}, {"a": ["total"]}, {"a": ["debtor"]})
    return replace(Way(1.0, facts, {"word": {"total": 1}}, "PASSED", ["w"]), **changes)  # type: ignore[arg-type]


def test_what_differs_is_named() -> None:
    assert compare(way(), way())["passed"]
    other = replace(way().facts, links={"a": ["creditor"]}, texts={"a": ["text"], "b": ["more"]})
    result = compare(way(), way(facts=other, answers={}))
    assert {kind for kind, names in result["different"].items() if names} == {"links", "texts", "answers"}
    assert (result["different"]["texts"], result["passed"]) == (["b"], False)
    assert "NOT EQUAL" in shown(result)
    assert "links: a" in shown(result)


def test_what_does_not_verify_does_not_pass() -> None:
    result = compare(way(), way(overall="FAILED"))
    assert (result["equal"], result["passed"]) == (True, False)


def test_every_language_has_its_share(tmp_path: Path) -> None:
    for language in ("de", "pl"):
        (tmp_path / language).mkdir()
        for number in range(5):
            for kind in ("pdf", "json"):
                (tmp_path / language / f"{number}.{kind}").touch()
    chosen = choose(tmp_path, 4)
    assert [path.parent.name for path in chosen] == ["de", "de", "pl", "pl"]
    assert len(choose(tmp_path, None)) == 10


@needs_shared("evalset/pages")
@pytest.mark.services
@pytest.mark.slow
@pytest.mark.xdist_group("long")
@pytest.mark.timeout(900)
def test_papers_are_the_same_on_servers(tmp_path: Path) -> None:
    server = os.environ.get(S3)
    if not server:
        absent("s3", f"{S3} is not set; script/test starts an S3 server and sets it")
    files, url = choose(SHARED, FILES), search_url("opensearch")
    (tmp_path / "embedded").mkdir()
    (tmp_path / "servers").mkdir()
    plain = embedded(tmp_path / "embedded", files, SHARED)
    with new_database() as database, emptied(url):
        servers = {
            "TABELLION_DATABASE_URL": database,
            "TABELLION_BROKER_URL": broker_url("redis"),
            "TABELLION_SEARCH_URL": url,
            "TABELLION_VAULT_URL": server.replace("s3://tabellion?", f"s3://{new_buckets(1)[0].bucket}?"),
            "TABELLION_VAULT_ACCESS_KEY": os.environ[S3_KEYS[0]],
            "TABELLION_VAULT_SECRET_KEY": os.environ[S3_KEYS[1]],
        }
        served = on_servers(tmp_path / "servers", files, SHARED, servers)
    result = compare(plain, served)
    assert result["passed"], shown(result)
    assert len(served.workers) >= 1
