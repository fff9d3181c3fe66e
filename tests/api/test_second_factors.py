"""Second factors: set up, shown, lost, required, taken away; nothing counts twice, nothing lies in clear."""

import re

import pytest
from sqlalchemy import select, update

from api.accounts import Account
from api.second_factors import TRIES
from api.sessions import WINDOW
from api.sign_in_steps import LASTS
from archive.catalogue import schema as t
from tests.api.authenticator import Authenticator
from tests.api.pages.reading import HTML, visible
from tests.api.signing_in import (
    NAME,
    PASSWORD,
    SECOND,
    App,
    anna_with_app,
    csrf,
    give_password,
    key_on,
    set_app_up,
    signed,
)
from tests.api.support import Client, House, good, problem


@pytest.fixture
def anna(house: House) -> Account:
    return house.account("collector", name=NAME, password=PASSWORD)


def show(client: Client, code: str) -> int:
    return client.post(SECOND, data={"code": code}).status_code


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


class TestApp:
    def test_is_asked_for_after_the_password(self, house: House, anna: Account) -> None:
        _, app, codes = anna_with_app(house, anna)
        assert len(set(codes)) == 10
        client = house.stranger()
        answer = give_password(client, to="/search?q=a")
        assert answer.headers["location"] == SECOND
        assert not is_in(client)
        assert show(client, "000000") == 403
        assert not is_in(client)
        answer = client.post(SECOND, data={"code": app.fresh_code()})
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=a")
        assert is_in(client)
        assert client.json("/api/v1/me/sessions")[0]["second"] is True

    def test_a_code_counts_once(self, house: House, anna: Account) -> None:
        _, app, _ = anna_with_app(house, anna)
        code = app.fresh_code()
        for expected in (303, 403):
            client = house.stranger()
            give_password(client)
            assert show(client, code) == expected

    def test_the_code_that_set_it_up_counts_no_more(self, house: House, anna: Account) -> None:
        _, app, _ = anna_with_app(house, anna)
        client = house.stranger()
        give_password(client)
        assert show(client, app.code()) == 403

    def test_wrong_codes_are_counted(self, house: House, anna: Account) -> None:
        _, app, _ = anna_with_app(house, anna)
        client = house.stranger()
        for _ in range(TRIES):
            give_password(client)  # the right password does not clear the count
            assert show(client, "12345") == 403
        house.clock.advance(seconds=60)
        give_password(client)
        problem(client.post(SECOND, data={"code": app.code()}), 429, "TOO_MANY_SIGN_INS")
        house.clock.advance(seconds=WINDOW.total_seconds())
        give_password(client)
        assert show(client, app.code()) == 303

    def test_the_step_ends_and_is_nobody_elses(self, house: House, anna: Account) -> None:
        _, app, _ = anna_with_app(house, anna)
        assert show(house.stranger(), app.fresh_code()) == 303  # to the start
        stranger = house.stranger()
        stranger.post(SECOND, data={"code": app.code()})
        assert not is_in(stranger)
        client = house.stranger()
        give_password(client)
        house.clock.advance(seconds=LASTS.total_seconds())
        answer = client.post(SECOND, data={"code": app.code()})
        assert answer.headers["location"] == "/sign-in"
        assert not is_in(client)

    def test_a_disabled_account_goes_no_further(self, house: House, anna: Account) -> None:
        _, app, _ = anna_with_app(house, anna)
        client = house.stranger()
        give_password(client)
        administrator = house.client("administrator")
        good(administrator.post(f"/api/v1/accounts/{anna.id}/state", json={"state": "disabled"}))
        client.post(SECOND, data={"code": app.fresh_code()})
        assert not is_in(client)

    def test_its_key_does_not_lie_in_clear(self, house: House, anna: Account) -> None:
        _, app, codes = anna_with_app(house, anna)
        row = house.row(select(t.second_factors))
        assert app.key not in row.secret
        kept = {value for row in rows(house, t.recovery_codes) for value in row}
        assert not kept & set(codes)
        # Exchanged for another's, it does not open.
        with house.archive.catalogue.write() as connection:
            connection.execute(update(t.second_factors).values(secret=b"\x01" + bytes(60)))
        client = house.stranger()
        give_password(client)
        assert client.post(SECOND, data={"code": app.fresh_code()}).status_code == 422

    def test_counts_only_once_it_was_confirmed(self, house: House, anna: Account) -> None:
        client = house.stranger()
        give_password(client)
        headers = signed(house, client)
        made = good(client.post("/api/v1/me/factors/totp", json={"name": "phone"}, headers=headers), 201)
        wrong = {"code": "000000"}
        path = f"/api/v1/me/factors/{made['id']}/confirm"
        problem(client.post(path, json=wrong, headers=headers), 400, "WRONG_CODE")
        again = house.stranger()
        assert give_password(again).headers["location"] == "/"
        assert is_in(again)

    def test_another_site_shows_no_code(self, house: House, anna: Account) -> None:
        _, app, _ = anna_with_app(house, anna)
        client = house.stranger()
        give_password(client)
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert client.post(SECOND, data={"code": app.fresh_code()}, headers=headers).status_code == 403
        assert not is_in(client)


