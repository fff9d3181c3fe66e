"""What persons decide about papers: fields, kind, links, composition, relations; each a row, a version and an entry."""

from typing import Any

import pytest
from sqlalchemy import select

from archive.catalogue import schema as t
from tests.api.support import UNKNOWN, Client, House, good, problem

INVOICE = ["Faktura VAT nr FV/2024/17", "Data wystawienia: 2024-06-18", "Razem do zaplaty: 2 926,05 PLN"]


@pytest.fixture
def collector(house: House) -> Client:
    return house.client("collector")


@pytest.fixture
def operator(house: House) -> Client:
    return house.client("operator")


@pytest.fixture
def document(house: House, operator: Client) -> str:
    received = house.hand_in(operator, INVOICE, ["Zalacznik"], ["Potwierdzenie nadania"])
    house.settle()
    found: str = received["document"]
    return found


def entries_of(house: House, object_id: str, kind: str) -> list[str | None]:
    """The reasons of the entries of that type about an object, after the keeper has been."""
    house.settle()
    auditor = house.client("auditor")
    params = {"object_id": object_id, "type": kind}
    found = auditor.json("/api/v1/audit/entries", params=params)["entries"]
    return [entry["reason"] for entry in found]


class TestFields:
    def added(self, collector: Client, document: str, **members: Any) -> list[dict[str, Any]]:
        body = {"decision": "add", "name": "case_number", "page": 2, "value": "I C 17/24", **members}
        answer = collector.post(f"/api/v1/documents/{document}/fields", json=body)
        fields: list[dict[str, Any]] = good(answer, 201)
        return fields

    def test_a_correction_stands_beside_what_the_machine_found(
        self, house: House, collector: Client, document: str
    ) -> None:
        path = f"/api/v1/documents/{document}/fields"
        total = next(one for one in collector.json(path) if one["name"] == "amounts.total")
        assert (total["value"], total["state"], total["by"]) == ("2926.05", "machine", None)
        body = {
            "decision": "correct",
            "name": "amounts.total",
            "page": 1,
            "raw": total["raw"],
            "value": "2936.05",
        }
        after = good(collector.post(path, json=body), 201)
        corrected = next(one for one in after if one["name"] == "amounts.total")
        me = collector.json("/api/v1/me")
        assert (corrected["value"], corrected["raw"], corrected["state"]) == (
            "2936.05",
            total["raw"],
            "corrected",
        )
        assert corrected["by"] not in (None, me["account"], me["name"])  # a pseudonym
        assert collector.json(f"/api/v1/documents/{document}")["amount_minor"] == 293605
        assert house.count(select(t.fields).where(t.fields.c.name == "amounts.total")) == 2
        assert entries_of(house, document, "correct") == ["by-hand"]
        found = collector.json("/api/v1/search", params={"q": "amount:2936..2937"})
        assert [hit["document"] for hit in found["hits"]] == [document]

    def test_confirmed_withdrawn_and_added(self, house: House, collector: Client, document: str) -> None:
        path = f"/api/v1/documents/{document}/fields"
        date = next(one for one in collector.json(path) if one["name"].endswith("_date"))
        key = {"name": date["name"], "page": date["page"], "raw": date["raw"]}
        confirmed = good(collector.post(path, json={"decision": "confirm", **key}), 201)
        assert next(one["state"] for one in confirmed if one["raw"] == date["raw"]) == "confirmed"
        left = good(collector.post(path, json={"decision": "withdraw", **key}), 201)
        assert date["raw"] not in [one["raw"] for one in left if one["name"] == date["name"]]
        added = self.added(collector, document, box=[0.1, 0.1, 0.4, 0.2])
        mine = next(one for one in added if one["name"] == "case_number" and one["rule"] == "person")
        assert (mine["value"], mine["page"], mine["box"]) == ("I C 17/24", 2, [0.1, 0.1, 0.4, 0.2])

    def test_a_machine_never_overwrites_it(self, house: House, collector: Client, document: str) -> None:
        path = f"/api/v1/documents/{document}/fields"
        total = next(one for one in collector.json(path) if one["name"] == "amounts.total")
        body = {
            "decision": "correct",
            "name": "amounts.total",
            "page": 1,
            "raw": total["raw"],
            "value": "1.00",
        }
        good(collector.post(path, json=body), 201)
        operator = house.client("operator")
        good(operator.post(f"/api/v1/documents/{document}/split", json={"before": [3]}))
        house.settle()
        after = next(one for one in collector.json(path) if one["name"] == "amounts.total")
        assert (after["value"], after["state"]) == ("1.00", "corrected")

    def test_values_are_kept_in_their_published_form(self, collector: Client, document: str) -> None:
        for name, value, kept in [
            ("document_date", "2024-02-29", "2024-02-29"),
            ("amounts.total", "7", "7.00"),
            ("currency", "pln", "PLN"),
            ("iban.debtor", "PL61 1090 1014 0000 0712 1981 2874", "PL61109010140000071219812874"),
            ("parties.debtor.pesel", "44051401458", "44051401458"),
            ("parties.debtor.name", "  Jan   Kowalski ", "Jan Kowalski"),
            ("parties.court.name", "Sąd Rejonowy", "Sąd Rejonowy"),
        ]:
            added = self.added(collector, document, name=name, value=value, raw=value)
            assert next(one["value"] for one in added if (one["name"], one["raw"]) == (name, value)) == kept

    def test_values_that_cannot_be_are_refused(self, house: House, collector: Client, document: str) -> None:
        for name, value in [
            ("document_date", "29.02.2024"),
            ("document_date", "2023-02-29"),
            ("amounts.total", "2 926,05"),
            ("amounts.total", "1.005"),
            ("amounts.total", "NaN"),
            ("currency", "zloty"),
            ("iban.debtor", "61"),
            ("parties.debtor.name", "a\u202eb"),
            ("parties.debtor.name", "   "),
            ("parties.debtor.shoe_size", "44"),
            ("shoe_size", "44"),
        ]:
            body = {"decision": "add", "name": name, "page": 2, "value": value}
            problem(collector.post(f"/api/v1/documents/{document}/fields", json=body), 400, "BAD_REQUEST")
        assert house.count(select(t.fields).where(t.fields.c.actor.is_not(None))) == 0

    def test_what_is_not_there_cannot_be_decided(self, collector: Client, document: str) -> None:
        cases: list[tuple[dict[str, Any], int, str]] = [
            ({"page": 9}, 404, "NOT_FOUND"),
            ({"decision": "confirm", "raw": "nowhere"}, 404, "NOT_FOUND"),
            ({"value": None}, 400, "BAD_REQUEST"),
            ({"box": [0.5, 0.5, 0.4, 0.6]}, 400, "BAD_REQUEST"),
            ({"box": [0, 0, 2, 1]}, 400, "BAD_REQUEST"),
        ]
        for members, status, code in cases:
            body = {"decision": "add", "name": "currency", "page": 1, "raw": "x", "value": "PLN", **members}
            problem(collector.post(f"/api/v1/documents/{document}/fields", json=body), status, code)


