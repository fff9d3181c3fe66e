"""Batches over REST: declared, announced, explained, closed with a receipt, supplemented; each change is an entry."""

import hashlib
import json

import pytest
from sqlalchemy import select

from archive.catalogue import schema as t
from tests.api.support import UNKNOWN, Client, House, good, papers, problem

PAGES = [papers([f"Side {number}"]) for number in range(1, 5)]
DIGESTS = [hashlib.sha256(page).hexdigest() for page in PAGES]


@pytest.fixture
def operator(house: House) -> Client:
    return house.client("operator")


def opened(client: Client, **members: object) -> str:
    body = {"name": "Box 17", "sheets": 4, **members}
    batch: str = good(client.post("/api/v1/batches", json=body), 201)["batch"]
    return batch


def send(client: Client, batch: str, number: int, data: bytes | None = None) -> dict[str, object]:
    params = {"batch": batch, "sequence": number}
    content = PAGES[number - 1] if data is None else data
    received: dict[str, object] = good(client.post("/api/v1/deposits", params=params, content=content), 202)
    return received


class TestBalance:
    def test_the_way_of_a_batch(self, house: House, operator: Client) -> None:
        batch = opened(operator)
        path = f"/api/v1/batches/{batch}"
        for number in (1, 2, 4):
            send(operator, batch, number)
        house.settle()

        shown = operator.json(path)
        assert shown["ledger"]["gaps"] == [[3, 3]]
        assert shown["ledger"]["equation"] == "4 = 3 paper + 0 blank + 0 separators + 0 void + 1 missing"
        assert shown["notice"].startswith("Keep the paper")
        problem(operator.post(f"{path}/close", json={}), 409, "REASON_NEEDED")
        problem(operator.post(f"{path}/close", json={"reason": "because"}), 400, "BAD_REQUEST")
        closed = operator.post(f"{path}/close", json={"reason": "not-in-box"})
        assert good(closed, 202)["state"] == "closed"
        assert closed.headers["location"] == f"{path}/receipt"
        problem(operator.get(f"{path}/receipt"), 404, "NOT_FOUND")
        house.settle()
        receipt = json.loads(operator.get(f"{path}/receipt").content)
        assert [item["sequence"] for item in receipt["items"]] == [1, 2, 4]
        assert receipt["gaps"] == [3]
        assert operator.json(path)["receipt"] is True

        answer = operator.post("/api/v1/deposits", params={"batch": batch}, content=PAGES[2])
        problem(answer, 409, "BATCH_CLOSED")
        late = good(operator.post(f"{path}/supplement"), 201)
        assert late["supplement_of"] == batch
        assert good(operator.post(f"{path}/supplement"), 201)["batch"] == late["batch"]
        send(operator, late["batch"], 3)

    def test_marks_and_voids_are_counted(self, house: House, operator: Client) -> None:
        batch = opened(operator)
        path = f"/api/v1/batches/{batch}"
        for number in (1, 2, 3):
            send(operator, batch, number)
        items = operator.json(f"{path}/items")["items"]
        assert [item["seen"] for item in items] == ["waiting"] * 3
        for item, state in zip(items, ("separator", "blank"), strict=False):
            good(operator.patch(f"{path}/items/{item['item']}", json={"state": state}))
        good(operator.post(f"{path}/voids", json={"sequence": 4, "reason": "number-skipped"}))
        problem(
            operator.post(f"{path}/voids", json={"sequence": 4, "reason": "number-skipped"}), 409, "CONFLICT"
        )
        problem(operator.post(f"{path}/voids", json={"sequence": 5, "reason": "no such"}), 400, "BAD_REQUEST")
        problem(operator.patch(f"{path}/items/{UNKNOWN}", json={"state": "blank"}), 404, "NOT_FOUND")
        ledger = operator.json(path)["ledger"]
        assert (ledger["paper"], ledger["blank"], ledger["separators"], ledger["void"]) == (1, 1, 1, 1)
        assert ledger["balanced"] is True
        house.settle()
        good(operator.post(f"{path}/close", json={}), 202)
        types = select(t.log_entries.c.type).where(t.log_entries.c.object_id == batch)
        house.settle()
        with house.archive.catalogue.read() as connection:
            entries = connection.scalars(types.order_by(t.log_entries.c.seq)).all()
        assert entries == ["batch-open", "batch-change", "batch-change", "batch-change", "batch-close"]

    def test_a_better_scan_takes_the_number(self, house: House, operator: Client) -> None:
        batch = opened(operator)
        first = send(operator, batch, 1)
        again = {"batch": batch, "sequence": 1}
        problem(operator.post("/api/v1/deposits", params=again, content=PAGES[1]), 409, "NUMBER_TAKEN")
        item = operator.json(f"/api/v1/batches/{batch}/items")["items"][0]["item"]
        params = {**again, "replaces": item}
        house.clock.advance(seconds=1)
        better = good(operator.post("/api/v1/deposits", params=params, content=PAGES[1]), 202)
        assert better["sequence"] == 1
        items = operator.json(f"/api/v1/batches/{batch}/items")["items"]
        assert [(one["state"], one["deposit"]) for one in items] == [
            ("replaced", first["deposit"]),
            ("held", better["deposit"]),
        ]
        assert operator.json(f"/api/v1/batches/{batch}")["ledger"]["replaced"] == 1


