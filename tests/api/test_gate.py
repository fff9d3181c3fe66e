"""The gate: every route asks it or stands in its public list; every role, every object, every page holds to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from api.access import PUBLIC, ROLES, Action
from api.app import Gated, gated_routes, refuse_ungated
from tabellion.base.errors import SettingsError
from tests.api.support import UNKNOWN, Client, House, good, problem

DENIED = "there is no such thing here for you"
PARAMETERS = {
    "page": "1",
    "number": "1",
    "seq": "0",
    "level": "0",
    "path": "000",
    "role": "collector",
    "scope": "unassigned",
}


def path_of(route: Gated, **ids: str) -> str:
    """The route's path with identifiers in it: of nothing that exists, unless said otherwise."""
    return re.sub(
        r"\{(\w+)(:path)?\}",
        lambda match: ids.get(match[1], PARAMETERS.get(match[1], UNKNOWN)),
        route.path,
    )


def routes_of(app: FastAPI) -> list[Gated]:
    return list(gated_routes(app.routes))


def said(answer: httpx.Response) -> Any:
    """What an answer says, apart from what is different each time."""
    try:
        body = answer.json()
    except ValueError:
        return answer.status_code, answer.text
    if isinstance(body, dict):
        body.pop("request", None)
    return answer.status_code, body


class TestEveryRoute:
    def test_without_credentials_only_the_public_list_answers(self, house: House) -> None:
        stranger = house.stranger()
        for route in routes_of(house.app):
            answer = stranger.request(route.method, path_of(route), content=b"")
            if route.public:
                assert answer.status_code != 401, route
                continue
            problem(answer, 401, "NOT_SIGNED_IN")
            assert answer.headers["www-authenticate"] == "Bearer"
            browser = stranger.request(route.method, path_of(route), headers={"Accept": "text/html"})
            if route.path.startswith("/api/"):
                assert browser.status_code == 401, route
            else:
                assert browser.status_code == 303, route
                assert browser.headers["location"].startswith("/sign-in?to=%2F") or (
                    browser.headers["location"].startswith("/sign-in?to=/")
                )

    def test_with_each_role_those_answer_whose_action_it_has(self, house: House) -> None:
        for role, may in [*ROLES.items(), ("nobody", frozenset())]:
            client = house.client(*([role] if role in ROLES else []))
            for route in routes_of(house.app):
                if route.public:
                    continue
                answer = client.request(route.method, path_of(route), content=b"")
                denied = answer.status_code == 404 and answer.json()["title"] == DENIED
                assert denied == (not route.actions <= may), f"{route} for {role}: {answer.text[:200]}"

    def test_a_token_is_narrower_than_its_account(self, house: House) -> None:
        account = house.account("operator", "collector")
        client = house.client_of(account, Action.SEARCH)
        for route in routes_of(house.app):
            if route.public:
                continue
            answer = client.request(route.method, path_of(route), content=b"")
            denied = answer.status_code == 404 and answer.json()["title"] == DENIED
            assert denied == (route.actions != {Action.SEARCH}), route

    def test_every_action_is_asked_for_somewhere_and_some_role_has_it(self, house: House) -> None:
        asked = frozenset().union(*(route.actions for route in routes_of(house.app)))
        had = frozenset().union(*ROLES.values())
        assert asked == set(Action) == had

    def test_the_public_list_has_nothing_that_is_not_there(self, house: House) -> None:
        assert {(route.method, route.path) for route in routes_of(house.app)} >= PUBLIC

    def test_a_route_that_asks_nobody_keeps_the_service_from_starting(self) -> None:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/leak", lambda: "everything")
        with pytest.raises(SettingsError, match="asks nobody"):
            refuse_ungated(app.routes)

    def test_a_mount_keeps_the_service_from_starting(self) -> None:
        inner = Mount("/files", routes=[Route("/x", lambda request: PlainTextResponse("x"))])
        with pytest.raises(SettingsError, match="past the gate"):
            refuse_ungated([inner])


BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/api/v1/batches/{batch_id}"): {"sheets": 3},
    ("PATCH", "/api/v1/batches/{batch_id}/items/{item_id}"): {"state": "blank"},
    ("POST", "/api/v1/batches/{batch_id}/announced"): {"digests": [{"sequence": 1, "sha256": "a" * 64}]},
    ("POST", "/api/v1/batches/{batch_id}/voids"): {"sequence": 9, "reason": "number-skipped"},
    ("POST", "/api/v1/batches/{batch_id}/close"): {"reason": "not-in-box"},
    ("PATCH", "/api/v1/documents/{document_id}"): {"kind": "invoice"},
    ("POST", "/api/v1/documents/{document_id}/fields"): {
        "decision": "add",
        "name": "currency",
        "page": 1,
        "value": "PLN",
    },
    ("POST", "/api/v1/documents/{document_id}/links"): {
        "target_type": "party",
        "target": UNKNOWN,
        "role": "debtor",
        "first_page": 1,
        "last_page": 1,
    },
    ("PATCH", "/api/v1/documents/{document_id}/links/{link_id}"): {"state": "rejected"},
    ("POST", "/api/v1/documents/{document_id}/cuts/{page}"): {"decision": "accept"},
    ("POST", "/api/v1/documents/{document_id}/split"): {"before": [2]},
    ("POST", "/api/v1/documents/{document_id}/reorder"): {"pages": [2, 1]},
    ("POST", "/api/v1/documents/{document_id}/replace"): {"by": UNKNOWN},
    ("POST", "/api/v1/documents/{document_id}/relations"): {"other": UNKNOWN, "relation": "annex_of"},
    ("POST", "/api/v1/documents/{document_id}/scopes"): {"scope": "unassigned"},
    ("POST", "/api/v1/claims/{claim_id}/assignments"): {"to_party": UNKNOWN, "on_date": "2024-06-03"},
}
QUERIES = {
    ("DELETE", "/api/v1/documents/{document_id}/relations"): {"other": UNKNOWN, "relation": "annex_of"},
    ("DELETE", "/api/v1/documents/{document_id}/scopes"): {"scope": "unassigned"},
}
FORM = {
    "number": "9",
    "reason": "number-skipped",
    "item": UNKNOWN,
    "document": UNKNOWN,
    "other": UNKNOWN,
    "position": "2",
    "at": f"{UNKNOWN}:2",
    "pair": f"{UNKNOWN}:{UNKNOWN}",
    "ruling": "accept",
    "from": "1",
    "to": "/",
    "version": "1",
    "state": "blank",
    "said": "rejected",
    "act": "give",
    "fact": "scope",
    "value": "unassigned",
    "language": "en",
    "recipient": "court",
}
"""Every field that a form of a page may have; each page takes its own."""

PEOPLE = tuple(role for role in ROLES if role != "station")
OBJECTS = ("document_id", "deposit_id", "batch_id", "party_id", "claim_id")
# Whoever has one of these actions does what the route is for without opening any paper.
WITHOUT_SCOPE = {
    Action.GRANT: Action.GRANT,  # administrators give rights to papers that they do not read
    Action.RETRY: Action.OPERATIONS,  # and have failed work done again
    Action.EVIDENCE: Action.LOG_READ,  # auditors see the evidence of every paper, and no word of it
}


@dataclass(frozen=True, slots=True)
class Held:
    """Something in the portfolio North, and another portfolio that it is not in."""

    ids: dict[str, str]
    north: str
    south: str


@pytest.fixture
def held(house: House) -> Held:
    north, south = house.portfolio("North"), house.portfolio("South")
    administrator = house.client("administrator")
    party = good(
        administrator.post(
            "/api/v1/debtors", json={"name": "Jan Kowalski", "identifiers": [["pesel", "44051401458"]]}
        )
    )["id"]
    claim = good(
        administrator.post(
            "/api/v1/claims",
            json={"number": "KW-2024-1", "portfolio": north, "parties": [[party, "debtor"]]},
        )
    )["id"]
    received = house.hand_in(
        house.client("operator"),
        ["Wezwanie do zaplaty", "Dluznik: Jan Kowalski PESEL 44051401458"],
        ["Zalacznik pierwszy"],
        batch_name="box 1",
        portfolio=north,
    )
    house.settle()
    ids = {
        "document_id": received["document"],
        "deposit_id": received["deposit"],
        "batch_id": received["batch"],
        "party_id": party,
        "claim_id": claim,
    }
    return Held(ids, north, south)