class TestKind:
    def test_a_person_decides(self, house: House, collector: Client, document: str) -> None:
        path = f"/api/v1/documents/{document}"
        before = collector.get(path)
        body = {"kind": "correspondence", "subkind": "settlement", "direction": "in"}
        changed = good(collector.patch(path, json=body, headers={"If-Match": before.headers["etag"]}))
        assert {name: changed[name] for name in body} == body
        assert (changed["kind_confidence"], changed["version"]) == (1.0, before.json()["version"] + 1)
        house.settle()
        found = collector.json("/api/v1/search", params={"q": "kind:correspondence"})
        assert [hit["document"] for hit in found["hits"]] == [document]
        assert entries_of(house, document, "correct") == ["by-hand"]

    def test_a_stale_look_is_refused(self, collector: Client, document: str) -> None:
        path = f"/api/v1/documents/{document}"
        seen = {"If-Match": collector.get(path).headers["etag"]}
        good(collector.patch(path, json={"direction": "in"}, headers=seen))
        problem(collector.patch(path, json={"direction": "out"}, headers=seen), 409, "VERSION_MOVED")
        body = {"decision": "add", "name": "currency", "page": 1, "value": "PLN"}
        problem(collector.post(f"{path}/fields", json=body, headers=seen), 409, "VERSION_MOVED")

    def test_only_what_can_be_decided(self, collector: Client, document: str) -> None:
        for body in ({}, {"kind": "love_letter"}, {"state": "void"}, {"direction": "up"}):
            problem(collector.patch(f"/api/v1/documents/{document}", json=body), 400, "BAD_REQUEST")

    def test_what_has_not_changed_is_not_sent_again(
        self, house: House, collector: Client, document: str
    ) -> None:
        path = f"/api/v1/documents/{document}"
        seen = collector.get(path).headers["etag"]
        again = collector.get(path, headers={"If-None-Match": seen})
        assert (again.status_code, again.content) == (304, b"")
        assert entries_of(house, document, "access") == [None]