class TestAnnouncement:
    def test_answers_what_is_missing(self, house: House, operator: Client) -> None:
        batch = opened(operator)
        path = f"/api/v1/batches/{batch}"
        send(operator, batch, 1)
        send(operator, batch, 2, PAGES[3])
        digests = [{"sequence": n, "sha256": digest} for n, digest in enumerate(DIGESTS, start=1)]
        missing = good(operator.post(f"{path}/announced", json={"digests": digests}))["missing"]
        assert [(one["sequence"], one["differs"]) for one in missing] == [(2, True), (3, False), (4, False)]
        assert operator.json(f"{path}/missing")["missing"] == missing
        other = [{"sequence": 1, "sha256": DIGESTS[1]}]
        problem(operator.post(f"{path}/announced", json={"digests": other}), 409, "NUMBER_TAKEN")
        bad = [{"sequence": 1, "sha256": "XYZ"}]
        problem(operator.post(f"{path}/announced", json={"digests": bad}), 400, "BAD_REQUEST")

    def test_thousands_at_once(self, house: House, operator: Client) -> None:
        batch = opened(operator, sheets=100_000)
        digests = [{"sequence": n, "sha256": f"{n:064x}"} for n in range(1, 5_001)]
        answer = operator.post(f"/api/v1/batches/{batch}/announced", json={"digests": digests})
        assert len(good(answer)["missing"]) == 5_000


class TestVersions:
    def test_a_change_on_a_stale_look_is_refused(self, house: House, operator: Client) -> None:
        batch = opened(operator)
        path = f"/api/v1/batches/{batch}"
        seen = operator.get(path).headers["etag"]
        changed = operator.patch(path, json={"sheets": 5}, headers={"If-Match": seen})
        assert (good(changed)["ledger"]["sheets"], changed.headers["etag"] != seen) == (5, True)
        stale = {"If-Match": seen}
        for answer in (
            operator.patch(path, json={"sheets": 6}, headers=stale),
            operator.post(f"{path}/voids", json={"sequence": 1, "reason": "test-sheet"}, headers=stale),
            operator.post(f"{path}/close", json={"reason": "not-in-box"}, headers=stale),
        ):
            problem(answer, 409, "VERSION_MOVED")
        problem(operator.patch(path, json={"sheets": 6}, headers={"If-Match": '"x"'}), 400, "BAD_REQUEST")
        assert operator.json(path)["ledger"]["sheets"] == 5

    def test_the_same_key_opens_one_batch(self, house: House, operator: Client) -> None:
        key = {"Idempotency-Key": "box 17, monday"}
        body = {"name": "Box 17", "sheets": 4}
        first = operator.post("/api/v1/batches", json=body, headers=key)
        again = operator.post("/api/v1/batches", json=body, headers=key)
        assert good(first, 201) == good(again, 201)
        assert first.headers["location"] == again.headers["location"]
        assert house.count(select(t.batches)) == 1
        other = operator.post("/api/v1/batches", json={**body, "sheets": 5}, headers=key)
        problem(other, 409, "IDEMPOTENCY_KEY_REUSED")
        elsewhere = house.client("operator").post("/api/v1/batches", json=body, headers=key)
        assert good(elsewhere, 201)["batch"] != good(first)["batch"]


