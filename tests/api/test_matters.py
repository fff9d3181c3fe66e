"""Matters over REST: what is said, chosen and ordered; versions; the gate."""

from typing import Any

import pytest

from api.access import ROLES
from archive.registry import NewClaim, put_claim
from tests.api.support import UNKNOWN, Client, House, good, problem
from tests.api.test_gate import FORM, path_of, routes_of, said


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture
def paper(house: House, north: str) -> str:
    operator = house.client("operator")
    received = house.hand_in(operator, ["Invoice"], ["Annex"], batch_name="Box 1", portfolio=north)
    house.settle()
    return str(received["document"])


def matter(client: Client, **said: Any) -> dict[str, Any]:
    made: dict[str, Any] = good(client.post("/api/v1/matters", json={"name": "I C 1/26", **said}), 201)
    return made


class TestMatters:
    def test_are_made_changed_and_listed(self, house: House, north: str) -> None:
        legal = house.client("legal")
        with house.archive.catalogue.write() as connection:
            claim = put_claim(house.archive, connection, NewClaim("KW-1", portfolio=north))
        made = matter(legal, court="Court", case_numbers=["I C 1/26"], claims=[claim])
        path = f"/api/v1/matters/{made['matter']}"
        answer = legal.get(path)
        assert (answer.headers["etag"], good(answer)) == ('"1"', made)
        body = {"name": "II C 2/26", "state": "closed"}
        changed = good(legal.patch(path, json=body, headers={"If-Match": '"1"'}))
        assert (changed["name"], changed["state"], changed["court"]) == ("II C 2/26", "closed", "Court")
        problem(legal.patch(path, json=body, headers={"If-Match": '"1"'}), 409, "VERSION_MOVED")
        others = [matter(legal, name=str(n))["matter"] for n in range(3)]
        first = legal.json("/api/v1/matters", params={"limit": 2})
        rest = legal.json("/api/v1/matters", params={"limit": 2, "cursor": first["next"]})
        listed = [one["matter"] for one in (*first["matters"], *rest["matters"])]
        assert listed == sorted([*others, made["matter"]], reverse=True)

    def test_the_same_key_makes_one(self, house: House) -> None:
        legal = house.client("legal")
        key = {"Idempotency-Key": "one"}
        made = [good(legal.post("/api/v1/matters", json={"name": "x"}, headers=key)) for _ in range(2)]
        assert made[0]["matter"] == made[1]["matter"]
        other = legal.post("/api/v1/matters", json={"name": "y"}, headers=key)
        problem(other, 409, "IDEMPOTENCY_KEY_REUSED")

    def test_claims_are_those_in_scope(self, house: House, north: str) -> None:
        with house.archive.catalogue.write() as connection:
            claim = put_claim(house.archive, connection, NewClaim("KW-1", portfolio=north))
        outside = house.client("legal", scopes=["portfolio:elsewhere"])
        answer = outside.post("/api/v1/matters", json={"name": "x", "claims": [claim]})
        assert said(answer) == said(outside.post("/api/v1/matters", json={"name": "x", "claims": [UNKNOWN]}))
        problem(answer, 400, "BAD_REQUEST")


class TestSelections:
    def test_are_put_as_a_whole(self, house: House, paper: str) -> None:
        legal = house.client("legal")
        path = f"/api/v1/matters/{matter(legal)['matter']}/selections"
        items = [{"document": paper, "first_page": 2, "last_page": 2, "label": "Annex 1"}]
        answer = legal.post(path, json={"items": items})
        made = good(answer, 201)
        assert (made["number"], made["frozen_at"]) == (1, None)
        assert answer.headers["location"] == f"{path}/{made['selection']}"
        problem(legal.post(path, json={"items": []}), 409, "CONFLICT")
        at = {"If-Match": answer.headers["etag"]}
        both = [{"document": paper, "first_page": 1, "last_page": 1}, *items]
        changed = good(legal.request("PUT", f"{path}/{made['selection']}", json={"items": both}, headers=at))
        assert [one["label"] for one in changed["items"]] == [None, "Annex 1"]
        stale = legal.request("PUT", f"{path}/{made['selection']}", json={"items": []}, headers=at)
        problem(stale, 409, "VERSION_MOVED")
        twice = legal.request("PUT", f"{path}/{made['selection']}", json={"items": [*items, *items]})
        problem(twice, 400, "BAD_REQUEST")

    def test_hold_only_what_is_open(self, house: House, north: str, paper: str) -> None:
        administrator = house.client("administrator")
        span = {"scope": "matter:M1", "first_page": 2, "last_page": 2}
        good(administrator.post(f"/api/v1/documents/{paper}/scopes", json=span), 201)
        legal = house.client("legal", scopes=[f"portfolio:{north}"])
        path = f"/api/v1/matters/{matter(legal)['matter']}/selections"
        for first, last in ((2, 2), (1, 2)):
            items = [{"document": paper, "first_page": first, "last_page": last}]
            problem(legal.post(path, json={"items": items}), 404, "NOT_FOUND")
        problem(legal.post(path, json={"items": [{"document": UNKNOWN}]}), 404, "NOT_FOUND")
        good(legal.post(path, json={"items": [{"document": paper, "first_page": 1, "last_page": 1}]}), 201)