class TestLinks:
    @pytest.fixture
    def party(self, house: House) -> str:
        administrator = house.client("administrator")
        made = good(administrator.post("/api/v1/debtors", json={"name": "Jan Kowalski"}), 201)
        found: str = made["id"]
        return found

    def body(self, party: str, **members: Any) -> dict[str, Any]:
        return {
            "target_type": "party",
            "target": party,
            "role": "debtor",
            "first_page": 1,
            "last_page": 2,
            **members,
        }

    def test_by_hand_confirmed_and_rejected(
        self, house: House, collector: Client, document: str, party: str
    ) -> None:
        path = f"/api/v1/documents/{document}/links"
        key = {"Idempotency-Key": "link 1"}
        made = good(collector.post(path, json=self.body(party), headers=key), 201)
        assert (made["state"], made["basis"], made["score"]) == ("confirmed", "person", 1.0)
        assert good(collector.post(path, json=self.body(party), headers=key), 201)["link"] == made["link"]
        house.settle()
        papers = collector.json(f"/api/v1/debtors/{party}")["documents"]
        assert [(one["document"], one["link"]) for one in papers] == [(document, "confirmed")]
        found = collector.json("/api/v1/search", params={"q": f"debtor:{party}"})["hits"]
        assert {page["page"] for hit in found for page in hit["pages"]} <= {1, 2}
        rejected = good(collector.patch(f"{path}/{made['link']}", json={"state": "rejected"}))
        assert rejected["state"] == "rejected"
        assert collector.json(f"/api/v1/debtors/{party}")["documents"] == []
        assert entries_of(house, document, "link") == ["by-hand", "withdrawn"]

    def test_only_to_what_is_there(self, collector: Client, document: str, party: str) -> None:
        cases: list[tuple[dict[str, Any], int]] = [
            ({"target": UNKNOWN}, 404),
            ({"target_type": "claim", "role": "claim"}, 404),
            ({"role": "landlord"}, 400),
            ({"first_page": 2, "last_page": 1}, 400),
            ({"last_page": 9}, 404),
            ({"first_page": 0}, 400),
        ]
        for members, status in cases:
            answer = collector.post(f"/api/v1/documents/{document}/links", json=self.body(party, **members))
            assert answer.status_code == status, members

    def test_a_debtor_out_of_scope_is_not_linked_to(self, house: House, document: str, party: str) -> None:
        client = house.client("collector", scopes=["unassigned"])
        problem(client.post(f"/api/v1/documents/{document}/links", json=self.body(party)), 404, "NOT_FOUND")


class TestComposition:
    def test_split_join_reorder_and_void(
        self, house: House, operator: Client, collector: Client, document: str
    ) -> None:
        base = "/api/v1/documents"
        parts = good(operator.post(f"{base}/{document}/split", json={"before": [2, 3]}))["documents"]
        assert parts[0] == document and len(parts) == 3
        house.settle()
        assert [collector.json(f"{base}/{part}")["pages"] for part in parts] == [1, 1, 1]
        hits = collector.json("/api/v1/search", params={"q": "zalacznik"})["hits"]
        assert [hit["document"] for hit in hits] == [parts[1]]

        joined = good(operator.post(f"{base}/join", json={"documents": [parts[2], parts[1]]}))
        assert (joined["document"], joined["pages"]) == (parts[2], 2)
        house.settle()
        gone = collector.json(f"{base}/{parts[1]}")
        assert (gone["state"], gone["successors"]) == ("void", [parts[2]])
        listed = {one["document"]: one["successors"] for one in collector.json(base)["documents"]}
        assert listed == {document: [], parts[1]: [parts[2]], parts[2]: []}
        told = [
            (one["relation"], one["other"], one["first_page"], one["last_page"])
            for one in collector.json(f"{base}/{parts[1]}/relations")
        ]
        assert told == [("cut_from", document, 2, 2), ("joined_into", parts[2], 2, 2)]
        assert "Potwierdzenie" in collector.get(f"{base}/{parts[2]}/text?page=1").text
        good(operator.post(f"{base}/{parts[2]}/reorder", json={"pages": [2, 1]}))
        assert "Zalacznik" in collector.get(f"{base}/{parts[2]}/text?page=1").text

        assert good(operator.post(f"{base}/{parts[2]}/void"))["state"] == "void"
        house.settle()
        assert collector.json("/api/v1/search", params={"q": "zalacznik"})["hits"] == []
        problem(operator.post(f"{base}/{parts[2]}/void"), 409, "CONFLICT")
        problem(operator.post(f"{base}/{parts[2]}/split", json={"before": [2]}), 409, "CONFLICT")
        problem(collector.patch(f"{base}/{parts[2]}", json={"kind": "invoice"}), 409, "CONFLICT")
        reasons = entries_of(house, parts[2], "compose")
        assert reasons == ["split", "join", "reorder", "void"]

    def test_a_stale_look_is_refused(self, operator: Client, document: str) -> None:
        path = f"/api/v1/documents/{document}"
        stale = {"If-Match": '"0"'}
        for part, body in (("split", {"before": [2]}), ("reorder", {"pages": [3, 2, 1]}), ("void", None)):
            problem(operator.post(f"{path}/{part}", json=body, headers=stale), 409, "VERSION_MOVED")

    def test_a_paper_that_was_not_read_has_no_pages(self, house: House, operator: Client) -> None:
        document = house.hand_in(operator)["document"]
        answer = operator.post(f"/api/v1/documents/{document}/split", json={"before": [2]})
        problem(answer, 409, "NOT_READ")

    def test_relations_are_seen_from_both_ends(self, house: House, operator: Client, document: str) -> None:
        other = house.hand_in(operator, ["Zalacznik nr 2"])["document"]
        house.settle()
        path = f"/api/v1/documents/{other}/relations"
        body = {"other": document, "relation": "annex_of"}
        related = good(operator.post(path, json=body), 201)
        assert good(operator.post(path, json=body), 201) == related
        assert operator.json(f"/api/v1/documents/{document}/relations") == related
        problem(operator.post(path, json={"other": UNKNOWN, "relation": "annex_of"}), 404, "NOT_FOUND")
        assert good(operator.delete(path, params=body)) == []

    def test_a_better_scan_replaces(self, house: House, operator: Client, document: str) -> None:
        better = house.hand_in(operator, INVOICE)["document"]
        house.settle()
        path = f"/api/v1/documents/{document}/replace"
        assert good(operator.post(path, json={"by": better}))["document"] == better
        assert operator.json(f"/api/v1/documents/{document}")["state"] == "void"
        relation = operator.json(f"/api/v1/documents/{better}/relations")[0]
        assert (relation["relation"], relation["other"]) == ("rescan_of", document)


