"""Two people with disjoint scopes and one with none walk everything: nothing of the other's shows, not even that it is.

An identifier of somebody else's is answered as one of nothing: the same status, headers, body and length, by the same
questions to the catalogue, which is what time can be told by. A word of somebody else's papers is answered as a word
that stands nowhere.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from sqlalchemy import event

from api.access import ROLES, Action
from api.app import Gated
from tests.api.support import UNKNOWN, Client, House, good
from tests.api.test_gate import BODIES, FORM, QUERIES, path_of, routes_of

WORKING = ("operator", "collector", "legal")
"""Roles that open papers within scopes. Administrators and auditors see by role what these see by scope."""

MAY: frozenset[Action] = frozenset().union(*(ROLES[role] for role in WORKING))


@dataclass
class Side:
    """Papers, people and claims of one portfolio, and a person who may see them and nothing else."""

    client: Client
    portfolio: str
    ids: dict[str, str]
    words: list[str]
    """What stands on its papers or is called so; each word in no other side."""

    secrets: set[str] = field(default_factory=set)


@dataclass
class World:
    house: House
    north: Side
    south: Side
    nobody: Client


def side(house: House, name: str, debtor: str, pesel: str, number: str, word: str) -> Side:
    portfolio = house.portfolio(f"{name}portfolio")
    client = house.client(*WORKING, scopes=[f"portfolio:{portfolio}"])
    administrator = house.client("administrator")
    body = {"name": debtor, "identifiers": [["pesel", pesel]], "external_id": f"{name}-17"}
    party = good(administrator.post("/api/v1/debtors", json=body))["id"]
    claim = good(
        administrator.post(
            "/api/v1/claims",
            json={"number": number, "portfolio": portfolio, "parties": [[party, "debtor"]]},
        )
    )["id"]
    received = house.hand_in(
        client,
        [f"Wezwanie {word}", f"Dluznik: {debtor} PESEL {pesel}", f"Umowa {number}"],
        [f"Zalacznik {word}"],
        batch_name=f"{name}box",
        portfolio=portfolio,
        name=f"{name}letter.pdf",
    )
    house.settle()
    matter = good(client.post("/api/v1/matters", json={"name": f"{name}matter", "claims": [claim]}), 201)
    ids = {
        "document_id": received["document"],
        "deposit_id": received["deposit"],
        "batch_id": received["batch"],
        "party_id": party,
        "claim_id": claim,
        "matter_id": matter["matter"],
    }
    words = [word, debtor.split()[1].lower(), pesel, number, f"{name}letter", f"{name}box", f"{name}matter"]
    secrets = {*ids.values(), *words, debtor, f"{name}portfolio", portfolio, f"{name}-17"}
    return Side(client, portfolio, ids, words, secrets)


@pytest.fixture
def world(house: House) -> World:
    north = side(house, "north", "Jan Borealski", "44051401458", "KN-1188227", "polarnik")
    south = side(house, "south", "Anna Australska", "90090515836", "KS-2299331", "zwrotnik")
    nobody = house.client(*WORKING, scopes=[])
    for client in (north.client, south.client, nobody):
        client.get("/api/v1/me")  # a token's first use is written down
    return World(house, north, south, nobody)


def about(route: Gated, ids: dict[str, str]) -> bool:
    return any(f"{{{name}}}" in route.path for name in ids)


def walked(house: House) -> list[Gated]:
    return [route for route in routes_of(house.app) if not route.public and route.actions <= MAY]


def guess(client: Client, route: Gated, ids: dict[str, str]) -> httpx.Response:
    """The request of somebody who has seen these identifiers somewhere."""
    key = (route.method, route.path)
    if key in BODIES:
        more: dict[str, object] = {"json": BODIES[key]}
    elif route.method == "POST" and not route.path.startswith("/api/"):
        more = {"data": FORM}
    else:
        more = {}
    return client.request(route.method, path_of(route, **ids), params=QUERIES.get(key, {}), **more)


@contextmanager
def questions(house: House) -> Iterator[list[str]]:
    """What the catalogue is asked meanwhile, without the values: to tell two ways through the code apart."""
    asked: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2])
        asked.append(re.sub(r"\((?:\?(?:, )?)+\)|\(SELECT 1 FROM \(SELECT 1\) WHERE 1!=1\)", "()", statement))

    engine = house.archive.catalogue.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def shape(answer: httpx.Response, ids: dict[str, str]) -> tuple[object, ...]:
    """All that an answer tells, but for the identifiers that were sent and the number of the request."""
    text = answer.text
    for value in (*ids.values(), UNKNOWN):
        text = text.replace(value, "ID")
    own = answer.headers.get("x-request-id", "")
    headers = {
        name: value.replace(own, "REQUEST")
        for name, value in answer.headers.items()
        if name != "x-request-id"
    }
    told = str(headers)
    for each in (*ids.values(), UNKNOWN):
        told = told.replace(each, "ID")
    return answer.status_code, told, text.replace(own, "REQUEST")


def found_in(answer: httpx.Response, secrets: set[str]) -> set[str]:
    body = answer.content.decode("utf-8", "replace").lower() + str(answer.headers).lower()
    return {secret for secret in secrets if secret.lower() in body}


def test_a_guessed_identifier_is_answered_as_one_of_nothing(world: World) -> None:
    """Every route that is about something, by REST and by page, by somebody else and by somebody without scopes."""
    house, south = world.house, world.south
    before, asked = read(south), 0
    for client in (world.north.client, world.nobody):
        for route in walked(house):
            if not about(route, south.ids):
                continue
            with questions(house) as of_nothing:
                nowhere = guess(client, route, {})
            with questions(house) as of_theirs:
                there = guess(client, route, south.ids)
            assert shape(there, south.ids) == shape(nowhere, {}), route
            assert there.headers.get("content-length") == nowhere.headers.get("content-length"), route
            assert of_theirs == of_nothing, route
            assert not found_in(there, south.secrets - set(south.ids.values())), route
            asked += 1
    assert asked > 60
    assert read(south) == before  # what was tried has changed nothing


def read(side: Side) -> list[object]:
    """What its own person sees of a side."""
    paths = ("/api/v1/documents/{document_id}", "/api/v1/batches/{batch_id}", "/api/v1/debtors/{party_id}")
    return [side.client.json(path.format(**side.ids)) for path in paths]


def test_what_one_may_see_holds_nothing_of_the_others(world: World) -> None:
    """Every page, list, count, picture, text, history and export of one's own, and every start that everybody has."""
    seen = 0
    for client, own, other in (
        (world.north.client, world.north, world.south),
        (world.south.client, world.south, world.north),
        (world.nobody, Side(world.nobody, "", {}, []), world.south),
    ):
        for route in walked(world.house):
            if route.method != "GET":
                continue
            answer = guess(client, route, own.ids)
            assert not found_in(answer, other.secrets), route
            seen += answer.status_code == 200
    assert seen > 100


