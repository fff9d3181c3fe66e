"""Every route, not a sample: forged requests, members that were not asked for, hosts that lie, ways out, caches.

Published as holes of document archives and the frameworks beneath them; each is walked over all routes there are, so
that a route that comes tomorrow is asked as well.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import ROLES
from api.addresses import inside
from api.app import Gated
from api.openapi import operations
from tests.api.support import ORIGIN, Client, House, good, problem
from tests.api.test_gate import Held, held, path_of, routes_of

__all__ = ["held"]

EVERYBODY = tuple(role for role in ROLES if role != "station")
SAFE = ("GET", "HEAD", "OPTIONS")
PASSWORD = "four unrelated words here"
EVIL = "evil.example"
LIES = {
    "Host": EVIL,
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/",
    "Forwarded": f"host={EVIL}",
    "Referer": f"http://{EVIL}/",
    "Origin": f"http://{EVIL}",
}
WAYS_OUT = (
    f"//{EVIL}",
    f"///{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"https://{EVIL}/",
    f"http:{EVIL}",
    f"/\t/{EVIL}",
    f"/%0d%0aLocation:%20http://{EVIL}",
    f"javascript:alert('{EVIL}')",
    f"https://archive.test@{EVIL}/",
)
BY_NAME = ("to", "next", "back", "from", "return", "return_to", "redirect", "redirect_uri", "url", "continue")


def leads_out(location: str) -> bool:
    """Whether a browser that stands on our address would be taken to another one."""
    there = urlsplit(urljoin(f"{ORIGIN}/search", location.replace("\\", "/").replace("\t", "")))
    return f"{there.scheme}://{there.netloc}" != ORIGIN


def signed_in(house: House) -> Client:
    """A browser with a session of somebody who has every role."""
    house.account(*EVERYBODY, name="everybody", password=PASSWORD)
    client = house.stranger()
    assert client.post("/sign-in", data={"name": "everybody", "password": PASSWORD}).status_code == 303
    return client


def gated(house: House, *, safe: bool) -> Iterator[Gated]:
    for route in routes_of(house.app):
        if not route.public and (route.method in SAFE) == safe:
            yield route


class TestForgedRequests:
    def test_no_route_that_changes_something_believes_a_cookie_alone(self, house: House, held: Held) -> None:
        client = signed_in(house)
        asked = 0
        for route in gated(house, safe=False):
            for headers in ({"Origin": f"http://{EVIL}"}, {"X-CSRF-Token": "guess"}):
                answer = client.request(
                    route.method, path_of(route, **held.ids), content=b"", headers=headers
                )
                problem(answer, 403, "CSRF")
            asked += 1
        assert asked > 60

    def test_no_route_that_changes_something_believes_another_site(self, house: House, held: Held) -> None:
        """Not even with the token: a browser that says so is believed."""
        client = signed_in(house)
        token = client.get("/me").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        assert token
        headers = {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"}
        for route in gated(house, safe=False):
            answer = client.request(route.method, path_of(route, **held.ids), content=b"", headers=headers)
            problem(answer, 403, "CSRF")

    def test_no_route_takes_its_method_from_the_request(self, house: House, held: Held) -> None:
        """Overrides of frameworks would make a change of what a browser takes for a read."""
        client = signed_in(house)
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            path = f"/api/v1/debtors/{held.ids['party_id']}"
            assert client.get(path, headers={name: "DELETE"}).status_code == 200
            assert client.get(path, params={"_method": "DELETE"}).status_code == 200
        assert client.get(f"/api/v1/debtors/{held.ids['party_id']}").status_code == 200


class TestMassAssignment:
    MORE = (
        *(
            {"id": "x"},
            {"roles": ["administrator"]},
            {"scopes": ["all"]},
            {"account_id": "x"},
            {"actor": "x"},
        ),
        *({"state": "confirmed"}, {"__proto__": {}}, {"created_at": "2020-01-01T00:00:00Z"}, {"owner": "x"}),
    )

    def test_no_body_may_hold_what_was_not_asked_for(self, house: House, held: Held) -> None:
        client = house.client(*EVERYBODY)
        document = client.json("/api/v1/openapi.json")
        schemas = document["components"]["schemas"]
        asked = 0
        for path, method, operation in operations(document):
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content or "$ref" not in content["application/json"]["schema"]:
                continue
            shape = schemas[content["application/json"]["schema"]["$ref"].rpartition("/")[2]]
            for more in self.MORE[asked % 3 :: 3]:
                if set(more) & set(shape["properties"]):
                    continue
                place = path.format(**{**dict.fromkeys(names_in(path), "1"), **known(path, held)})
                answer = client.request(method.upper(), place, json=more)
                told = problem(answer, 400, "BAD_REQUEST")["title"]
                (name,) = more
                assert f"body.{name}: Extra inputs are not permitted" in told, f"{method} {path}: {told}"
                asked += 1
        assert asked > 100


def names_in(path: str) -> list[str]:
    return [piece.partition("}")[0] for piece in path.split("{")[1:]]


def known(path: str, held: Held) -> dict[str, str]:
    return {name: held.ids[name] for name in names_in(path) if name in held.ids}


class TestHostsAndWaysOut:
    @pytest.mark.parametrize("client_of", ["stranger", "everybody"])
    def test_no_answer_repeats_a_host_that_the_request_made_up(
        self, house: House, held: Held, client_of: str
    ) -> None:
        client = house.stranger() if client_of == "stranger" else house.client(*EVERYBODY)
        for route in routes_of(house.app):
            if route.method != "GET":
                continue
            accept = "application/json" if route.path.startswith("/api/") else "text/html"
            answer = client.get(path_of(route, **held.ids), headers={**LIES, "Accept": accept})
            assert EVIL not in answer.text, route
            assert EVIL not in str(answer.headers), route

    @pytest.mark.parametrize("client_of", ["stranger", "everybody"])
    def test_no_address_leads_out_of_the_service(self, house: House, held: Held, client_of: str) -> None:
        """Each way out is tried under each name, all ten ways by turns over the routes."""
        client = house.stranger() if client_of == "stranger" else house.client(*EVERYBODY)
        pages = [route for route in routes_of(house.app) if route.method == "GET"]
        for turn, route in enumerate(page for page in pages if not page.path.startswith("/api/")):
            for shift in (0, 5):
                ways = [WAYS_OUT[(turn + shift + place) % len(WAYS_OUT)] for place in range(len(BY_NAME))]
                parameters = dict(zip(BY_NAME, ways, strict=True))
                answer = client.get(
                    path_of(route, **held.ids), params=parameters, headers={"Accept": "text/html"}
                )
                location = answer.headers.get("location", "/")
                assert not leads_out(location), f"{route}: {location}"

    def test_no_form_leads_out_of_the_service(self, house: House) -> None:
        house.account(*EVERYBODY, name="everybody", password=PASSWORD)
        client = house.client(*EVERYBODY)
        for out in WAYS_OUT:
            ways = dict.fromkeys(BY_NAME, out)
            for answer in (
                house.stranger().post("/sign-in", data={"name": "everybody", "password": PASSWORD, **ways}),
                client.post("/language", data={"language": "pl", **ways}),
            ):
                assert answer.status_code == 303 and not leads_out(answer.headers["location"]), out

    @given(st.text(st.sampled_from("/\\:@.?#%\t\r\n aehl\x00\u2028") | st.characters(), max_size=30))
    def test_what_is_inside_stays_inside(self, to: str) -> None:
        assert not leads_out(inside(to))
        assert inside(to) in (to, "/")
        assert not set(inside(to)) & set("\r\n\t\x00")


class TestSecretsInAddresses:
    @pytest.mark.parametrize("name", ["token", "access_token", "api_key", "key", "auth", "authorization"])
    def test_a_token_in_the_address_says_nothing(self, house: House, name: str) -> None:
        """An address is kept by proxies, histories and referrers."""
        token = house.client(*EVERYBODY).authorization.removeprefix("Bearer ")
        for value in (token, f"Bearer {token}"):
            problem(house.stranger().get("/api/v1/me", params={name: value}), 401, "NOT_SIGNED_IN")

    def test_no_page_and_no_answer_holds_a_credential_in_a_link(self, house: House, held: Held) -> None:
        client = house.client(*EVERYBODY)
        token = client.authorization.removeprefix("Bearer ")
        for route in gated(house, safe=True):
            if route.method == "GET":
                answer = client.get(path_of(route, **held.ids), headers={"Accept": "text/html"})
                assert token not in answer.text and token not in str(answer.headers), route
                assert "csrf_token=" not in answer.text and "csrf_token=" not in str(answer.headers), route


class TestCachesAndFrames:
    def test_no_answer_for_somebody_is_kept_by_a_cache_that_others_share(
        self, house: House, held: Held
    ) -> None:
        client = house.client(*EVERYBODY)
        seen = 0
        for route in gated(house, safe=True):
            answer = client.get(path_of(route, **held.ids))
            kept = answer.headers["cache-control"]
            assert "no-store" in kept or "private" in kept, f"{route}: {kept}"
            assert "public" not in kept, route
            seen += answer.status_code == 200
        assert seen > 40

    def test_no_answer_may_be_framed_guessed_at_or_run(self, house: House, held: Held) -> None:
        client = house.client(*EVERYBODY)
        for route in routes_of(house.app):
            if route.method != "GET":
                continue
            headers = client.get(path_of(route, **held.ids)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy, route
            assert "frame-ancestors 'none'" in policy or "sandbox" in policy, route
            assert headers["x-frame-options"] == "DENY", route
            assert headers["x-content-type-options"] == "nosniff", route
            assert "access-control-allow-origin" not in headers, route

    def test_no_other_origin_is_given_leave(self, house: House) -> None:
        client = house.client(*EVERYBODY)
        asked = {"Origin": f"http://{EVIL}", "Access-Control-Request-Method": "POST"}
        for path in ("/api/v1/me", "/api/v1/deposits", "/search"):
            answer = client.request("OPTIONS", path, headers=asked)
            assert not any(name.startswith("access-control") for name in answer.headers), path


def test_a_header_cannot_be_split_by_a_name(house: House) -> None:
    """Names of files come back in headers of downloads, where a line break would begin a header of its own."""
    client = house.client(*EVERYBODY)
    name = 'a"\r\nSet-Cookie: stolen=1\r\n\r\n<script>.pdf'
    received: Any = good(
        client.post("/api/v1/deposits", params={"name": name}, content=b"%PDF-1.4 none"), 202
    )
    pages = [
        f"/api/v1/deposits/{received['deposit']}/original",
        f"/documents/{received['document']}",
        f"/documents/{received['document']}/original",
    ]
    for path in pages:
        answer = client.get(path)
        assert "set-cookie" not in answer.headers, path
        assert "\n" not in str(answer.headers.get("content-disposition", "")), path