class TestPictures:
    def test_come_at_the_size_that_is_asked_for(self, collector: Client, document: str) -> None:
        path = f"/api/v1/documents/{document}/pages/1/image"
        large, small = collector.get(path), collector.get(path, params={"width": 200})
        assert large.headers["content-type"] == small.headers["content-type"] == "image/jpeg"
        assert len(small.content) < len(large.content)
        assert "private" in large.headers["cache-control"]
        for width in (0, 31, 2401, -1):
            problem(collector.get(path, params={"width": width}), 400, "BAD_REQUEST")

    def test_boxes_lie_within_the_page(self, collector: Client, document: str) -> None:
        words = collector.json(f"/api/v1/documents/{document}/pages/1/words")
        assert "Faktura" in [word["text"] for word in words["words"]]
        for word in words["words"]:
            x0, y0, x1, y1 = word["box"]
            assert 0 <= x0 < x1 <= words["width"] and 0 <= y0 < y1 <= words["height"]


class TestCuts:
    TWO = (
        [
            "Northgate Pumps Ltd, Hull HU1 2AB",
            "INVOICE",
            "Invoice number: NP-5531",
            "Invoice date: 3 May 2024",
        ],
        [
            "IN THE COUNTY COURT AT LEEDS",
            "JUDGMENT FOR CLAIMANT",
            "Claim number: K04YX218",
            "Date: 12 August 2024",
        ],
        ["The defendant shall pay the claimant the sum above, and the costs of the claim."],
    )

    def test_a_proposal_is_accepted_refused_or_moved(self, house: House, operator: Client) -> None:
        document = house.hand_in(operator, *self.TWO)["document"]
        house.settle()
        batch = operator.json(f"/api/v1/documents/{document}")["batch"]
        (cut,) = operator.json(f"/api/v1/documents/{document}/cuts")
        assert (cut["document"], cut["page"]) == (document, 2)
        assert cut["confidence"] == 0.99
        assert "title" in cut["reasons"]
        assert operator.json(f"/api/v1/batches/{batch}/cuts") == [cut]
        path = f"/api/v1/documents/{document}/cuts/2"
        problem(operator.post(path, json={"decision": "move"}), 400, "BAD_REQUEST")
        problem(operator.post(path, json={"decision": "accept", "to": 3}), 400, "BAD_REQUEST")
        stale = {"If-Match": f'"{cut["version"] - 1}"'}
        problem(operator.post(path, json={"decision": "refuse"}, headers=stale), 409, "VERSION_MOVED")
        made = good(operator.post(path, json={"decision": "move", "to": 3}))["documents"]
        assert len(made) == 2
        assert operator.json(f"/api/v1/batches/{batch}/cuts") == []
        problem(operator.post(path, json={"decision": "accept"}), 404, "NOT_FOUND")

    def test_refused_it_stays_one_paper(self, house: House, operator: Client) -> None:
        document = house.hand_in(operator, *self.TWO)["document"]
        house.settle()
        answer = operator.post(f"/api/v1/documents/{document}/cuts/2", json={"decision": "refuse"})
        assert good(answer) == {"documents": [document]}
        assert operator.json(f"/api/v1/documents/{document}/cuts") == []
        assert "by-hand" in entries_of(house, document, "compose")