class TestLists:
    def test_go_on_from_where_they_stopped(self, house: House, operator: Client) -> None:
        made = []
        for number in range(5):
            house.clock.advance(seconds=1)  # identifiers are ordered by the millisecond
            made.append(opened(operator, name=f"Box {number}"))
        seen, cursor = [], None
        while True:
            params = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
            part = operator.json("/api/v1/batches", params=params)
            seen += [one["batch"] for one in part["batches"]]
            cursor = part["next"]
            if cursor is None:
                break
            house.clock.advance(seconds=1)
            opened(operator, name="arrives meanwhile")
        assert seen == made[::-1]
        for bad in ("nonsense", "!", "WzFd", "WyJhIiwgImIiXQ"):
            problem(operator.get("/api/v1/batches", params={"cursor": bad}), 400, "BAD_REQUEST")

    def test_items_by_number(self, house: House, operator: Client) -> None:
        batch = opened(operator)
        for number in (3, 1, 4, 2):
            send(operator, batch, number)
        first = operator.json(f"/api/v1/batches/{batch}/items", params={"limit": 3})
        rest = operator.json(f"/api/v1/batches/{batch}/items", params={"cursor": first["next"]})
        assert [item["sequence"] for item in first["items"] + rest["items"]] == [1, 2, 3, 4]
        assert rest["next"] is None


class TestOpening:
    def test_for_a_portfolio_of_ones_own_only(self, house: House) -> None:
        north, south = house.portfolio("North"), house.portfolio("South")
        client = house.client("operator", scopes=[f"portfolio:{north}"])
        for portfolio in (south, UNKNOWN, None):
            answer = client.post("/api/v1/batches", json={"name": "Box", "portfolio": portfolio})
            problem(answer, 404, "NOT_FOUND")
        good(client.post("/api/v1/batches", json={"name": "Box", "portfolio": north}), 201)

    def test_a_station_opens_its_own_only(self, house: House) -> None:
        administrator = house.client("administrator")
        stations = [
            good(administrator.post("/api/v1/stations", json={"name": name}), 201) for name in ("A", "B")
        ]
        a = Client(house.app, house.portal, stations[0]["token"])
        body = {"name": "Box", "station": stations[1]["station"]}
        problem(a.post("/api/v1/batches", json=body), 404, "NOT_FOUND")
        own = good(a.post("/api/v1/batches", json={"name": "Box"}), 201)
        assert own["station"] == "A"
        b = Client(house.app, house.portal, stations[1]["token"])
        problem(b.get(f"/api/v1/batches/{own['batch']}"), 404, "NOT_FOUND")
        answer = b.post("/api/v1/deposits", params={"batch": own["batch"]}, content=PAGES[0])
        problem(answer, 404, "NOT_FOUND")

    def test_what_a_station_sends_carries_its_claims(self, house: House) -> None:
        administrator = house.client("administrator")
        device = {"maker": "Fujitsu", "model": "fi-7460", "serial": "A3CB", "dpi": 200}
        made = good(administrator.post("/api/v1/stations", json={"name": "A", "device": device}), 201)
        station = Client(house.app, house.portal, made["token"])
        problem(station.post("/api/v1/deposits", content=PAGES[0]), 400, "BAD_REQUEST")
        params = {"batch_name": "Box 3", "sequence": 1}
        received = good(station.post("/api/v1/deposits", params=params, content=PAGES[0]), 202)
        owner = f"deposits/{received['deposit']}"
        objects = house.archive.objects
        ref = objects.vault.versions(f"{owner}/manifest-1.json")[0]
        with objects.open(ref, owner) as stream:
            claimed = json.loads(stream.read())["claimed"]
        assert claimed["device"] == "Fujitsu fi-7460"
        assert (claimed["station_key"], claimed["batch"]) == (made["station"], received["batch"])
        house.settle()
        assert good(station.get(received["receipt"]))["deposit"] == received["deposit"]