def rows(house: House, table: object) -> list[tuple[object, ...]]:
    with house.archive.catalogue.read() as connection:
        return [tuple(row) for row in connection.execute(select(table))]  # type: ignore[call-overload]


class TestRecoveryCodes:
    def test_each_stands_in_once(self, house: House, anna: Account) -> None:
        client, _, codes = anna_with_app(house, anna)
        for code, expected in ((codes[0].upper().replace("-", " "), 303), (codes[0], 403), (codes[1], 303)):
            other = house.stranger()
            give_password(other)
            assert show(other, code) == expected
        assert client.json("/api/v1/me/factors")["recovery_codes_left"] == 8

    def test_new_ones_replace_the_old(self, house: House, anna: Account) -> None:
        client, _, codes = anna_with_app(house, anna)
        headers = signed(house, client)
        new = good(client.post("/api/v1/me/recovery-codes", headers=headers))["recovery_codes"]
        other = house.stranger()
        give_password(other)
        assert show(other, codes[0]) == 403
        assert show(other, new[0]) == 303

    def test_are_nobody_elses(self, house: House, anna: Account) -> None:
        _, _, codes = anna_with_app(house, anna)
        house.account("collector", name="eve", password=PASSWORD)
        eve = house.stranger()
        give_password(eve, "eve")
        set_app_up(house, eve)
        again = house.stranger()
        give_password(again, "eve")
        assert show(again, codes[0]) == 403


class TestRequired:
    def test_by_role_it_is_set_up_at_the_next_sign_in(
        self, house: House, anna: Account, service: object
    ) -> None:
        """Also by who was signed in before: a password alone does not do any more."""
        client = house.stranger()
        give_password(client)
        assert is_in(client)
        require_of_roles(house, "collector")
        assert not is_in(client)
        self.set_up_on_the_way(house, client)

    def test_by_the_administrator(self, house: House, anna: Account) -> None:
        client = house.stranger()
        give_password(client)
        administrator = house.client("administrator")
        path = f"/api/v1/accounts/{anna.id}/second-factor"
        good(administrator.post(path, json={"required": True}), 204)
        shown = administrator.json(f"/api/v1/accounts/{anna.id}")
        assert (shown["second_factor_required"], shown["second_factors"]) == (True, [])
        assert not is_in(client)
        self.set_up_on_the_way(house, client)
        assert administrator.json(f"/api/v1/accounts/{anna.id}")["second_factors"] == ["totp"]
        # The last one stays while it is required.
        factor = client.json("/api/v1/me/factors")["factors"][0]["id"]
        headers = signed(house, client)
        problem(client.delete(f"/api/v1/me/factors/{factor}", headers=headers), 409, "CONFLICT")
        good(administrator.post(path, json={"required": False}), 204)
        good(client.delete(f"/api/v1/me/factors/{factor}", headers=headers), 204)
        assert client.json("/api/v1/me/factors") == {
            "factors": [],
            "recovery_codes_left": 0,
            "required": False,
        }

    def set_up_on_the_way(self, house: House, client: Client) -> None:
        assert give_password(client, to="/me").headers["location"] == SECOND
        page = client.get(SECOND, headers=HTML)
        assert 'class="qr"' in page.text
        app = App(house, key_on(page.text))
        assert show(client, "000000") == 403
        assert key_on(client.get(SECOND, headers=HTML).text) == app.key
        done = client.post(SECOND, data={"code": app.code()}, headers=HTML)
        assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code>", done.text)) == 10
        assert 'href="/me"' in done.text
        assert is_in(client)

    def test_tokens_go_on_working(self, house: House, anna: Account) -> None:
        """They were made by somebody who was in; programs have no phone."""
        client = house.client_of(anna)
        require_of_roles(house, "collector")
        assert is_in(client)


def require_of_roles(house: House, *roles: str) -> None:
    """As the setting would have it from the start on."""
    from dataclasses import replace

    service = house.app.state.service
    options = replace(service.options, second_factor_roles=frozenset(roles))
    house.app.state.service = replace(service, options=options)


