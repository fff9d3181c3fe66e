"""Requests made from our own OpenAPI document: never a fault of ours, never an answer that the document does not tell.

A few requests an operation, the same ones each time: such as the document allows, with identifiers of things that are
there as often as with invented ones.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access import ROLES
from tests.api.support import ORIGIN, UNKNOWN, Client, House
from tests.api.test_gate import PARAMETERS, Held, held

__all__ = ["held"]

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 2
NUL = "a\x00b"
HUGE = 10**30
PEOPLE = {
    "administrator": ("administrator",),
    "collector": ("collector",),
    "everybody": tuple(role for role in ROLES if role != "station"),
}
MADE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def lead_to_things(case: Any, held: Held, rng: random.Random) -> None:
    """Put identifiers of things that are there into a case, half of the time."""
    known = {**PARAMETERS, **held.ids}
    for name in case.path_parameters or {}:
        if name in known and rng.random() < 0.6:
            case.path_parameters[name] = known[name]


def sent(client: Client, case: Any) -> httpx.Response:
    """The request of a case, as it would go over a network."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
    headers = {
        name: value
        for name, value in prepared.headers.items()
        if name.lower() not in ("authorization", "cookie")
    }
    # Absolute, so that a path which begins with two slashes is one.
    return client.request(
        str(prepared.method), f"{ORIGIN}{prepared.path_url}", content=prepared.body or b"", headers=headers
    )


def faults(clients: Mapping[str, Client], operation: Any, held: Held, rng: random.Random) -> Iterator[str]:
    """What is wrong with the answers of one operation to these people, who each ask the same."""
    found: dict[str, None] = {}

    @MADE
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        lead_to_things(case, held, rng)
        for name, client in clients.items():
            answer = sent(client, case)
            # 503, where it is told, says that a part is not there: no keeper runs here.
            if answer.status_code == 500:
                found[f"{name}: a fault of ours: {answer.request.url} {answer.request.content[:300]!r}"] = (
                    None
                )
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                for failure in group.exceptions:
                    told = f"{failure.title} {answer.status_code} {answer.text[:300]} {failure.message[:300]}"
                    found[f"{name}: {told}"] = None

    ask()
    return iter(found)


def wrong_answers(house: House, held: Held, *names: str) -> list[str]:
    """What is wrong with the answers that these people are given."""
    clients = {name: house.client(*PEOPLE[name]) for name in names}
    schema = schemathesis.openapi.from_dict(clients[names[0]].json("/api/v1/openapi.json"))
    rng = random.Random(1)
    return [
        f"{result.ok().label}: {fault}"
        for result in schema.get_all_operations()
        for fault in faults(clients, result.ok(), held, rng)
    ]


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_tells(house: House, held: Held) -> None:
    wrong = wrong_answers(house, held, *PEOPLE)
    assert wrong == [], "\n".join(wrong)


def test_a_value_that_a_database_does_not_take_is_a_wrong_request(house: House) -> None:
    client = house.client(*PEOPLE["everybody"])
    for method, path, options in (
        ("POST", "debtors", {"json": {"name": NUL}}),
        ("POST", "debtors", {"json": {"name": "Jan", "external_id": NUL}}),
        ("POST", "debtors", {"json": {"name": "Jan", "identifiers": [["pesel", NUL]]}}),
        ("PUT", "debtors/external/a%00b", {"json": {"name": "Jan"}}),
        ("POST", "me/tokens", {"json": {"name": NUL}}),
        ("POST", "search/saved", {"json": {"name": NUL, "query": NUL}}),
        ("POST", "matters", {"json": {"name": NUL}}),
        ("GET", "documents/a%00b", {}),
        ("GET", "debtors?q=a%00b", {}),
        ("GET", "search?q=a%00b", {}),
        ("GET", f"documents/{UNKNOWN}/pages/{HUGE}/words", {}),
        ("POST", "deposits?name=a%00b", {"content": b"%PDF-1.4 none"}),
        ("POST", f"deposits?sequence={HUGE}", {"content": b"%PDF-1.4 none"}),
    ):
        answer = client.request(method, f"/api/v1/{path}", **options)  # type: ignore[arg-type]
        assert answer.status_code < 500, f"{method} {path}: {answer.text}"
