"""What is proved, over REST: evidence, history, verification, stamps, entries; who may see what of it."""

import pytest
from sqlalchemy import update

from archive.archive import SYSTEM_ACTOR
from archive.catalogue import schema as t
from signing.tlog import leaf_hash
from tests.api.support import UNKNOWN, House, good, problem


@pytest.fixture
def received(house: House) -> dict[str, str]:
    found: dict[str, str] = house.hand_in(house.client("operator"), ["Faktura VAT"])
    house.settle()
    return found


class TestEvidence:
    def test_says_what_is_proved_and_what_is_pending(self, house: House, received: dict[str, str]) -> None:
        collector = house.client("collector")
        path = f"/api/v1/documents/{received['document']}/evidence"
        before = collector.json(path)
        (deposit,) = before["deposits"]
        assert deposit["sha256"] == received["sha256"]
        assert deposit["entry"] is not None and deposit["consistent_to"] > deposit["entry"]
        assert (deposit["existed_by"], deposit["authority"], before["last_check"]) == (None, None, None)
        assert "genuine" in before["not_proved"]
        house.keeper.stamp()
        deposit = collector.json(path)["deposits"][0]
        assert deposit["time_class"] == "test"
        assert deposit["existed_by"] >= deposit["received_at"][:19]
        assert deposit["authority"]

    def test_a_check_reads_the_bytes_again_and_is_an_entry(
        self, house: House, received: dict[str, str]
    ) -> None:
        collector = house.client("collector")
        path = f"/api/v1/documents/{received['document']}"
        pending = good(collector.post(f"{path}/verify"))
        assert pending["overall"] == "INDETERMINATE"
        assert "TIME_PENDING" in {one["code"] for one in pending["findings"]}
        house.keeper.stamp()
        report = good(collector.post(f"{path}/verify"))
        assert (report["overall"], report["time_class"]) == ("PASSED", "test")
        assert report["checked"]["originals"] == 1
        assert report["headline"].endswith("test authority, no legal value")
        house.settle()
        assert collector.json(f"{path}/evidence")["last_check"]["outcome"] == "passed"
        history = collector.json(f"{path}/history")["entries"]
        assert [one["reason"] for one in history if one["type"] == "verify"] == ["undecided", "passed"]

    def test_altered_bytes_are_told(self, house: House, received: dict[str, str]) -> None:
        house.keeper.stamp()
        with house.archive.catalogue.write() as connection:
            connection.execute(
                update(t.deposits).where(t.deposits.c.id == received["deposit"]).values(sha256="0" * 64)
            )
        collector = house.client("collector")
        report = good(collector.post(f"/api/v1/documents/{received['document']}/verify"))
        assert report["overall"] == report["integrity"] == "FAILED"
        assert received["document"] in {one["document"] for one in report["findings"]}

    def test_everything_is_verified_for_auditors(self, house: House, received: dict[str, str]) -> None:
        auditor = house.client("auditor", scopes=[])
        house.keeper.stamp()
        begun = auditor.post("/api/v1/verify", json={})
        assert good(begun, 202)["state"] == "running"
        assert good(auditor.post("/api/v1/verify", json={}), 202) == good(begun)
        house.settle()
        whole = auditor.json(begun.headers["location"])
        assert (whole["state"], whole["report"]["overall"]) == ("done", "PASSED")
        assert whole["done"] == whole["total"]
        problem(auditor.get(f"/api/v1/verifications/{UNKNOWN}"), 404, "NOT_FOUND")
        named = good(auditor.post("/api/v1/verify", json={"documents": [received["document"]]}))
        assert named["overall"] == "PASSED"
        collector = house.client("collector", scopes=[])
        problem(collector.post("/api/v1/verify", json={}), 404, "NOT_FOUND")
        body = {"documents": [received["document"]]}
        problem(collector.post("/api/v1/verify", json=body), 404, "NOT_FOUND")
        problem(auditor.post("/api/v1/verify", json={"documents": [UNKNOWN]}), 404, "NOT_FOUND")
        problem(auditor.post("/api/v1/verify", json={"documents": []}), 400, "BAD_REQUEST")


