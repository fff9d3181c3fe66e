"""Administration over REST: accounts, stations, the registry; every change an entry, nobody locked out by mistake."""

import pytest
from sqlalchemy import select

from archive.catalogue import schema as t
from tests.api.support import UNKNOWN, Client, House, good, problem

PASSWORD = "four unrelated words here"


@pytest.fixture
def administrator(house: House) -> Client:
    return house.client("administrator", scopes=[])


def entries_about(house: House, account: str) -> list[str]:
    house.keeper.run()
    with house.archive.catalogue.read() as connection:
        query = select(t.log_entries.c.type).where(t.log_entries.c.object_id == account)
        return list(connection.scalars(query.order_by(t.log_entries.c.seq)))


class TestAccounts:
    def test_made_given_rights_and_disabled(self, house: House, administrator: Client) -> None:
        body = {"name": "piotr.z", "password": PASSWORD, "roles": ["collector"], "locale": "pl"}
        answer = administrator.post("/api/v1/accounts", json=body)
        made = good(answer, 201)
        path = f"/api/v1/accounts/{made['account']}"
        assert answer.headers["location"] == path
        assert (made["roles"], made["scopes"], made["active"]) == (["collector"], [], True)
        assert PASSWORD not in answer.text
        problem(administrator.post("/api/v1/accounts", json=body), 409, "CONFLICT")
        refused = administrator.post("/api/v1/accounts", json={**body, "name": "dov", "locale": "he"})
        assert "there are: en, it, pl" in problem(refused, 400, "BAD_REQUEST")["title"]
        assert good(administrator.post(f"{path}/roles", json={"role": "legal"}))["roles"] == [
            "collector",
            "legal",
        ]
        good(administrator.delete(f"{path}/roles/collector"))
        good(administrator.post(f"{path}/scopes", json={"scope": "unassigned"}))
        good(administrator.post(f"{path}/scopes", json={"scope": "unassigned"}))
        good(administrator.delete(f"{path}/scopes/unassigned"))
        assert good(administrator.post(f"{path}/state", json={"state": "disabled"}))["active"] is False
        assert good(administrator.post(f"{path}/state", json={"state": "active"}))["active"] is True
        kinds = entries_about(house, made["account"])
        assert kinds == ["account", "grant", "revoke", "grant", "revoke", "account", "account"]
        assert [one["name"] for one in administrator.json("/api/v1/accounts")].count("piotr.z") == 1

    def test_a_scope_names_what_is_there(self, house: House, administrator: Client) -> None:
        north = house.portfolio("Scopes by name")
        body = {"name": "scope.d", "roles": ["collector"], "scopes": [f"portfolio:{north}"]}
        made = good(administrator.post("/api/v1/accounts", json=body), 201)
        assert made["scopes"] == [f"portfolio:{north}"]
        for nothing in ("portfolio:nowhere", "matter:nowhere", "creditor:nowhere"):
            again = body | {"name": "scope.e", "scopes": [nothing]}
            problem(administrator.post("/api/v1/accounts", json=again), 404, "NOT_FOUND")
            path = f"/api/v1/accounts/{made['account']}/scopes"
            problem(administrator.post(path, json={"scope": nothing}), 404, "NOT_FOUND")
        assert "scope.e" not in [one["name"] for one in administrator.json("/api/v1/accounts")]

    def test_a_password_from_an_administrator_ends_the_sessions(
        self, house: House, administrator: Client
    ) -> None:
        account = house.account("collector", name="anna.k", password=PASSWORD)
        client = house.stranger()
        client.post("/sign-in", data={"name": "anna.k", "password": PASSWORD})
        path = f"/api/v1/accounts/{account.id}/password"
        good(administrator.post(path, json={"password": "other words that differ"}), 204)
        assert client.get("/api/v1/me").status_code == 401
        short = administrator.post(path, json={"password": "short"})
        assert "short" not in problem(short, 400, "BAD_REQUEST")["title"]

    def test_the_last_administrator_stays(self, house: House, administrator: Client) -> None:
        me = administrator.json("/api/v1/me")["account"]
        path = f"/api/v1/accounts/{me}"
        problem(administrator.post(f"{path}/state", json={"state": "disabled"}), 409, "CONFLICT")
        problem(administrator.delete(f"{path}/roles/administrator"), 409, "CONFLICT")
        house.account("administrator")
        good(administrator.delete(f"{path}/roles/administrator"))

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "x", "roles": ["king"]},
            {"name": "x", "roles": ["station"]},
            {"name": "x", "scopes": ["everything"]},
            {"name": "x", "scopes": ["portfolio:'; DROP"]},
            {"name": "x", "password": "short"},
            {"name": ""},
            {"name": "a\u202eb"},
            {},
        ],
    )
    def test_only_what_there_is(self, house: House, administrator: Client, body: dict[str, object]) -> None:
        problem(administrator.post("/api/v1/accounts", json=body), 400, "BAD_REQUEST")
        assert house.count(select(t.accounts)) == 1

    def test_an_administrator_does_not_read(self, house: House, administrator: Client) -> None:
        received = house.hand_in(house.client("operator"))
        for path in (
            f"documents/{received['document']}",
            f"documents/{received['document']}/text",
            f"deposits/{received['deposit']}/original",
            "search?q=x",
            "audit/entries",
        ):
            problem(administrator.get(f"/api/v1/{path}"), 404, "NOT_FOUND")


