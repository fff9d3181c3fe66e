"""Packages over REST: ordered once, made by a worker, handed out to whoever may see all that is in them."""

import hashlib
import io

import pytest

from signing.verdict import Verdict
from signing.verifier import verify_package
from tests.api.support import UNKNOWN, House, good, problem
from tests.archive.packaging.making import trust


@pytest.fixture
def document(house: House) -> str:
    """A paper whose time is proven."""
    received = house.hand_in(house.client("operator"), ["Umowa pozyczki nr 12"])
    house.settle()
    house.keeper.stamp()
    return str(received["document"])


def test_a_package_is_ordered_made_and_verified(house: House, document: str) -> None:
    legal = house.client("legal")
    ordered = legal.post("/api/v1/packages", json={"documents": [{"document": document}], "language": "pl"})
    package = good(ordered, 202)
    assert package["state"] == "building"
    assert package["content"] is None
    where = ordered.headers["Location"]
    problem(legal.get(f"{where}/content"), 409, "CONFLICT")
    house.worker.drain()

    ready = legal.json(where)
    assert (ready["state"], ready["pending"], ready["language"]) == ("ready", False, "pl")
    answer = legal.get(ready["content"])
    assert answer.headers["Content-Type"] == "application/vnd.etsi.asic-e+zip"
    assert hashlib.sha256(answer.content).hexdigest() == ready["sha256"]
    report = verify_package(io.BytesIO(answer.content), trust(house.archive.origin), house.clock.now())
    assert report.overall is Verdict.PASSED

    again = legal.post("/api/v1/packages", json={"documents": [{"document": document}], "language": "pl"})
    assert good(again, 200)["package"] == ready["package"]
    house.keeper.run()
    chain = good(house.client("auditor").get(f"/api/v1/documents/{document}/history"))["entries"]
    assert [(entry["type"], entry["reason"]) for entry in chain][-1] == ("export", "court")


def test_one_document_by_its_own_address(house: House, document: str) -> None:
    legal = house.client("legal")
    first = good(legal.post(f"/api/v1/documents/{document}/package"), 202)
    house.worker.drain()
    kept = good(legal.post(f"/api/v1/documents/{document}/package", json={"recipient": "internal"}), 200)
    assert (kept["package"], kept["state"]) == (first["package"], "ready")


def test_a_repeated_order_is_the_same_package(house: House, document: str) -> None:
    legal, key = house.client("legal"), {"Idempotency-Key": "one order"}
    body = {"documents": [{"document": document}]}
    first = good(legal.post("/api/v1/packages", json=body, headers=key), 202)
    assert good(legal.post("/api/v1/packages", json=body, headers=key), 202) == first
    other = {**body, "language": "it"}
    problem(legal.post("/api/v1/packages", json=other, headers=key), 409, "IDEMPOTENCY_KEY_REUSED")


def test_only_who_may_see_everything_in_it(house: House, document: str) -> None:
    package = good(house.client("legal").post(f"/api/v1/documents/{document}/package"), 202)["package"]
    house.worker.drain()
    elsewhere = house.client("legal", scopes=["portfolio:another"])
    for answer in (
        elsewhere.post(f"/api/v1/documents/{document}/package"),
        elsewhere.get(f"/api/v1/packages/{package}"),
        elsewhere.get(f"/api/v1/packages/{package}/content"),
        elsewhere.get(f"/api/v1/packages/{UNKNOWN}"),
        house.client("collector").get(f"/api/v1/packages/{package}"),
    ):
        problem(answer, 404, "NOT_FOUND")


def test_what_cannot_go_out_is_refused_in_words(house: House, document: str) -> None:
    legal = house.client("legal")
    body = {"documents": [{"document": document, "pages": [2]}]}
    refused = problem(legal.post("/api/v1/packages", json=body), 409, "EXPORT_REFUSED")
    assert "has 1 pages" in refused["title"]
    late = {"documents": [{"document": document}], "checkpoint": 1}
    problem(legal.post("/api/v1/packages", json=late), 409, "EXPORT_REFUSED")
    problem(legal.post("/api/v1/packages", json={"documents": []}), 400, "BAD_REQUEST")