def test_a_word_of_theirs_is_answered_as_one_that_stands_nowhere(world: World) -> None:
    """Search, facets, suggestions, counts, lists and exports: whatever takes a word to look for."""
    document = world.north.client.json("/api/v1/openapi.json")
    places = [
        path
        for path, methods in document["paths"].items()
        if "{" not in path
        and any(
            each["name"] == "q" and each["in"] == "query"
            for each in methods.get("get", {}).get("parameters", [])
        )
    ]
    assert {"/api/v1/search", "/api/v1/debtors", "/api/v1/claims"} <= set(places)
    for client in (world.north.client, world.nobody):
        for path in (*places, "/search", "/debtors"):
            for word in world.south.words:
                theirs = client.get(path, params={"q": word})
                none = client.get(path, params={"q": stand_in(word)})
                assert echo(theirs, word) == echo(none, stand_in(word)), (path, word)


def test_what_others_bring_in_changes_no_answer(house: House) -> None:
    """No count, time, report or list tells somebody without scopes that the archive has anything at all."""
    nobody = house.client(*WORKING, scopes=[])
    nobody.get("/api/v1/me")  # a token's first use is written down
    starts = [route for route in walked(house) if route.method == "GET" and "{" not in route.path]

    def told() -> dict[str, tuple[object, ...]]:
        answers = {route.path: shape(guess(nobody, route, {}), {}) for route in starts}
        return {path: answer for path, answer in answers.items() if answer[0] == 200}

    empty = told()
    side(house, "north", "Jan Borealski", "44051401458", "KN-1188227", "polarnik")
    assert told() == empty
    assert len(empty) > 20


def stand_in(word: str) -> str:
    """Something of the same form and length that is nowhere."""
    if word.isdigit():
        return word.translate(str.maketrans("0123456789", "9876543210"))
    return re.sub(r"\d", lambda digit: str(9 - int(digit[0])), re.sub("[A-Za-z]", "q", word))


def echo(answer: httpx.Response, word: str) -> tuple[object, ...]:
    """All that an answer tells but for the word that was sent."""
    status, headers, text = shape(answer, {})
    told = re.sub("'content-length': '[0-9]+'", "", str(headers))
    return status, *(re.sub(re.escape(word), "WORD", each, flags=re.I) for each in (told, str(text)))


def test_actions_of_these_roles_are_those_that_open_papers() -> None:
    """What is not walked here is asked for by no route that these roles reach."""
    assert Action.READ in MAY and Action.EXPORT in MAY and Action.ACCOUNTS not in MAY
