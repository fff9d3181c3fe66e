"""The registry over REST: imports with their reports, upserts by external id, assignments, exports."""

import pytest
from sqlalchemy import select

from archive.catalogue.schema import log_outbox, parties
from archive.catalogue.schema.registry import import_pieces, imports
from tests.api.support import UNKNOWN, Client, House, good, problem

FILE = "external_id;Nazwisko;pesel\nD-1;=Anna Nowak;44051401359\nD-1;Ewa;\nD-3;Jan Kowalski;44051401358\n"
MAPPING = '{"external_id": "external_id", "Nazwisko": "name", "pesel": "pesel"}'


def begin(house: House, client: Client, text: str = FILE, **params: str) -> dict[str, object]:
    options = {"what": "debtors", "name": "crm.csv", "mapping": MAPPING} | params
    answer = client.post("/api/v1/imports", params=options, content=text.encode("windows-1250"))
    body: dict[str, object] = good(answer, 202)
    assert answer.headers["Location"] == f"/api/v1/imports/{body['id']}"
    assert body["state"] == "waiting"
    house.worker.drain()
    done: dict[str, object] = client.json(answer.headers["Location"])
    return done


def test_an_import_and_its_report(house: House) -> None:
    client = house.client("administrator")
    tried = begin(house, client, dry_run="true")
    counts = {"rows": 3, "added": 2, "changed": 0, "unchanged": 0, "refused": 1, "warned": 1, "emptied": {}}
    assert (tried["state"], tried["counts"]) == ("done", counts)
    assert house.count(select(parties)) == 0
    house.clock.advance(seconds=1)
    done = begin(house, client)
    assert done["counts"] == counts
    assert house.count(select(import_pieces)) == 0
    path = f"/api/v1/imports/{done['id']}/problems"
    first = client.json(path, params={"limit": 1})
    rest = client.json(path, params={"cursor": first["next"]})
    found = [*first["problems"], *rest["problems"]]
    assert [(one["line"], one["field"], one["code"]) for one in found] == [
        (3, "external_id", "DUPLICATE_EXTERNAL_ID"),
        (4, "pesel", "CHECK_DIGIT"),
    ]
    assert all(one["advice"] for one in found)
    listed = client.json("/api/v1/imports", params={"limit": 1})
    assert listed["imports"][0]["id"] == done["id"]
    assert client.json("/api/v1/imports", params={"cursor": listed["next"]})["imports"][0]["dry_run"]


def test_a_saved_mapping_and_a_form(house: House) -> None:
    client = house.client("administrator")
    columns = {"columns": {"external_id": "external_id", "Nazwisko": "name"}}
    named = "/api/v1/import-mappings/crm"
    good(client.request("PUT", named, params={"what": "debtors"}, json=columns), 204)
    assert client.json("/api/v1/import-mappings", params={"what": "debtors"}) == [{"name": "crm", **columns}]
    answer = client.post(
        "/api/v1/imports",
        data={"what": "debtors", "mapping": "crm", "dry_run": "on"},
        files={"file": ("crm.csv", FILE.encode())},
    )
    assert good(answer, 202)["dry_run"] is True
    house.worker.drain()
    told = client.json(f"/api/v1/imports/{good(answer, 202)['id']}")["columns"]
    assert told == {"external_id": "external_id", "Nazwisko": "name", "pesel": None}
    wrong = {"columns": {"x": "shoe_size"}}
    problem(client.request("PUT", named, params={"what": "debtors"}, json=wrong), 400, "BAD_REQUEST")


def test_what_is_no_import_is_refused_or_fails(house: House) -> None:
    client = house.client("administrator")
    for params in (
        {},
        {"what": "debtors", "mapping": "none-such"},
        {"what": "debtors", "encoding": "none-such"},
    ):
        assert client.post("/api/v1/imports", params=params, content=b"a,b\n1,2\n").status_code in (400, 404)
    problem(client.post("/api/v1/imports", params={"what": "debtors"}, content=b""), 400, "BAD_REQUEST")
    assert house.count(select(imports)) == 0
    failed = begin(house, client, text="a,a\n1,2\n")
    assert failed["state"] == "failed"
    assert "one name" in str(failed["reason"])
    assert house.count(select(import_pieces)) == 0


def test_an_upsert_by_external_id_and_what_was_before(house: House) -> None:
    client = house.client("administrator")
    path = "/api/v1/debtors/external/CRM%2F77"
    body = {"name": "Anna Nowak", "identifiers": [["pesel", "44051401359"]]}
    made = good(client.request("PUT", path, json=body), 201)["id"]
    assert good(client.request("PUT", path, json=body), 200)["id"] == made
    assert client.json(f"/api/v1/debtors/{made}/history") == []
    good(client.request("PUT", path, json={**body, "name": "Anna Nowak-Kowalska"}), 200)
    (former,) = client.json(f"/api/v1/debtors/{made}/history")
    assert former["before"]["names"] == ["Anna Nowak"]
    other = {"name": "x", "external_id": "y"}
    problem(client.request("PUT", path, json=other), 400, "BAD_REQUEST")


