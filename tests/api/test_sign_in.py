"""Signing in and what hangs on it: throttle, rotation, CSRF, cookies, ends of sessions; nothing secret in addresses."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.accounts import Account
from api.request import COOKIE
from api.sessions import IDLE, TRIES_BY_ADDRESS, TRIES_BY_NAME, WINDOW, note_sign_in
from archive.catalogue import schema as t
from tests.api.support import Client, House, good, problem

PASSWORD = "four unrelated words here"
NAME = "anna.k"


@pytest.fixture
def anna(house: House) -> Account:
    return house.account("operator", "collector", name=NAME, password=PASSWORD)


def sign_in(client: Client, name: str = NAME, password: str = PASSWORD, **more: str) -> int:
    answer = client.post("/sign-in", data={"name": name, "password": password, **more})
    return answer.status_code


def csrf(house: House, client: Client) -> str:
    """The token of the client's session, as its pages carry it."""
    row = house.row(select(t.sessions.c.csrf).where(t.sessions.c.revoked_at.is_(None)))
    assert client.cookies.get(COOKIE)
    token: str = row.csrf
    return token


class TestSession:
    def test_begins_with_the_right_words_only(self, house: House, anna: Account) -> None:
        client = house.stranger()
        assert sign_in(client, password="four unrelated words there") == 403
        assert client.get("/api/v1/me").status_code == 401
        assert sign_in(client) == 303
        assert client.json("/api/v1/me")["name"] == NAME

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, house: House, anna: Account) -> None:
        answer = house.stranger().post("/sign-in", data={"name": NAME, "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie
        assert "domain" not in cookie

    def test_signing_in_again_ends_the_session_before(self, house: House, anna: Account) -> None:
        client = house.stranger()
        sign_in(client)
        stolen = client.cookies.get(COOKIE)
        sign_in(client)
        assert client.cookies.get(COOKIE) != stolen
        thief = house.stranger()
        thief.cookies.set(COOKIE, stolen or "")
        assert thief.get("/api/v1/me").status_code == 401
        assert client.get("/api/v1/me").status_code == 200

    def test_a_cookie_from_elsewhere_is_never_taken_over(self, house: House, anna: Account) -> None:
        client = house.stranger()
        client.cookies.set(COOKIE, "chosen-by-somebody-else")
        answer = client.post("/sign-in", data={"name": NAME, "password": PASSWORD})
        assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
        assert house.count(select(t.sessions)) == 1

    def test_only_a_digest_is_kept(self, house: House, anna: Account) -> None:
        client = house.stranger()
        sign_in(client)
        assert client.cookies.get(COOKIE) not in house.row(select(t.sessions))

    def test_ends_by_itself(self, house: House, anna: Account) -> None:
        client = house.stranger()
        sign_in(client)
        for _ in range(5):
            house.clock.advance(seconds=IDLE.total_seconds() - 60)
            assert client.get("/api/v1/me").status_code == 200
        house.clock.advance(seconds=IDLE.total_seconds() - 60)
        house.clock.advance(minutes=1)
        assert client.get("/api/v1/me").status_code == 401
        sign_in(client)
        for _ in range(12 * 2):
            house.clock.advance(minutes=31)
            client.get("/api/v1/me")
        assert client.get("/api/v1/me").status_code == 401  # twelve hours, however busy

    def test_ends_by_signing_out(self, house: House, anna: Account) -> None:
        client = house.stranger()
        sign_in(client)
        value = client.cookies.get(COOKIE)
        answer = client.post("/sign-out", data={"csrf_token": csrf(house, client)})
        assert (answer.status_code, client.cookies.get(COOKIE)) == (303, None)
        client.cookies.set(COOKIE, value or "")
        assert client.get("/api/v1/me").status_code == 401

    def test_ends_with_the_account(self, house: House, anna: Account) -> None:
        client, administrator = house.stranger(), house.client("administrator")
        sign_in(client)
        good(administrator.post(f"/api/v1/accounts/{anna.id}/state", json={"state": "disabled"}))
        assert client.get("/api/v1/me").status_code == 401
        assert sign_in(client) == 403


class TestOwnSessions:
    def test_are_listed_and_ended(self, house: House, anna: Account) -> None:
        here, there = house.stranger(), house.stranger()
        sign_in(here)
        sign_in(there)
        listed = here.json("/api/v1/me/sessions")
        assert sorted(one["this"] for one in listed) == [False, True]
        other = next(one["session"] for one in listed if not one["this"])
        token = house.row(
            select(t.sessions.c.csrf).where(t.sessions.c.digest.startswith(other, autoescape=True))
        ).csrf
        mine = next(one["session"] for one in listed if one["this"])
        own = house.row(select(t.sessions.c.csrf).where(t.sessions.c.digest.startswith(mine))).csrf
        assert token != own
        good(here.delete(f"/api/v1/me/sessions/{other}", headers={"X-CSRF-Token": own}), 204)
        assert there.get("/api/v1/me").status_code == 401
        assert here.get("/api/v1/me").status_code == 200

    def test_are_nobody_elses(self, house: House, anna: Account) -> None:
        client = house.stranger()
        sign_in(client)
        name = client.json("/api/v1/me/sessions")[0]["session"]
        other = house.client("operator")
        assert other.json("/api/v1/me/sessions") == []
        problem(other.delete(f"/api/v1/me/sessions/{name}"), 404, "NOT_FOUND")
        assert client.get("/api/v1/me").status_code == 200

    def test_a_new_password_ends_them_all(self, house: House, anna: Account) -> None:
        client, token = house.stranger(), house.client_of(anna)
        sign_in(client)
        new = "other words that differ"
        wrong = {"present": "not the present one", "new": new}
        problem(token.post("/api/v1/me/password", json=wrong), 400, "BAD_REQUEST")
        good(token.post("/api/v1/me/password", json={"present": PASSWORD, "new": new}), 204)
        assert client.get("/api/v1/me").status_code == 401
        assert (sign_in(client), sign_in(client, password=new)) == (403, 303)

    def test_a_narrow_token_gives_itself_nothing(self, house: House, anna: Account) -> None:
        narrow = house.client_of(anna, "me")
        for path, body in (
            ("tokens", {"name": "more"}),
            ("password", {"present": PASSWORD, "new": "other words that differ"}),
        ):
            problem(narrow.post(f"/api/v1/me/{path}", json=body), 404, "NOT_FOUND")


def failed_before(house: House, times: int, name: str = "nobody", address: str = "203.0.113.1") -> None:
    """So many sign-ins that failed already; each takes its time, and the last ones are tried for real."""
    with house.archive.catalogue.write() as connection:
        for _ in range(times):
            note_sign_in(connection, name, address, house.clock.now(), succeeded=False)


class TestThrottle:
    def test_by_name(self, house: House, anna: Account) -> None:
        failed_before(house, TRIES_BY_NAME - 1, name=NAME)
        assert sign_in(house.stranger(address="192.0.2.9"), password="wrong" * 4) == 403
        elsewhere = house.stranger(address="198.51.100.1")
        answer = elsewhere.post("/sign-in", data={"name": NAME, "password": PASSWORD})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        house.clock.advance(seconds=WINDOW.total_seconds() + 1)
        assert sign_in(elsewhere) == 303

    def test_by_address(self, house: House, anna: Account) -> None:
        client = house.stranger()
        failed_before(house, TRIES_BY_ADDRESS - 1, address="192.0.2.7")
        assert sign_in(client, name="somebody", password="wrong" * 4) == 403
        assert sign_in(client) == 429
        assert sign_in(house.stranger(address="198.51.100.1")) == 303

    def test_a_right_one_clears_the_name(self, house: House, anna: Account) -> None:
        for _ in range(2):
            failed_before(house, TRIES_BY_NAME - 1, name=NAME)
            assert sign_in(house.stranger()) == 303

    def test_guesses_of_the_present_password_count(self, house: House, anna: Account) -> None:
        token = house.client_of(anna)
        guess = {"present": "a guess of mine", "new": "other words that differ"}
        failed_before(house, TRIES_BY_NAME - 2, name=NAME)
        for _ in range(2):
            problem(token.post("/api/v1/me/password", json=guess), 400, "BAD_REQUEST")
        right = {"present": PASSWORD, "new": "other words that differ"}
        problem(token.post("/api/v1/me/password", json=right), 429, "TOO_MANY_SIGN_INS")


class TestCsrf:
    @pytest.fixture
    def signed_in(self, house: House, anna: Account) -> Client:
        client = house.stranger()
        sign_in(client)
        return client

    def test_what_changes_something_needs_the_token(self, house: House, signed_in: Client) -> None:
        token = csrf(house, signed_in)
        for headers in ({}, {"X-CSRF-Token": "guess"}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": token[:-1]}):
            answer = signed_in.post("/api/v1/me/tokens", json={"name": "x"}, headers=headers)
            problem(answer, 403, "CSRF")
        assert house.count(select(t.api_tokens)) == 0
        headers = {"X-CSRF-Token": token}
        good(signed_in.post("/api/v1/me/tokens", json={"name": "x"}, headers=headers), 201)

    def test_forms_carry_it_in_a_field(self, house: House, signed_in: Client) -> None:
        body = {"language": "pl", "to": "/"}
        problem(signed_in.post("/language", data=body), 403, "CSRF")
        answer = signed_in.post("/language", data={**body, "csrf_token": csrf(house, signed_in)})
        assert answer.status_code == 303

    def test_a_form_with_a_file_is_refused_before_the_file_is_read(
        self, house: House, signed_in: Client
    ) -> None:
        files = {"file": ("scan.pdf", b"%PDF-1.7 not much", "application/pdf")}
        problem(signed_in.post("/api/v1/deposits", files=files), 403, "CSRF")
        assert house.count(select(t.deposits)) == 0
        data = {"csrf_token": csrf(house, signed_in)}
        good(signed_in.post("/api/v1/deposits", files=files, data=data), 202)

    def test_another_site_signs_nobody_in(self, house: House, anna: Account) -> None:
        data = {"name": NAME, "password": PASSWORD}
        for site, status in (("cross-site", 403), ("same-origin", 303), ("none", 303)):
            answer = house.stranger().post("/sign-in", data=data, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == status

    def test_a_token_in_the_header_needs_none(self, house: House, anna: Account) -> None:
        good(house.client_of(anna).post("/api/v1/me/tokens", json={"name": "x"}), 201)

    def test_a_session_of_somebody_else_does_not_help(self, house: House, signed_in: Client) -> None:
        house.account("operator", name="eve", password=PASSWORD)
        eve = house.stranger()
        sign_in(eve, name="eve")
        tokens = select(t.sessions.c.csrf, t.accounts.c.name).join(t.accounts)
        token = house.row(tokens.where(t.accounts.c.name == "eve")).csrf
        answer = signed_in.post("/api/v1/me/tokens", json={"name": "x"}, headers={"X-CSRF-Token": token})
        problem(answer, 403, "CSRF")


class TestTokens:
    def test_are_shown_once_and_withdrawn(self, house: House, anna: Account) -> None:
        client = house.client_of(anna)
        made = good(client.post("/api/v1/me/tokens", json={"name": "export", "actions": ["search"]}), 201)
        assert made["value"].startswith("tab_")
        assert all(one["value"] is None for one in client.json("/api/v1/me/tokens"))
        digests = [row.digest for row in rows_of_tokens(house)]
        assert made["value"] not in digests
        fresh = Client(house.app, house.portal, made["value"])
        assert fresh.get("/api/v1/search?q=x").status_code == 200
        good(client.delete(f"/api/v1/me/tokens/{made['id']}"), 204)
        assert fresh.get("/api/v1/search?q=x").status_code == 401

    def test_end_at_their_time(self, house: House, anna: Account) -> None:
        until = (house.clock.now() + timedelta(hours=1)).isoformat()
        body = {"name": "short", "expires_at": until}
        made = good(house.client_of(anna).post("/api/v1/me/tokens", json=body), 201)
        client = Client(house.app, house.portal, made["value"])
        assert client.get("/api/v1/me").status_code == 200
        house.clock.advance(hours=1)
        assert client.get("/api/v1/me").status_code == 401

    def test_are_nobody_elses_to_withdraw(self, house: House, anna: Account) -> None:
        client = house.client_of(anna)
        token_id = client.json("/api/v1/me/tokens")[0]["id"]
        problem(house.client("operator").delete(f"/api/v1/me/tokens/{token_id}"), 404, "NOT_FOUND")
        assert client.get("/api/v1/me").status_code == 200

    def test_hold_in_the_header_only(self, house: House, anna: Account) -> None:
        token = house.client_of(anna).authorization.removeprefix("Bearer ")
        stranger = house.stranger()
        for name in ("token", "access_token", "authorization", "api_key"):
            assert stranger.get("/api/v1/me", params={name: token}).status_code == 401
        for scheme in ("Basic", "Token", ""):
            headers = {"Authorization": f"{scheme} {token}".strip()}
            assert stranger.get("/api/v1/me", headers=headers).status_code == 401


def rows_of_tokens(house: House) -> list[object]:
    with house.archive.catalogue.read() as connection:
        return list(connection.execute(select(t.api_tokens.c.digest)))