class TestLost:
    def test_the_administrator_takes_it_away(self, house: House, anna: Account) -> None:
        client, _, _ = anna_with_app(house, anna)
        administrator = house.client("administrator")
        good(administrator.delete(f"/api/v1/accounts/{anna.id}/factors"), 204)
        assert not is_in(client)
        assert give_password(client).headers["location"] == "/"
        entry = select(t.log_outbox).where(t.log_outbox.c.reason == "factors-reset")
        assert house.row(entry).object_id == anna.id

    def test_nobody_else_does(self, house: House, anna: Account) -> None:
        path = f"/api/v1/accounts/{anna.id}/factors"
        problem(house.client("collector", "auditor", "legal").delete(path), 404, "NOT_FOUND")


class TestOwn:
    def test_a_token_changes_nothing(self, house: House, anna: Account) -> None:
        client = house.client_of(anna)
        for path in ("factors/totp", "factors/passkey/options", "recovery-codes"):
            problem(client.post(f"/api/v1/me/{path}", json={"name": "x"}), 403, "SIGN_IN_AGAIN")

    def test_an_old_session_changes_nothing(self, house: House, anna: Account) -> None:
        client, _, _ = anna_with_app(house, anna)
        factor = client.json("/api/v1/me/factors")["factors"][0]["id"]
        headers = signed(house, client)
        house.clock.advance(minutes=10)
        problem(client.delete(f"/api/v1/me/factors/{factor}", headers=headers), 403, "SIGN_IN_AGAIN")

    def test_anothers_factor_is_not_there(self, house: House, anna: Account) -> None:
        client, _, _ = anna_with_app(house, anna)
        factor = client.json("/api/v1/me/factors")["factors"][0]["id"]
        house.account("collector", name="eve", password=PASSWORD)
        eve = house.stranger()
        give_password(eve, "eve")
        headers = signed(house, eve)
        problem(eve.delete(f"/api/v1/me/factors/{factor}", headers=headers), 404, "NOT_FOUND")
        body = {"code": "123456"}
        answer = eve.post(f"/api/v1/me/factors/{factor}/confirm", json=body, headers=headers)
        problem(answer, 404, "NOT_FOUND")

    def test_by_form(self, house: House, anna: Account) -> None:
        client = house.stranger()
        give_password(client)
        token = {"csrf_token": csrf(house, client)}
        assert "with a password alone" in visible(client.get("/me/second-factors", headers=HTML))
        answer = client.post("/me/second-factors/totp", data={"name": "phone", **token})
        page = client.get(answer.headers["location"], headers=HTML)
        app = App(house, key_on(page.text))
        confirm = re.search(r'action="(/me/second-factors/[0-9a-f-]+/confirm)"', page.text)
        assert confirm is not None
        wrong = client.post(confirm[1], data={"code": "12", **token}, headers=HTML)
        assert wrong.status_code == 403
        assert key_on(wrong.text) == app.key
        done = client.post(confirm[1], data={"code": app.code(), **token}, headers=HTML)
        assert "Keep these codes on paper" in visible(done)
        text = visible(client.get("/me/second-factors", headers=HTML))
        assert "phone app last used" in text
        assert "10 recovery codes are left." in text
        assert "with a second factor" in visible(client.get("/me", headers=HTML))