def test_members_that_are_absent_leave_what_they_name_alone(house: House) -> None:
    client = house.client("administrator")
    path = "/api/v1/debtors/external/CRM-78"
    whole = {
        "name": "Anna",
        "town": "Kielce",
        "identifiers": [["pesel", "44051401359"]],
        "birth_date": "1944-05-14",
    }
    made = good(client.request("PUT", path, json=whole), 201)["id"]
    good(client.request("PUT", path, json={"name": "Anna"}), 200)
    good(client.post("/api/v1/debtors", json={"name": "Anna", "external_id": "CRM-78"}), 201)
    assert client.json(f"/api/v1/debtors/{made}/history") == []
    good(client.request("PUT", path, json={"name": "Anna", "identifiers": [], "birth_date": None}), 200)
    (former,) = client.json(f"/api/v1/debtors/{made}/history")
    assert former["changes"] == [
        {"field": "birth_date", "from": ["1944-05-14"], "to": []},
        {"field": "pesel", "from": ["44051401359"], "to": []},
    ]
    assert client.json(f"/api/v1/debtors/{made}")["town"] == "Kielce"


def test_of_a_claim_too(house: House) -> None:
    client = house.client("administrator")
    owing = good(client.post("/api/v1/debtors", json={"name": "Anna"}), 201)["id"]
    whole = {
        "number": "K/1",
        "external_id": "W-1",
        "currency": "PLN",
        "parties": [[owing, "debtor"]],
        "numbers": [["contract_number", "ABN/1"]],
    }
    made = good(client.post("/api/v1/claims", json=whole), 201)["id"]
    good(client.post("/api/v1/claims", json={"number": "K/1", "external_id": "W-1"}), 201)
    assert client.json(f"/api/v1/claims/{made}/history") == []
    good(client.post("/api/v1/claims", json={"number": "K/1", "external_id": "W-1", "parties": []}), 201)
    (former,) = client.json(f"/api/v1/claims/{made}/history")
    assert former["changes"] == [{"field": "debtor", "from": [owing], "to": []}]


def test_a_claim_passes_on(house: House) -> None:
    client = house.client("administrator")
    seller, buyer = (good(client.post("/api/v1/debtors", json={"name": n}), 201)["id"] for n in ("S", "B"))
    claim = good(client.post("/api/v1/claims", json={"number": "K/2024/1", "creditor": seller}), 201)["id"]
    path = f"/api/v1/claims/{claim}/assignments"
    event = {"to_party": buyer, "on_date": "2024-06-03"}
    (told,) = good(client.post(path, json=event), 201)
    assert (told["from_party"], told["to_party"], told["number"]) == (seller, buyer, 1)
    assert len(good(client.post(path, json=event), 201)) == 1
    problem(client.post(path, json={**event, "to_party": UNKNOWN}), 400, "BAD_REQUEST")
    assert client.json(path) == [told]


def test_an_export_is_in_scope_and_harmless(house: House) -> None:
    client = house.client("administrator")
    begin(house, client)
    table = client.get("/api/v1/registry/debtors")
    assert table.headers["content-type"].startswith("text/csv")
    assert "D-1,'=Anna Nowak," in table.text
    lines = client.get("/api/v1/registry/debtors", params={"format": "jsonl"}).text.splitlines()
    assert len(lines) == 2
    elsewhere = house.client("administrator", scopes=["portfolio:none"])
    assert elsewhere.get("/api/v1/registry/debtors", params={"format": "jsonl"}).text == ""
    for role in ("collector", "operator", "auditor"):
        assert house.client(role).get("/api/v1/registry/debtors").status_code == 404


def test_looking_at_somebody_is_an_entry(house: House) -> None:
    made = good(house.client("administrator").post("/api/v1/debtors", json={"name": "Jan Kowalski"}))["id"]
    about = select(log_outbox).where(log_outbox.c.type == "access", log_outbox.c.object_type == "party")
    house.client("collector").json(f"/api/v1/debtors/{made}")
    assert house.row(about).object_id == made
    problem(house.client("collector", scopes=[]).get(f"/api/v1/debtors/{made}"), 404, "NOT_FOUND")
    assert house.count(about) == 1


@pytest.mark.parametrize("name", ["0", "4711", "№ 7", "-"])
def test_a_name_need_not_have_a_letter(house: House, name: str) -> None:
    client = house.client("administrator")
    made = good(client.post("/api/v1/debtors", json={"name": name}), 201)["id"]
    assert client.json(f"/api/v1/debtors/{made}")["name"] == name