class TestPackages:
    def test_are_ordered_made_handed_out_and_filed(self, house: House, paper: str) -> None:
        legal = house.client("legal")
        base = f"/api/v1/matters/{matter(legal)['matter']}"
        chosen = good(legal.post(f"{base}/selections", json={"items": [{"document": paper}]}), 201)
        wanted = {"selection": chosen["selection"], "language": "it"}
        # No claim says whose papers they are: somebody has to have looked.
        problem(legal.post(f"{base}/packages", json=wanted), 409, "OTHERS_UNCHECKED")
        answer = legal.post(f"{base}/packages", json={**wanted, "looked": True})
        ordered = good(answer, 202)
        assert (ordered["stage"], ordered["content"]) == ("building", None)
        assert (ordered["done"], ordered["documents"]) == (0, 1)
        house.settle()
        made = legal.json(answer.headers["location"])
        assert (made["stage"], made["language"]) == ("pending", "it")
        assert (made["done"], made["documents"]) == (1, 1)
        data = legal.get(made["content"]).content
        assert len(data) == made["size"]
        assert (
            good(legal.request("PUT", f"{answer.headers['location']}/filed", json={"filed": True}))["stage"]
            == "filed"
        )
        assert [one["package"] for one in legal.json(f"{base}/packages")] == [made["package"]]
        frozen = legal.request("PUT", f"{base}/selections/{chosen['selection']}", json={"items": []})
        problem(frozen, 409, "SELECTION_FROZEN")


class TestGate:
    def test_what_is_not_ones_own_is_answered_as_what_is_not_there(self, house: House, paper: str) -> None:
        owner = house.client("legal")
        base = f"/api/v1/matters/{matter(owner)['matter']}"
        chosen = good(owner.post(f"{base}/selections", json={"items": [{"document": paper}]}), 201)
        wanted = {"selection": chosen["selection"], "looked": True}
        ordered = good(owner.post(f"{base}/packages", json=wanted), 202)
        house.settle()
        ids = {
            "matter_id": base.rpartition("/")[2],
            "selection_id": chosen["selection"],
            "package_id": ordered["package"],
        }
        bodies: dict[str, Any] = {
            "PATCH": {"name": "x"},
            "/selections": {"items": []},
            "/packages": {"selection": chosen["selection"]},
            "/filed": {"filed": True},
        }
        stranger = house.client("legal", scopes=["portfolio:elsewhere"])
        asked = 0
        for route in routes_of(house.app):
            if "{matter_id}" not in route.path:
                continue
            options: dict[str, Any] = {}
            if route.path.startswith("/api/"):
                end = f"/{route.path.rpartition('/')[2]}"
                body = bodies.get(end) or bodies.get(route.method) or {"items": []}
                options = {} if route.method == "GET" else {"json": body}
            elif route.method == "POST":
                act = {"/items": "up", "/claims": "add", "/filed": "filed"}
                known = act.get(f"/{route.path.rpartition('/')[2]}", "up")
                options = {
                    "data": {
                        **FORM,
                        "name": "x",
                        "state": "closed",
                        "act": known,
                        "key": f"{paper}.0-0",
                        "to": "",
                        "selection": chosen["selection"],
                        "claim": UNKNOWN,
                    }
                }
            there = said(stranger.request(route.method, path_of(route, **ids), **options))
            nowhere = said(stranger.request(route.method, path_of(route), **options))
            assert there == nowhere, route
            assert there[0] == 404, f"{route}: {there}"
            asked += 1
        assert asked > 20

    def test_only_legal_staff_have_it(self) -> None:
        wanted = {"matter.read", "matter.write", "package.export"}
        assert {role for role, actions in ROLES.items() if wanted & actions} == {"legal"}