def about_objects(house: House) -> Iterator[tuple[Gated, str]]:
    for route in routes_of(house.app):
        for name in OBJECTS:
            if f"{{{name}}}" in route.path:
                yield route, name


def ask(client: Client, route: Gated, ids: dict[str, str]) -> httpx.Response:
    key = (route.method, route.path)
    options: dict[str, Any] = {}
    if key in BODIES:
        options["json"] = BODIES[key]
    elif route.method == "POST" and not route.path.startswith("/api/"):
        options["data"] = FORM
    return client.request(route.method, path_of(route, **ids), params=QUERIES.get(key, {}), **options)


def works_without_scope(role: str, route: Gated) -> bool:
    return all(WITHOUT_SCOPE.get(action) in ROLES[role] for action in route.actions)


class TestEveryObject:
    @pytest.mark.parametrize("elsewhere", [False, True], ids=["no scope", "another scope"])
    def test_what_is_out_of_scope_is_answered_as_what_is_not_there(
        self, house: House, held: Held, elsewhere: bool
    ) -> None:
        for role in PEOPLE:
            client = house.client(role, scopes=[f"portfolio:{held.south}"] if elsewhere else [])
            asked = 0
            for route, _ in about_objects(house):
                if not route.actions <= ROLES[role] or works_without_scope(role, route):
                    continue
                there, nowhere = said(ask(client, route, held.ids)), said(ask(client, route, {}))
                assert there == nowhere, f"{route} for {role}"
                # A page that only leads on to another one (after a reload) has told nothing.
                assert there[0] == 404 or (there[0], route.method) == (303, "GET"), f"{route}: {there}"
                asked += 1
            assert asked, role

    def test_a_station_sees_its_own_batches_and_nobody_elses(self, house: House, held: Held) -> None:
        administrator = house.client("administrator")
        made = good(
            administrator.post("/api/v1/stations", json={"name": "Station 3", "portfolio": held.north}), 201
        )
        station = Client(house.app, house.portal, made["token"])
        for route, _ in about_objects(house):
            if route.actions <= ROLES["station"]:
                there, nowhere = said(ask(station, route, held.ids)), said(ask(station, route, {}))
                assert there == nowhere, route
                assert there[0] == 404, f"{route}: {there}"
        assert station.json("/api/v1/batches")["batches"] == []
        own = good(station.post("/api/v1/batches", json={"name": "box 2", "sheets": 1}), 201)
        assert (own["station"], own["portfolio"]) == ("Station 3", held.north)
        assert [one["batch"] for one in station.json("/api/v1/batches")["batches"]] == [own["batch"]]
        received = house.hand_in(station, batch=own["batch"], sequence=1)
        assert station.json(f"/api/v1/deposits/{received['deposit']}")["batch"] == own["batch"]

    def test_what_is_in_scope_is_answered(self, house: House, held: Held) -> None:
        """The control of the tests above: the same requests, sent by somebody with the scope, are not refused."""
        for role in PEOPLE:
            client = house.client(role, scopes=[f"portfolio:{held.north}"])
            for route, name in about_objects(house):
                if route.method != "GET" or not route.actions <= ROLES[role]:
                    continue
                if name == "batch_id" and route.path.endswith("/receipt"):
                    continue  # it is open
                if role in ("administrator", "registrar") and name == "deposit_id":
                    continue  # they have no action that shows deposits
                answer = ask(client, route, held.ids)
                # What a worker makes first is accepted.
                assert answer.status_code in (200, 202, 303), f"{route} for {role}: {answer.text[:200]}"

    def test_every_route_that_takes_a_body_is_in_the_table(self, house: House, held: Held) -> None:
        """Else the tests above would compare two complaints about a missing body."""
        for route, _ in about_objects(house):
            if route.path.endswith("/package"):  # it waits for a log that nobody keeps here
                house.settle()
            answer = ask(house.client(*ROLES), route, held.ids)
            if answer.status_code == 400:
                assert not re.match("(body|query|path)", answer.json()["title"]), f"{route}: {answer.text}"

    def test_lists_and_counts_hold_to_the_scope(self, house: House, held: Held) -> None:
        inside = house.client("operator", scopes=[f"portfolio:{held.north}"])
        outside = house.client("operator", scopes=[f"portfolio:{held.south}"])
        assert [one["document"] for one in inside.json("/api/v1/documents")["documents"]] == [
            held.ids["document_id"]
        ]
        assert outside.json("/api/v1/documents")["documents"] == []
        assert len(inside.json("/api/v1/batches")["batches"]) == 1
        assert outside.json("/api/v1/batches")["batches"] == []
        assert [one["id"] for one in inside.json("/api/v1/portfolios")] == [held.north]
        for query in ("wezwanie", "44051401458", "Kowalski", ""):
            found = outside.json("/api/v1/search", params={"q": query})
            assert (found["total"], found["hits"], found["debtors"], found["claims"]) == (0, [], [], [])
            assert not any(found["facets"].values())
        found = inside.json("/api/v1/search", params={"q": "Kowalski"})
        assert [one["id"] for one in found["debtors"]] == [held.ids["party_id"]]
        assert inside.json("/api/v1/debtors", params={"q": "kowal"})["debtors"]
        assert outside.json("/api/v1/debtors", params={"q": "kowal"})["debtors"] == []
        assert outside.json("/api/v1/claims")["claims"] == []

    def test_what_still_waits_is_counted_in_scope(self, house: House, held: Held) -> None:
        operator = house.client("operator")
        house.hand_in(operator, batch_name="box 1", portfolio=held.north)
        for portfolio, waiting in ((held.north, 1), (held.south, 0)):
            client = house.client("collector", scopes=[f"portfolio:{portfolio}"])
            assert client.json("/api/v1/search", params={"q": "x"})["not_yet_searchable"] == waiting