class TestPasskey:
    @pytest.fixture
    def client(self, house: House, anna: Account) -> Client:
        client = at_localhost(house)
        give_password(client)
        return client

    def add(self, house: House, client: Client, key: Authenticator) -> list[str]:
        headers = signed(house, client)
        options = good(client.post("/api/v1/me/factors/passkey/options", headers=headers))["options"]
        body = {"name": "stick", "credential": key.create(options)}
        made = good(client.post("/api/v1/me/factors/passkey", json=body, headers=headers), 201)
        codes: list[str] = made["recovery_codes"]
        return codes

    def options(self, client: Client) -> str:
        from html import unescape

        page = client.get(SECOND, headers=HTML).text
        found = re.search(r'data-options="([^"]*)"', page)
        assert found is not None, page
        return unescape(found[1])

    def test_is_shown_instead_of_a_code(self, house: House, client: Client) -> None:
        key = Authenticator()
        assert len(self.add(house, client, key)) == 10
        again = at_localhost(house)
        assert give_password(again).headers["location"] == SECOND
        options = self.options(again)
        key.count += 1
        assert again.post(SECOND, data={"credential": key.get(options)}).status_code == 303
        assert is_in(again)

    def test_what_does_not_hold_is_refused(self, house: House, client: Client) -> None:
        key = Authenticator()
        self.add(house, client, key)
        key.count += 1
        again = at_localhost(house)
        give_password(again)
        stolen = Authenticator(id=key.id, count=9)
        refused = [
            stolen.get,
            lambda options: key.get(options, origin="http://evil.example"),
            lambda options: key.get(options, host="evil.example"),
            lambda options: key.get(options, type="webauthn.create"),
            lambda options: Authenticator(count=9).get(options),
            lambda options: '{"id": 3}',
        ]
        for make in refused[: TRIES - 1]:
            answer = again.post(SECOND, data={"credential": make(self.options(again))})
            assert answer.status_code == 403
        old = self.options(again)
        self.options(again)  # another question takes its place
        assert again.post(SECOND, data={"credential": key.get(old)}).status_code == 403
        assert not is_in(again)

    def test_a_copied_key_shows_by_its_count(self, house: House, client: Client) -> None:
        key = Authenticator(count=7)
        self.add(house, client, key)
        again = at_localhost(house)
        give_password(again)
        assert again.post(SECOND, data={"credential": key.get(self.options(again))}).status_code == 403

    def test_a_question_is_answered_once_and_by_whom_it_was_asked(self, house: House, client: Client) -> None:
        house.account("collector", name="eve", password=PASSWORD)
        eve = at_localhost(house)
        give_password(eve, "eve")
        headers = signed(house, client)
        path = "/api/v1/me/factors/passkey"
        options = good(client.post(f"{path}/options", headers=headers))["options"]
        body = {"name": "stick", "credential": Authenticator().create(options)}
        problem(eve.post(path, json=body, headers=signed(house, eve)), 400, "PASSKEY_REFUSED")
        options = good(client.post(f"{path}/options", headers=headers))["options"]
        body = {"name": "stick", "credential": Authenticator().create(options)}
        good(client.post(path, json=body, headers=headers), 201)
        problem(client.post(path, json=body, headers=headers), 400, "PASSKEY_REFUSED")
        for broken in ("{}", "[]", "x", "[" * 2000, '{"response": {"clientDataJSON": "e30"}}'):
            answer = client.post(path, json={"name": "x", "credential": broken}, headers=headers)
            problem(answer, 400, "PASSKEY_REFUSED")

    def test_needs_an_address_that_nobody_invents(self, house: House, anna: Account) -> None:
        """`archive.test` stands in the Host header only, and no setting says so."""
        client = house.stranger()
        give_password(client)
        answer = client.post("/api/v1/me/factors/passkey/options", headers=signed(house, client))
        problem(answer, 409, "CONFLICT")
        assert "sets the public address" in visible(client.get("/me/second-factors", headers=HTML))


def at_localhost(house: House) -> Client:
    return house.stranger(origin="http://localhost")


class TestByAdministrators:
    def test_sessions_and_tokens_are_seen_and_ended(self, house: House, anna: Account) -> None:
        here, there = house.stranger(), house.stranger()
        give_password(here)
        give_password(there)
        program = house.client_of(anna)
        administrator = house.client("administrator")
        base = f"/api/v1/accounts/{anna.id}"
        first = administrator.json(f"{base}/sessions")
        assert len(first) == 2
        good(administrator.delete(f"{base}/sessions/{first[0]['session']}"), 204)
        assert [is_in(here), is_in(there)].count(True) == 1
        good(administrator.delete(f"{base}/sessions"), 204)
        assert not is_in(here) and not is_in(there)
        assert is_in(program)
        token = administrator.json(f"{base}/tokens")[0]
        assert token["seen_at"] is not None
        good(administrator.delete(f"{base}/tokens/{token['id']}"), 204)
        assert not is_in(program)

    def test_by_form(self, house: House, anna: Account) -> None:
        client, _, _ = anna_with_app(house, anna)
        house.client_of(anna)
        administrator = house.client("administrator")
        address = f"/operations/accounts/{anna.id}"
        text = visible(administrator.get(address, headers=HTML))
        assert "1 second factor is set up. 10 recovery codes are left. It is not required." in text
        assert "never used" in text
        for want, said in (("required", "required of this account"), ("optional", "It is not required")):
            assert administrator.post(f"{address}/second-factor", data={"want": want}).status_code == 303
            assert said in visible(administrator.get(address, headers=HTML))
        assert administrator.post(f"{address}/sessions/end").status_code == 303
        assert not is_in(client)
        assert administrator.post(f"{address}/second-factor", data={"want": "reset"}).status_code == 303
        assert "None is set up." in visible(administrator.get(address, headers=HTML))
        token = administrator.json(f"/api/v1/accounts/{anna.id}/tokens")[0]["id"]
        assert administrator.post(f"{address}/tokens/{token}/withdraw").status_code == 303
        assert "never used" not in visible(administrator.get(address, headers=HTML))