class TestStations:
    def test_enrolled_and_disabled(self, house: House, administrator: Client) -> None:
        body = {"name": "Station 3", "device": {"maker": "Fujitsu", "model": "fi-7460", "dpi": 200}}
        made = good(administrator.post("/api/v1/stations", json=body), 201)
        station = Client(house.app, house.portal, made["token"])
        assert station.json("/api/v1/me")["station"] == made["station"]
        listed = administrator.json("/api/v1/stations")
        assert [one["device"]["model"] for one in listed] == ["fi-7460"]
        assert "token" not in listed[0]
        problem(administrator.post("/api/v1/stations", json=body), 409, "CONFLICT")
        path = f"/api/v1/stations/{made['station']}"
        assert good(administrator.post(f"{path}/disable"))["disabled_at"] is not None
        assert station.get("/api/v1/me").status_code == 401
        assert administrator.json(path)["disabled_at"] is not None
        problem(administrator.get(f"/api/v1/stations/{UNKNOWN}"), 404, "NOT_FOUND")

    def test_a_station_is_nothing_else(self, house: House, administrator: Client) -> None:
        made = good(administrator.post("/api/v1/stations", json={"name": "A"}), 201)
        account = next(
            one for one in administrator.json("/api/v1/accounts") if one["station"] == made["station"]
        )
        path = f"/api/v1/accounts/{account['account']}"
        problem(administrator.post(f"{path}/roles", json={"role": "collector"}), 409, "CONFLICT")
        problem(administrator.post(f"{path}/password", json={"password": PASSWORD}), 409, "CONFLICT")
        station = Client(house.app, house.portal, made["token"])
        for path in ("documents", "search?q=x", "debtors", "accounts", "audit"):
            problem(station.get(f"/api/v1/{path}"), 404, "NOT_FOUND")

    def test_only_what_a_manifest_can_take(self, administrator: Client) -> None:
        for device in ({"maker": "Füjitsu"}, {"dpi": 0}, {"colour": "grey"}, {"serial": "\n"}):
            answer = administrator.post("/api/v1/stations", json={"name": "A", "device": device})
            problem(answer, 400, "BAD_REQUEST")


class TestRegistry:
    def test_parties_and_claims_are_brought_up_to_date(self, house: House, administrator: Client) -> None:
        portfolio = good(administrator.post("/api/v1/portfolios", json={"name": "North"}), 201)["id"]
        person = {
            "name": "Bartłomiej Wiśniowski",
            "external_id": "CRM-1",
            "identifiers": [["pesel", "44051401458"]],
            "birth_date": "1984-10-17",
        }
        party = good(administrator.post("/api/v1/debtors", json=person), 201)["id"]
        again = good(administrator.post("/api/v1/debtors", json={**person, "town": "Kielce"}), 201)["id"]
        assert again == party
        claim = {
            "number": "KW-2024-088213",
            "external_id": "C-1",
            "portfolio": portfolio,
            "parties": [[party, "debtor"]],
            "principal_minor": 341200,
            "currency": "PLN",
        }
        first = good(administrator.post("/api/v1/claims", json=claim), 201)["id"]
        assert good(administrator.post("/api/v1/claims", json=claim), 201)["id"] == first
        collector = house.client("collector", scopes=[f"portfolio:{portfolio}"])
        shown = collector.json(f"/api/v1/debtors/{party}")
        assert (shown["name"], shown["town"], shown["birth_year"]) == (person["name"], "Kielce", 1984)
        found = collector.json("/api/v1/claims", params={"q": "24-0882"})["claims"]
        assert [(one["id"], one["parties"]) for one in found] == [
            (first, [{"party": party, "role": "debtor"}])
        ]
        assert collector.json(f"/api/v1/claims/{first}") == found[0]
        assert [
            one["id"] for one in collector.json("/api/v1/debtors", params={"q": "wisniow"})["debtors"]
        ] == [party]

    def test_a_claim_of_nobody_is_refused(self, administrator: Client) -> None:
        for claim in (
            {"number": "1", "portfolio": UNKNOWN},
            {"number": "1", "parties": [[UNKNOWN, "debtor"]]},
            {"number": "1", "creditor": UNKNOWN},
            {"number": "1", "parties": [[UNKNOWN, "king"]]},
            {"number": ""},
            {"number": "1", "principal_minor": 2**80},
        ):
            problem(administrator.post("/api/v1/claims", json=claim), 400, "BAD_REQUEST")

    def test_the_same_key_makes_one(self, house: House, administrator: Client) -> None:
        key = {"Idempotency-Key": "import 7, row 12"}
        for path, body in (
            ("debtors", {"name": "Jan Kowalski"}),
            ("claims", {"number": "KW-1"}),
            ("portfolios", {"name": "North"}),
        ):
            headers = {"Idempotency-Key": f"{key['Idempotency-Key']} {path}"}
            made = [
                good(administrator.post(f"/api/v1/{path}", json=body, headers=headers), 201) for _ in range(2)
            ]
            assert made[0] == made[1]
        assert house.count(select(t.parties)) == house.count(select(t.claims)) == 1

    def test_lists_go_on_by_name(self, house: House, administrator: Client) -> None:
        names = ["Żaba", "Ćma", "Adam", "Bąk", "Ćma"]
        for name in names:
            good(administrator.post("/api/v1/debtors", json={"name": name}), 201)
        client = house.client("collector")
        seen, cursor = [], None
        while cursor is not None or not seen:
            part = client.json(
                "/api/v1/debtors", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
            )
            seen += [one["name"] for one in part["debtors"]]
            cursor = part["next"]
        assert seen == ["Adam", "Bąk", "Ćma", "Ćma", "Żaba"]
