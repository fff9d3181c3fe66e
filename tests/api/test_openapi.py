"""The OpenAPI document says everything: what a route does, takes, answers, refuses, and asks the gate."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.access import Action
from api.app import gated_routes
from api.openapi import operations
from tests.api.support import House

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document(house: House) -> dict[str, Any]:
    found: dict[str, Any] = house.client("auditor").json("/api/v1/openapi.json")
    return found


def every(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, method, operation in operations(document):
        yield f"{method.upper()} {path}", operation


def references(value: Any) -> Iterator[str]:
    match value:
        case dict():
            if "$ref" in value:
                yield value["$ref"]
            for member in value.values():
                yield from references(member)
        case list():
            for member in value:
                yield from references(member)


def success(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield status, answer


def test_it_is_for_those_signed_in(house: House) -> None:
    assert house.stranger().get("/api/v1/openapi.json").status_code == 401


def test_every_route_is_described_in_words(document: dict[str, Any]) -> None:
    for name, operation in every(document):
        assert operation["summary"], name
        assert len(operation["description"]) > 10, name
        assert operation["description"].rstrip().endswith("."), name
        assert operation["tags"], name
    identifiers = [operation["operationId"] for _, operation in every(document)]
    assert len(identifiers) == len(set(identifiers))


def test_every_answer_has_a_shape(document: dict[str, Any]) -> None:
    for name, operation in every(document):
        answers = dict(success(operation))
        assert answers, name
        for status, answer in answers.items():
            if status == "204":
                assert "content" not in answer, name
                continue
            assert answer["content"], name
            for kind, content in answer["content"].items():
                if kind == "application/json":
                    schema = content["schema"]
                    assert "$ref" in schema or "$ref" in schema.get("items", {}), f"{name} {schema}"


def test_every_refusal_has_the_shape_of_a_problem(document: dict[str, Any]) -> None:
    for name, operation in every(document):
        refusals = {s: a for s, a in operation["responses"].items() if s[0] in "45"}
        assert {"400", "503"} <= set(refusals), name
        assert "422" not in refusals, name
        if operation["security"]:
            assert {"401", "404"} <= set(refusals), name
        for status, answer in refusals.items():
            if (name, status) == ("GET /readyz", "503"):
                continue  # it says which parts are not
            assert answer["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }, name
    assert document["components"]["schemas"]["Problem"]["examples"]


def test_every_body_is_described_and_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, operation in every(document):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind != "application/json":
                continue
            schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
            assert schema["description"], name
            assert schema["additionalProperties"] is False, f"{name}: anything could be assigned"
            exampled = "examples" in schema or any(
                "examples" in member or "enum" in member or "$ref" in member or "format" in member
                for member in schema["properties"].values()
            )
            assert exampled or name.endswith("password"), name


def test_every_shape_is_described_and_bounded(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "enum" in schema, name
    for name, operation in every(document):
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            kinds = [schema, *schema.get("anyOf", [])]
            texts = [kind for kind in kinds if kind.get("type") == "string" and "enum" not in kind]
            assert all({"maxLength", "pattern", "const"} & set(kind) for kind in texts), (
                f"{name} {parameter['name']} takes a text of any length"
            )


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    found = set(references(document))
    assert found <= known
    assert known - found <= {"#/components/schemas/Problem"}


def test_it_lists_every_route_under_api(house: House, document: dict[str, Any]) -> None:
    listed = {(method.upper(), path) for path, method, _ in operations(document)}
    there = {
        (route.method, re.sub(r":path}", "}", route.path))
        for route in gated_routes(house.app.routes)
        if route.path.startswith("/api/") and route.path != "/api/v1/openapi.json"
    }
    assert there <= listed
    assert {"/healthz", "/readyz", "/metrics"} <= {path for _, path in listed}


def test_it_says_what_the_gate_asks(document: dict[str, Any]) -> None:
    known = {action.value for action in Action}
    for name, operation in every(document):
        wanted = operation.get("x-tabellion-actions", [])
        assert set(wanted) <= known, name
        assert bool(wanted) == bool(operation["security"]), name


def test_creations_and_changes_say_how_they_are_repeated(document: dict[str, Any]) -> None:
    def headers(path: str, method: str) -> set[str]:
        parameters = document["paths"][path][method].get("parameters", [])
        return {parameter["name"].lower() for parameter in parameters if parameter["in"] == "header"}

    for path in ("deposits", "batches", "debtors", "claims", "portfolios", "documents/{document_id}/links"):
        assert "idempotency-key" in headers(f"/api/v1/{path}", "post"), path
    for path in ("documents/{document_id}", "batches/{batch_id}"):
        assert "if-match" in headers(f"/api/v1/{path}", "patch"), path


def test_no_secret_travels_in_an_address(document: dict[str, Any]) -> None:
    for name, operation in every(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] in ("query", "path"):
                assert not re.search(r"(?i)pass|secret|csrf|key$|^token$|access_token", parameter["name"]), (
                    name
                )
