"""The bill of materials has every locked package; the audit does not take silence for good news."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.house.audit import PATIENCE, Advisory, audit
from tests.house.repository import ROOT, normal, wanted
from tests.house.sbom import Locked, bill, locked, written
from tests.http_server import QuietHandler, serving

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return bill()


class TestBill:
    def test_it_has_every_locked_package_with_its_hashes(self, document: dict[str, Any]) -> None:
        names = {normal(each["name"]) for each in document["components"]}
        assert names == {normal(each.name) for each in locked(LOCK)}
        assert names >= wanted((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        hashes = {each["value"] for one in document["components"] for each in one["properties"]}
        assert len(hashes) == LOCK.count("--hash=sha256:")

    def test_it_has_the_form_of_the_specification(self, document: dict[str, Any]) -> None:
        assert (document["bomFormat"], document["specVersion"], document["version"]) == (
            "CycloneDX",
            "1.6",
            1,
        )
        assert document["serialNumber"].startswith("urn:uuid:")
        references = [each["bom-ref"] for each in document["components"]]
        assert len(set(references)) == len(references)
        for component in document["components"]:
            assert component["type"] == "library" and component["purl"] == component["bom-ref"]
            assert component["purl"] == f"pkg:pypi/{normal(component['name'])}@{component['version']}"
            assert component["licenses"][0]["license"]["name"]

    def test_it_says_what_needs_what_and_what_is_of_development_only(self, document: dict[str, Any]) -> None:
        references = {each["bom-ref"] for each in document["components"]}
        graph = {each["ref"]: each["dependsOn"] for each in document["dependencies"]}
        assert graph.keys() == references | {document["metadata"]["component"]["bom-ref"]}
        assert {each for needed in graph.values() for each in needed} <= references
        scopes = {each["name"]: each["scope"] for each in document["components"]}
        assert (scopes["fastapi"], scopes["starlette"], scopes["pytest"]) == (
            "required",
            "required",
            "excluded",
        )
        fastapi = next(ref for ref in graph if ref.startswith("pkg:pypi/fastapi@"))
        assert any(each.startswith("pkg:pypi/starlette@") for each in graph[fastapi])

    def test_it_is_the_same_each_time(self) -> None:
        assert "".join(written()) == "".join(written())
        assert json.loads("".join(written()))


@dataclass
class Service:
    """A service of advisories that answers what a test says, and counts who was asked about."""

    told: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            told = found.told.get(self.path)
            self.send(404 if told is None else 200, "application/json", json.dumps(told).encode())

    with serving(Handler) as found.address:
        yield found


def asked(service: Service, *names: str) -> Any:
    packages = [Locked(name, "1.0", ()) for name in names]
    return audit(packages, f"{service.address}/pypi")


def test_an_advisory_is_found_and_a_withdrawn_one_is_none(service: Service) -> None:
    service.told = {
        "/pypi/a/1.0/json": {"vulnerabilities": []},
        "/pypi/b/1.0/json": {
            "vulnerabilities": [
                {"id": "PYSEC-1", "fixed_in": ["1.1"], "withdrawn": None},
                {"id": "PYSEC-2", "fixed_in": [], "withdrawn": "2026-01-01T00:00:00Z"},
            ]
        },
    }
    done = asked(service, "a", "b")
    assert done.advisories == (Advisory("b 1.0", "PYSEC-1", ("1.1",)),)
    assert (done.answered, done.unanswered, done.code) == (2, (), 1)
    assert asked(service, "a").code == 0


def test_silence_is_not_taken_for_good_news(service: Service) -> None:
    service.told = {"/pypi/a/1.0/json": {"vulnerabilities": []}, "/pypi/c/1.0/json": {"other": "words"}}
    done = asked(service, "a", "b", "c", "a")
    assert (done.answered, done.unanswered, done.code) == (2, ("b", "c"), 3)


def test_a_service_that_is_not_there_is_not_asked_a_hundred_times(service: Service) -> None:
    done = asked(service, *"bcdefghij")
    assert (done.answered, len(done.unanswered), done.code) == (0, 9, 3)
    assert len(service.asked) == PATIENCE
