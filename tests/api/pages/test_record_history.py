"""What a debtor or claim was before it changed: on its page and over REST, in scope."""

from tests.api.pages.reading import see
from tests.api.support import House, good, problem

ANNA = {
    "name": "Anna Nowak",
    "external_id": "CRM-1",
    "town": "Kielce",
    "birth_date": "1981-05-17",
    "identifiers": [["pesel", "81051784697"], ["nip", "5261040828"]],
    "address": {"street": "Lipowa 4", "postcode": "25-317"},
}


def test_a_debtor_says_who_changed_what_from_what_to_what(house: House) -> None:
    administrator = house.client("administrator")
    anna = good(administrator.post("/api/v1/debtors", json=ANNA))["id"]
    assert "This record has not changed since it came in on" in see(administrator, f"/debtors/{anna}")
    moved = {**ANNA, "town": "Radom", "address": {"street": "Kręta <7>", "postcode": "25-317"}}
    good(administrator.post("/api/v1/debtors", json=moved))
    married = {**moved, "name": "Anna Nowak-Kos", "other_names": ["Anna Nowak"], "birth_date": "1981-05-18"}
    married["identifiers"] = [["pesel", "81051784697"]]
    good(administrator.post("/api/v1/debtors", json=married))

    first, second = reversed(administrator.json(f"/api/v1/debtors/{anna}/history"))
    assert (first["version"], second["version"]) == (1, 2)
    assert first["changes"] == [
        {"field": "street", "from": ["Lipowa 4"], "to": ["Kręta <7>"]},
        {"field": "town", "from": ["Kielce"], "to": ["Radom"]},
    ]
    assert second["changes"] == [
        {"field": "name", "from": ["Anna Nowak"], "to": ["Anna Nowak-Kos"]},
        {"field": "birth_date", "from": ["1981-05-17"], "to": ["1981-05-18"]},
        {"field": "nip", "from": ["5261040828"], "to": []},
        {"field": "other_names", "from": [], "to": ["Anna Nowak"]},
    ]
    text = see(administrator, f"/debtors/{anna}")
    assert "2 changes of this record" in text
    assert "Street: Lipowa 4 → Kręta <7> Town: Kielce → Radom" in text
    assert "Born: 17 May 1981 → 18 May 1981" in text
    assert "NIP: ···0828" in text and "5261040828" not in text and "Other names: Anna Nowak (new)" in text
    # Who may open the record sees it on the page; whole former records, over REST, are for who may change them.
    assert "Street: Lipowa 4" in see(house.client("collector"), f"/debtors/{anna}")
    for role in ("collector", "legal", "operator"):
        problem(house.client(role).get(f"/api/v1/debtors/{anna}/history"), 404, "NOT_FOUND")
    elsewhere = house.client("administrator", scopes=["portfolio:elsewhere"])
    problem(elsewhere.get(f"/api/v1/debtors/{anna}/history"), 404, "NOT_FOUND")


def test_a_claim_says_which_import_changed_it_and_hides_who_is_out_of_scope(house: House) -> None:
    administrator, north = house.client("administrator"), house.portfolio("North")
    anna, jan, seller, buyer = (
        good(administrator.post("/api/v1/debtors", json={"name": name, "external_id": name}))["id"]
        for name in ("Anna Nowak", "Jan Obcy", "Telefonia", "Alfa")
    )
    before = {
        "number": "KW-1",
        "external_id": "C-1",
        "portfolio": north,
        "currency": "PLN",
        "creditor": seller,
    }
    claim = good(
        administrator.post(
            "/api/v1/claims", json={**before, "principal_minor": 341200, "parties": [[jan, "debtor"]]}
        )
    )["id"]
    event = {"to_party": buyer, "on_date": "2024-06-03"}
    good(administrator.post(f"/api/v1/claims/{claim}/assignments", json=event), 201)
    rows = "external_id,number,portfolio,creditor,currency,principal,debtor,contract_number\n"
    rows += "C-1,KW-1,North,Alfa,PLN,2926.05,Anna Nowak,ABN/1\n"
    params = {"what": "claims", "name": "claims of June.csv"}
    made = good(administrator.post("/api/v1/imports", params=params, content=rows.encode()), 202)["id"]
    house.settle()

    imported, sold = administrator.json(f"/api/v1/claims/{claim}/history")
    assert imported["import_id"] == made and sold["import_id"] is None
    assert {"field": "creditor", "from": [seller], "to": [buyer]} in sold["changes"]
    assert {"field": "principal_minor", "from": ["341200"], "to": ["292605"]} in imported["changes"]
    assert {"field": "debtor", "from": [jan], "to": [anna]} in imported["changes"]
    text = see(administrator, f"/claims/{claim}")
    assert "Creditor: Telefonia → Alfa" in text
    assert "Principal: 3,412.00 PLN → 2,926.05 PLN" in text
    assert "Debtor: Jan Obcy → Anna Nowak" in text and "Contract number: ABN/1 (new)" in text
    assert "claims of June.csv" in text
    # Jan has no claim in the portfolio any more: who sees no other does not learn his name.
    inside = see(house.client("administrator", scopes=[f"portfolio:{north}"]), f"/claims/{claim}")
    assert "Debtor: somebody who is not open to you → Anna Nowak" in inside
    assert "Jan Obcy" not in inside
    problem(house.client("legal").get(f"/api/v1/claims/{claim}/history"), 404, "NOT_FOUND")
