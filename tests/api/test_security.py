"""What goes round every answer: headers, a request id, no belief in the Host header, bodies of bounded size."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from api.app import LARGEST_BODY
from archive.log_files import CHECKPOINT
from tests.api.support import House, good, problem

EVERYWHERE = ("/healthz", "/sign-in", "/api/v1/me", "/api/v1/openapi.json", "/nowhere", "/static/0/none.css")


class TestHeaders:
    @pytest.mark.parametrize("path", EVERYWHERE)
    def test_stand_on_every_answer(self, house: House, path: str) -> None:
        for client in (house.stranger(), house.client("operator")):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy and "*" not in policy and "http" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
            assert "camera=()" in headers["permissions-policy"]
            assert headers["x-request-id"]
            assert headers["cache-control"]

    def test_answers_are_not_kept_by_caches(self, house: House) -> None:
        assert house.client("operator").get("/api/v1/me").headers["cache-control"] == "no-store"

    def test_an_original_is_data_whatever_it_claims_to_be(self, house: House) -> None:
        page = b"<html><script>alert(1)</script></html>"
        operator = house.client("operator")
        received = good(operator.post("/api/v1/deposits?name=x.html", content=page), 202)
        answer = house.client("collector").get(f"/api/v1/deposits/{received['deposit']}/original")
        assert answer.content == page
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"

    def test_a_problem_names_the_request(self, house: House) -> None:
        answer = house.stranger().get("/api/v1/me")
        assert problem(answer, 401, "NOT_SIGNED_IN")["request"] == answer.headers["x-request-id"]


class TestHost:
    @pytest.mark.parametrize("path", ["/", "/search", "/sign-in/", "/api/v1/documents/", "/api/v1/me/"])
    def test_is_never_believed(self, house: House, path: str) -> None:
        evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Accept": "text/html"}
        for client in (house.stranger(), house.client("operator")):
            answer = client.get(path, headers=evil)
            assert "evil.example" not in answer.text
            assert "evil.example" not in str(answer.headers)


class TestBodies:
    def test_are_bounded_whoever_sends_them(self, house: House) -> None:
        for client in (house.stranger(), house.client("operator")):
            answer = client.post(
                "/api/v1/batches", content=too_much(), headers={"Content-Type": "application/json"}
            )
            problem(answer, 413, "TOO_LARGE")
            assert answer.headers["x-request-id"]
            declared = client.post(
                "/sign-in",
                content=b"name=x",
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Content-Length": str(LARGEST_BODY + 1),
                },
            )
            problem(declared, 413, "TOO_LARGE")

    @pytest.mark.parametrize("body", [b"{", b"[1, 2", b"\xff\xfe", b"null", b'"text"', b"{}"])
    def test_that_make_no_sense_are_wrong_requests(self, house: House, body: bytes) -> None:
        answer = house.client("operator").post(
            "/api/v1/batches", content=body, headers={"Content-Type": "application/json"}
        )
        problem(answer, 400, "BAD_REQUEST")

    def test_may_not_hold_what_was_not_asked_for(self, house: House) -> None:
        body = {"name": "box", "origin": "unassigned"}
        problem(house.client("operator").post("/api/v1/batches", json=body), 400, "BAD_REQUEST")


class TestOurOwnFaults:
    def test_are_answered_like_every_other_problem(self, house: House) -> None:
        def broken() -> None:
            raise RuntimeError("secret of the paper")

        house.app.add_api_route("/api/v1/broken", broken)
        answer = house.stranger().get("/api/v1/broken")
        assert "secret" not in answer.text
        assert problem(answer, 500, "INTERNAL")["request"] == answer.headers["x-request-id"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]

    def test_wrong_methods_and_unknown_addresses(self, house: House) -> None:
        client = house.client("operator")
        problem(client.request("PUT", "/api/v1/me"), 405, "METHOD_NOT_ALLOWED")
        problem(client.get("/api/v1/nothing"), 404, "NOT_FOUND")


class TestAnswersForNobody:
    def test_what_the_database_says_is_for_who_runs_it(self, house: House) -> None:
        collector = house.client("collector")
        with house.archive.catalogue.write() as connection:
            connection.execute(text("ALTER TABLE accounts RENAME TO elsewhere"))
        refused = problem(collector.get("/api/v1/me"), 503, "CATALOGUE_UNAVAILABLE")
        assert refused["title"] == "the catalogue does not answer"
        page = collector.get("/search", headers={"Accept": "text/html"}).text
        assert "CATALOGUE_UNAVAILABLE" in page
        assert "no such table" not in page

    def test_health_says_only_whether(self, house: House) -> None:
        stranger = house.stranger()
        assert (stranger.get("/healthz").status_code, stranger.get("/healthz").text) == (200, "alive\n")
        ready = stranger.get("/readyz")
        assert (ready.status_code, ready.text) == (503, "not ready\n")
        parts = house.client("operator").get("/readyz")
        assert parts.status_code == 503
        assert parts.json() == {
            "ready": False,
            "parts": {"catalogue": "ok", "keeper": "no keeper is alive"},
            "seconds": {},
        }

    def test_checkpoint_and_tiles_are_public_and_bundles_are_not(self, house: House) -> None:
        stranger, auditor = house.stranger(), house.client("auditor")
        problem(stranger.get("/api/v1/log/checkpoint"), 404, "NOT_FOUND")
        house.hand_in(house.client("operator"))
        house.settle()
        note = stranger.get("/api/v1/log/checkpoint")
        assert note.text.startswith("localhost/test\n")
        assert note.content == house.archive.objects.vault.read_pointer(CHECKPOINT)
        size = int(note.text.splitlines()[1])
        tile = stranger.get(f"/api/v1/log/tile/0/000.p/{size}")
        assert (tile.status_code, len(tile.content)) == (200, 32 * size)
        assert stranger.get(f"/api/v1/log/tile/entries/000.p/{size}").status_code == 401
        assert auditor.get(f"/api/v1/log/tile/entries/000.p/{size}").status_code == 200
        for path in ("0/../../archive.json", "0/000.p/999", "99/000", "0/%2e%2e/000"):
            assert stranger.get(f"/api/v1/log/tile/{path}").status_code in (400, 404)

    def test_metrics_are_for_those_who_operate(self, house: House) -> None:
        house.hand_in(house.client("operator"))
        assert house.stranger().get("/metrics").status_code == 401
        text = house.client("administrator").get("/metrics").text
        assert "tabellion_deposits 1\n" in text
        assert 'tabellion_work{state="ready"} 1\n' in text


async def too_much() -> AsyncIterator[bytes]:
    for _ in range(LARGEST_BODY // (1 << 20) + 1):
        yield b" " * (1 << 20)