class TestHistory:
    def test_chains_link_entry_to_entry(self, house: House, received: dict[str, str]) -> None:
        collector = house.client("collector")
        path = f"/api/v1/documents/{received['document']}/history"
        entries = collector.json(path)["entries"]
        assert {one["type"] for one in entries} >= {"receive", "compose", "derive", "read"}
        for object_id in (received["document"], received["deposit"]):
            chain = [one for one in entries if one["object"] == object_id]
            assert [one["ordinal"] for one in chain] == list(range(len(chain)))
            assert [one["previous"] for one in chain] == [None, *(one["leaf"] for one in chain[:-1])]
        pieces, cursor = [], None
        while cursor is not None or not pieces:
            part = collector.json(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
            pieces += part["entries"]
            cursor = part["next"]
        assert pieces == entries

    def test_who_looked_is_for_auditors(self, house: House, received: dict[str, str]) -> None:
        collector = house.client("collector")
        path = f"/api/v1/documents/{received['document']}"
        collector.json(path)
        collector.get(f"{path}/text")
        collector.json(f"{path}/pages/1/words")
        collector.get(f"{path}/pages/1/image")
        collector.get(f"{path}/pages/1/image?width=120")
        collector.json(f"{path}/pages")
        good_bytes = collector.get(f"/api/v1/deposits/{received['deposit']}/original")
        assert good_bytes.status_code == 200
        house.settle()
        problem(collector.get(f"{path}/history?chain=access"), 404, "NOT_FOUND")
        looked = house.client("auditor", scopes=[]).json(f"{path}/history?chain=access")["entries"]
        assert [one["type"] for one in looked] == [*["access"] * 4, "download"]

    def test_names_nobody(self, house: House, received: dict[str, str]) -> None:
        account = house.account("auditor", name="quite.unique.name")
        answer = house.client_of(account).get("/api/v1/audit/entries")
        assert "quite.unique.name" not in answer.text and account.id not in answer.text.replace(
            f'"object":"{account.id}"', ""
        )


class TestAudit:
    def test_entries_by_number_object_and_type(self, house: House, received: dict[str, str]) -> None:
        auditor = house.client("auditor")
        everything = auditor.json("/api/v1/audit/entries", params={"limit": 200})["entries"]
        assert [one["seq"] for one in everything] == list(range(len(everything)))
        wanted = {"object_type": "deposit", "object_id": received["deposit"], "type": "receive"}
        (entry,) = auditor.json("/api/v1/audit/entries", params=wanted)["entries"]
        assert auditor.json(f"/api/v1/audit/entries/{entry['seq']}") == entry
        assert entry["reason"] == "upload"
        problem(auditor.get(f"/api/v1/audit/entries/{10**9}"), 404, "NOT_FOUND")
        sums = auditor.json("/api/v1/audit")
        assert (sums["received"], sums["readable"], sums["erased"]) == (1, 1, 0)
        assert (sums["may_open"], sums["rights_by"]) == (1, SYSTEM_ACTOR)
        elsewhere = house.client("auditor", scopes=[]).json("/api/v1/audit")
        assert (elsewhere["may_open"], elsewhere["rights_at"], elsewhere["received"]) == (0, None, 1)
        assert sums["entries"] >= len(everything)

    def test_the_leaf_is_that_of_the_bundle(self, house: House, received: dict[str, str]) -> None:
        auditor = house.client("auditor")
        entry = auditor.json("/api/v1/audit/entries/0")
        size = int(auditor.get("/api/v1/log/checkpoint").text.splitlines()[1])
        bundle = auditor.get(f"/api/v1/log/tile/entries/000.p/{size}").content
        first = bundle[2 : 2 + int.from_bytes(bundle[:2], "big")]
        assert leaf_hash(first).hex() == entry["leaf"]

    def test_searches_are_entries_and_their_words_are_not(
        self, house: House, received: dict[str, str]
    ) -> None:
        house.client("collector").json("/api/v1/search", params={"q": "faktura"})
        house.settle()
        auditor = house.client("auditor")
        answer = auditor.get("/api/v1/audit/entries", params={"type": "search"})
        assert len(answer.json()["entries"]) == 1
        assert "faktura" not in answer.text


class TestStamps:
    def test_one_is_asked_for_now(self, house: House, received: dict[str, str]) -> None:
        legal = house.client("legal")
        asked = legal.post("/api/v1/stamps")
        stamp = good(asked, 202)
        assert asked.headers["location"] == f"/api/v1/stamps/{stamp['stamp']}"
        for _ in range(3):
            house.keeper.stamps.run(house.keeper.token())
            house.keeper.run()
        shown = legal.json(asked.headers["location"])
        assert (shown["reason"], shown["time_class"], shown["failure"]) == ("on-demand", "test", None)
        assert shown["state"] in ("verified", "published")
        assert shown["manifests"] >= 1 and shown["gen_time"]
        listed = legal.json("/api/v1/stamps", params={"limit": 1})["stamps"]
        assert len(listed) == 1
        problem(legal.get(f"/api/v1/stamps/{UNKNOWN}"), 404, "NOT_FOUND")


class TestRetry:
    @pytest.fixture
    def failed(self, house: House) -> str:
        operator = house.client("operator")
        params = {"name": "broken.pdf"}
        answer = operator.post("/api/v1/deposits", params=params, content=b"%PDF-1.7\nbroken")
        house.settle()
        document: str = good(answer, 202)["document"]
        return document

    def test_what_failed_is_tried_again(self, house: House, failed: str) -> None:
        operator, administrator = house.client("operator"), house.client("administrator")
        shown = operator.json(f"/api/v1/documents/{failed}")
        assert shown["state"] == "failed" and shown["reason_code"] and shown["reason"]
        queue = next(one for one in administrator.json("/api/v1/work") if one["state"] == "failed")
        assert (queue["kind"], queue["count"], queue["reason_code"]) == ("read", 1, shown["reason_code"])
        task = administrator.json("/api/v1/work/tasks")["work"][0]
        assert (task["reason_code"], task["state"]) == (shown["reason_code"], "failed")

        answer = operator.post(f"/api/v1/documents/{failed}/retry")
        assert good(answer, 202)["at"] == answer.headers["location"] == f"/api/v1/documents/{failed}"
        assert operator.json(f"/api/v1/documents/{failed}")["state"] == "received"
        problem(operator.post(f"/api/v1/documents/{failed}/retry"), 409, "CONFLICT")
        house.settle()
        assert operator.json(f"/api/v1/documents/{failed}")["state"] == "failed"

        wanted = {"kind": "read", "reason_code": "NO_SUCH_REASON"}
        assert good(administrator.post("/api/v1/work/retry", json=wanted), 202) == {"retried": 0}
        wanted = {"kind": "read", "reason_code": shown["reason_code"]}
        assert good(administrator.post("/api/v1/work/retry", json=wanted), 202) == {"retried": 1}
        assert operator.json(f"/api/v1/documents/{failed}")["state"] == "received"

    def test_what_did_not_fail_is_not(self, house: House, received: dict[str, str]) -> None:
        answer = house.client("operator").post(f"/api/v1/documents/{received['document']}/retry")
        problem(answer, 409, "CONFLICT")

    def test_its_original_is_kept_and_sealed(self, house: House, failed: str) -> None:
        collector = house.client("collector")
        deposit = collector.json(f"/api/v1/documents/{failed}")["deposits"][0]
        assert collector.get(f"/api/v1/deposits/{deposit}/original").content == b"%PDF-1.7\nbroken"
        assert collector.json(f"/api/v1/documents/{failed}/evidence")["deposits"][0]["entry"] is not None
