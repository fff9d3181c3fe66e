"""Limits over HTTP: honest refusals that say when to come again, quotas that processes agree on, bounded bodies."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import anyio
import pytest
from fastapi.routing import iter_route_contexts

from api.app import LARGEST_BODY, LARGEST_LIST, LISTS, STREAMED, build_app
from api.limits import STRANGERS, Allowance, AtOnce, Costly, Limiter, Limits, Rate
from api.limits.limiter import network_of
from api.service import Service
from api.turns import InTurn, sign_in_turn
from tests.api.conftest import AMPLE
from tests.api.support import Client, House, good, papers, problem
from tests.api.test_gate import path_of, routes_of

Limiting = Callable[[Limits], House]


@pytest.fixture
def limiting(house: House, service: Service) -> Limiting:
    """The same house under other limits."""

    def under(limits: Limits) -> House:
        house.app = build_app(replace(service, options=replace(service.options, limits=limits)), "0.0")
        return house

    return under


def noted(house: House) -> list[tuple[str, str, int]]:
    """Who was refused, why, and how often."""
    limiter: Limiter = house.app.state.limiter
    return [(account, code, count) for (account, code), count in sorted(limiter.refusals.take().items())]


class TestRates:
    def test_one_too_many_is_told_when_to_come_again(self, limiting: Limiting) -> None:
        house = limiting(replace(AMPLE, people=Allowance(Rate(0.01, 3))))
        account = house.account("collector", name="ann")
        client = house.client_of(account)
        left = [client.get("/api/v1/me").headers["ratelimit"] for _ in range(3)]
        assert left == ['"requests";r=2;t=100', '"requests";r=1;t=200', '"requests";r=0;t=300']
        answer = client.get("/api/v1/me")
        problem(answer, 429, "RATE_LIMITED")
        assert answer.headers["retry-after"] == "100"
        assert answer.headers["ratelimit-policy"] == '"requests";q=3;w=300'
        # Another token is the same account; another account is not.
        problem(house.client_of(account).get("/api/v1/me"), 429, "RATE_LIMITED")
        good(house.client("collector").get("/api/v1/me"))
        assert noted(house) == [(account.id, "RATE_LIMITED", 2)]

    def test_a_page_says_it_in_words(self, limiting: Limiting) -> None:
        house = limiting(replace(AMPLE, people=Allowance(Rate(0.01, 1))))
        client = house.client("collector")
        html = {"Accept": "text/html"}
        client.get("/", headers=html)
        for path in ("/", "/nowhere"):
            answer = client.get(path, headers=html)
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "100")
            assert "RATE_LIMITED" in answer.text

    def test_stations_have_limits_of_their_own(self, limiting: Limiting) -> None:
        house = limiting(replace(AMPLE, stations=Allowance(Rate(0.01, 1))))
        made = good(house.client("administrator").post("/api/v1/stations", json={"name": "S"}), 201)
        station = Client(house.app, house.portal, made["token"])
        good(station.get("/api/v1/me"))
        problem(station.get("/api/v1/me"), 429, "RATE_LIMITED")

    @pytest.mark.parametrize(
        "headers", [{}, {"Authorization": "Bearer tab_wrong"}, {"Cookie": "tabellion_session=wrong"}]
    )
    def test_strangers_are_counted_by_their_address(
        self, limiting: Limiting, headers: dict[str, str]
    ) -> None:
        house = limiting(replace(AMPLE, strangers=Rate(0.01, 2)))
        known = house.client("collector")
        one, other = house.stranger(), house.stranger(address="192.0.2.8")
        for _ in range(2):
            problem(one.get("/api/v1/me", headers=headers), 401, "NOT_SIGNED_IN")
        answer = one.get("/api/v1/me", headers=headers)
        problem(answer, 429, "RATE_LIMITED")
        assert answer.headers["x-request-id"]
        problem(other.get("/api/v1/me", headers=headers), 401, "NOT_SIGNED_IN")
        # Who is known is counted by his name, whatever comes from his address.
        good(known.get("/api/v1/me"))
        assert noted(house) == [(STRANGERS, "RATE_LIMITED", 1)]

    def test_one_customer_of_ipv6_is_one_address(self) -> None:
        assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
        assert network_of("2001:db8:1:3::4") != network_of("2001:db8:1:2::4")
        assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
        assert network_of("testclient") == "testclient"


class TestQuotas:
    def test_files_an_hour(self, limiting: Limiting) -> None:
        house = limiting(replace(AMPLE, people=Allowance(AMPLE.people.rate, files_an_hour=2)))
        operator = house.client("operator")
        house.clock.advance(seconds=-house.clock.now().minute * 60 - house.clock.now().second + 3000)
        for number in range(2):
            good(operator.post("/api/v1/deposits", content=papers([f"{number}"])), 202)
        answer = operator.post("/api/v1/deposits", content=never_read())
        problem(answer, 429, "QUOTA_REACHED")
        assert 598 <= int(answer.headers["retry-after"]) <= 601
        house.hand_in(house.client("operator"))
        house.clock.advance(minutes=11)
        good(operator.post("/api/v1/deposits", content=papers(["after"])), 202)

    def test_bytes_a_day_and_a_repeat_counts_once(self, limiting: Limiting) -> None:
        data = papers(["one"])
        house = limiting(replace(AMPLE, people=Allowance(AMPLE.people.rate, bytes_a_day=2 * len(data) + 9)))
        operator = house.client("operator")
        key = {"Idempotency-Key": "k"}
        for _ in range(3):
            good(operator.post("/api/v1/deposits", content=data, headers=key), 202)
        good(operator.post("/api/v1/deposits", content=papers(["two"])), 202)
        problem(operator.post("/api/v1/deposits", content=data), 429, "QUOTA_REACHED")
        house.clock.advance(hours=24)
        good(operator.post("/api/v1/deposits", content=data), 202)

    def test_processes_agree_within_seconds(self, limiting: Limiting) -> None:
        limits = replace(AMPLE, people=Allowance(AMPLE.people.rate, files_an_hour=3))
        house = limiting(limits)
        account = house.account("operator")
        first = house.client_of(account)
        good(first.post("/api/v1/deposits", content=papers(["1"])), 202)
        second = limiting(limits).client_of(account)  # another application over the same archive
        for number in range(2):
            good(second.post("/api/v1/deposits", content=papers([f"2{number}"])), 202)
        house.clock.advance(seconds=11)
        problem(first.post("/api/v1/deposits", content=papers(["3"])), 429, "QUOTA_REACHED")


class TestTurns:
    def test_every_costly_route_holds_a_turn(self, house: House) -> None:
        held: dict[str, set[str | None]] = {}
        for route in iter_route_contexts(house.app.routes):
            for dependency in route.dependant.dependencies:
                if isinstance(dependency.call, InTurn):
                    held.setdefault(dependency.call.what, set()).add(route.path)
                elif dependency.call is sign_in_turn:
                    held.setdefault(Costly.SIGN_IN, set()).add(route.path)
        assert held[Costly.UPLOAD] == {"/api/v1/deposits", "/api/v1/imports"}
        assert held[Costly.SEARCH] == {"/api/v1/search", "/search"}
        assert held[Costly.VERIFY] >= {"/api/v1/verify", "/evidence/verify", "/documents/{document_id}/check"}
        assert held[Costly.EXPORT] >= {"/search/list.csv", "/api/v1/search/pages", "/api/v1/packages"}
        assert held[Costly.SIGN_IN] == {"/sign-in"}

    def test_uploads_beyond_those_under_way_wait_and_then_are_refused(self, limiting: Limiting) -> None:
        at_once = {**AMPLE.at_once, Costly.UPLOAD: AtOnce(each=1, all=2, waiting=1)}
        house = limiting(replace(AMPLE, at_once=at_once))
        ann, bob = house.client("operator"), house.client("operator")
        data = papers(["slow"])
        turns = house.app.state.limiter._turns[Costly.UPLOAD]

        async def three_of_ann_and_one_of_bob() -> list[int]:
            begun, go_on, answers = anyio.Event(), anyio.Event(), list[int]()

            async def slowly() -> AsyncIterator[bytes]:
                yield data[:9]
                begun.set()
                await go_on.wait()
                yield data[9:]

            async def send(client: Client, content: object) -> None:
                answers.append((await client.send("POST", "/api/v1/deposits", content=content)).status_code)

            with anyio.fail_after(120):
                async with anyio.create_task_group() as group:
                    group.start_soon(send, ann, slowly())
                    await begun.wait()
                    group.start_soon(send, ann, papers(["waits"]))
                    while not turns._waiting:
                        await anyio.sleep(0.01)
                    await send(ann, papers(["refused"]))
                    await send(bob, papers(["bob"]))
                    go_on.set()
            return answers

        assert house.portal.call(three_of_ann_and_one_of_bob) == [429, 202, 202, 202]
        assert [code for _, code, _ in noted(house)] == ["TOO_MANY_AT_ONCE"]


class TestBodies:
    def test_one_that_is_too_large_is_refused_before_it_is_read_on_every_route(self, house: House) -> None:
        client, operator = house.stranger(), house.client("operator")
        for route in routes_of(house.app):
            if (route.method, route.path) in STREAMED:
                continue
            limit = LARGEST_LIST if (route.method, route.path) in LISTS else LARGEST_BODY
            headers = {"Content-Length": str(limit + 1), "Content-Type": "application/json"}
            for sender in (client, operator):
                answer = sender.request(route.method, path_of(route), content=never_read(), headers=headers)
                problem(answer, 413, "TOO_LARGE")
        for method, path in sorted(
            STREAMED - {("POST", "/evidence/verify")}
        ):  # its file is bounded as it is read
            huge = {"Content-Length": str(1 << 40)}
            answer = house.client("operator", "administrator").request(
                method, path, content=never_read(), headers=huge
            )
            problem(answer, 413, "TOO_LARGE")

    def test_one_that_trickles_is_not_waited_for(self, limiting: Limiting) -> None:
        house = limiting(replace(AMPLE, slowest_body=100_000, grace_seconds=0.05, silent_seconds=5.0))

        async def trickling() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await anyio.sleep(0.01)

        operator = house.client("operator")
        for path, kind in (
            ("/api/v1/deposits", "application/octet-stream"),
            ("/api/v1/batches", "application/json"),
        ):
            answer = operator.post(path, content=trickling(), headers={"Content-Type": kind})
            problem(answer, 408, "TOO_SLOW")

    def test_header_fields_are_bounded(self, house: House) -> None:
        client = house.client("operator")
        problem(client.get("/api/v1/me", headers={"X-Long": "x" * 33_000}), 431, "HEADERS_TOO_LARGE")
        many = {f"X-{number}": "1" for number in range(101)}
        problem(client.get("/api/v1/me", headers=many), 431, "HEADERS_TOO_LARGE")


async def never_read() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""