class TestPageSpans:
    """Page 2 of the document belongs to a matter: only who has the matter sees it, and he sees nothing else."""

    @pytest.fixture
    def spans(self, house: House, held: Held) -> Held:
        body = {"scope": "matter:M1", "first_page": 2, "last_page": 2}
        path = f"/api/v1/documents/{held.ids['document_id']}/scopes"
        good(house.client("administrator").post(path, json=body), 201)
        house.settle()
        return held

    @pytest.mark.parametrize("name", ["portfolio", "matter", "both", "all"])
    def test_hold_everywhere(self, house: House, spans: Held, name: str) -> None:
        scopes, open_pages = {
            "portfolio": ([f"portfolio:{spans.north}"], {1}),
            "matter": (["matter:M1"], {2}),
            "both": ([f"portfolio:{spans.north}", "matter:M1"], {1, 2}),
            "all": (["all"], {1, 2}),
        }[name]
        client = house.client("collector", scopes=scopes)
        document, deposit = spans.ids["document_id"], spans.ids["deposit_id"]
        base = f"/api/v1/documents/{document}"
        words = {1: "Wezwanie", 2: "Zalacznik"}
        for page in (1, 2):
            expected = 200 if page in open_pages else 404
            for part in (f"pages/{page}/image", f"pages/{page}/words", f"text?page={page}"):
                answer = client.get(f"{base}/{part}")
                assert answer.status_code == expected, part
                if expected == 404:
                    missing = client.get(f"{base}/{part.replace(str(page), '77')}")
                    assert said(missing) == said(answer), part
        text = client.get(f"{base}/text").text
        assert {page for page, word in words.items() if word in text} == open_pages
        assert {one["page"] for one in client.json(f"{base}/fields")} <= open_pages
        assert {one["page"] for one in client.json(f"{base}/pages")["pages"]} == open_pages
        for page, word in words.items():
            hits = client.json("/api/v1/search", params={"q": word})["hits"]
            found = {shown["page"] for hit in hits for shown in hit["pages"]}
            assert found == ({page} & open_pages), word
        whole = open_pages == {1, 2}
        assert client.get(f"/api/v1/deposits/{deposit}/original").status_code == (200 if whole else 404)
        shown = client.json(base)
        assert shown["complete"] is whole
        assert whole or (shown["date"], shown["amount_minor"], shown["currency"]) == (None, None, None)

    def test_pages_that_are_closed_are_not_moved(self, house: House, spans: Held) -> None:
        client = house.client("operator", scopes=[f"portfolio:{spans.north}"])
        base = f"/api/v1/documents/{spans.ids['document_id']}"
        for part, body in (("split", {"before": [2]}), ("reorder", {"pages": [2, 1]}), ("void", None)):
            problem(client.post(f"{base}/{part}", json=body), 404, "NOT_FOUND")

    def test_a_link_on_closed_pages_is_not_seen(self, house: House, spans: Held) -> None:
        document = spans.ids["document_id"]
        everybody = house.client("collector", "administrator")
        body = {
            "target_type": "claim",
            "target": spans.ids["claim_id"],
            "role": "claim",
            "first_page": 2,
            "last_page": 2,
        }
        made = good(everybody.post(f"/api/v1/documents/{document}/links", json=body), 201)["link"]
        client = house.client("collector", scopes=[f"portfolio:{spans.north}"])
        assert made not in {one["link"] for one in client.json(f"/api/v1/documents/{document}/links")}
        for link in (made, UNKNOWN):
            path = f"/api/v1/documents/{document}/links/{link}"
            problem(client.patch(path, json={"state": "rejected"}), 404, "NOT_FOUND")
        answer = client.post(f"/api/v1/documents/{document}/links", json=body)
        problem(answer, 404, "NOT_FOUND")

    def test_a_withdrawn_right_holds_before_the_index_knows(self, house: House, spans: Held) -> None:
        client = house.client("collector", scopes=[f"portfolio:{spans.north}"])
        administrator = house.client("administrator")
        assert client.json("/api/v1/search", params={"q": "wezwanie"})["hits"]
        path = f"/api/v1/documents/{spans.ids['document_id']}/scopes"
        good(administrator.delete(path, params={"scope": f"portfolio:{spans.north}"}))
        assert client.json("/api/v1/search", params={"q": "wezwanie"})["hits"] == []
        problem(client.get(f"/api/v1/documents/{spans.ids['document_id']}"), 404, "NOT_FOUND")

    def test_the_last_scope_of_a_span_does_not_vanish_by_the_way(self, house: House, spans: Held) -> None:
        administrator = house.client("administrator")
        path = f"/api/v1/documents/{spans.ids['document_id']}/scopes"
        span = {"scope": "matter:M1", "first_page": 2, "last_page": 2}
        problem(administrator.delete(path, params=span), 409, "CONFLICT")
        good(administrator.delete(path, params={**span, "widen": True}))
        client = house.client("collector", scopes=[f"portfolio:{spans.north}"])
        document = spans.ids["document_id"]
        assert client.get(f"/api/v1/documents/{document}/pages/2/words").status_code == 200

    def test_a_users_scope_holds_from_the_next_request_on(self, house: House, spans: Held) -> None:
        account = house.account("collector", scopes=[])
        client, administrator = house.client_of(account), house.client("administrator")
        document = f"/api/v1/documents/{spans.ids['document_id']}"
        assert client.get(document).status_code == 404
        scope = {"scope": f"portfolio:{spans.north}"}
        good(administrator.post(f"/api/v1/accounts/{account.id}/scopes", json=scope))
        assert client.get(document).status_code == 200
        assert client.json("/api/v1/search", params={"q": "wezwanie"})["hits"]
        good(administrator.delete(f"/api/v1/accounts/{account.id}/scopes/portfolio:{spans.north}"))
        assert client.get(document).status_code == 404
        assert client.json("/api/v1/search", params={"q": "wezwanie"})["hits"] == []
