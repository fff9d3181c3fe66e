"""Sign-in by a real provider on loopback (oidc-provider, certified): there, back, let in, roles, second factor, out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from api.provider import Description, Provider
from api.sessions import digest_of
from archive.catalogue import schema as t
from archive.outside import Outside
from tests.api.pages.reading import HTML, visible
from tests.api.signing_in import SECOND, set_app_up
from tests.api.support import Client, House, good
from tests.services import provider as service
from tests.services.fixtures import absent
from tests.services.process import Running, ServiceError, stop

BACK = "http://localhost/sign-in/provider/back"
START = "/sign-in/provider"

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("provider")]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The provider, started once; without Node the tests are skipped, or fail where it is required."""
    try:
        running = service.start([BACK])
    except ServiceError as error:
        absent("provider", f"there is no provider of sign-ins: {error}")
    yield running
    stop(running)


@pytest.fixture
def described(running: Running) -> Description:
    return Description("House", running.settings["issuer"], "tabellion", running.settings["secret"])


@pytest.fixture
def own(house: House, described: Description) -> House:
    use(house, described)
    return house


def use(house: House, described: Description) -> None:
    """As TABELLION_OIDC_FILE would have it from the start on. The provider's clock is the machine's."""
    from tabellion.base.clock import SystemClock

    outside = Outside(10, public=True, networks=(ip_network("127.0.0.0/8"),))
    made = Provider(described, outside, SystemClock())
    house.app.state.service = replace(house.app.state.service, provider=made)


def at_home(house: House) -> Client:
    return house.stranger(origin="http://localhost")


def there(client: Client, to: str = "/") -> httpx.Response:
    """To the provider's door."""
    return client.get(START, params={"to": to})


def as_person(address: str, name: str, **answers: str) -> str:
    """Go to the provider in a browser of one's own, say a name, and give the address one is sent back to."""
    with httpx.Client() as browser:
        answer = browser.get(address)
        for _ in range(8):
            to = httpx.URL(address).join(answer.headers["location"])
            if to.host == "localhost":
                return str(to)
            if to.path.startswith("/name/"):
                to = to.copy_merge_params({"name": name, **answers})
            address, answer = str(to), browser.get(to)
    raise AssertionError("the provider sends nobody back")


def sign_in(client: Client, name: str, to: str = "/", **answers: str) -> httpx.Response:
    back = as_person(there(client, to).headers["location"], name, **answers)
    return client.get(back.removeprefix("http://localhost"), headers=HTML)


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def let_in(house: House, account: str | None = None) -> str:
    administrator = house.client("administrator")
    (one,) = administrator.json("/api/v1/identities")
    made = good(
        administrator.post(
            f"/api/v1/identities/{one['id']}", json={"account": account, "roles": ["collector"]}
        )
    )
    return str(made["account"])


class TestSignIn:
    def test_waits_for_an_administrator_and_then_goes_where_one_was(self, own: House) -> None:
        client = at_home(own)
        assert "Sign in by House" in visible(client.get("/sign-in", headers=HTML))
        answer = sign_in(client, "anna")
        assert "An administrator of this archive must let you in" in visible(answer, 403)
        assert not is_in(client)
        account = own.account("collector", name="anna.k")
        let_in(own, account.id)
        answer = sign_in(client, "anna", to="/search?q=a")
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=a")
        assert client.json("/api/v1/me")["name"] == "anna.k"

    def test_by_page_the_administrator_gives_a_new_account(self, own: House) -> None:
        sign_in(at_home(own), "bruno")
        administrator = own.client("administrator")
        page = administrator.get("/operations/accounts", headers=HTML)
        assert "1 person waits to be let in" in visible(page)
        found = re.search(r"/operations/accounts/identities/[0-9a-f-]{36}", page.text)
        assert found is not None
        led = administrator.post(found[0], data={"act": "let_in", "role": "legal"}).headers["location"]
        assert "Known to a provider" in visible(administrator.get(led, headers=HTML))
        client = at_home(own)
        sign_in(client, "bruno")
        shown = client.json("/api/v1/me")
        assert (shown["name"], shown["roles"], shown["scopes"]) == ("bruno", ["legal"], [])
        administrator.post(found[0], data={"act": "forget"})
        again = at_home(own)
        sign_in(again, "bruno")
        assert not is_in(again)

    def test_somebody_of_the_same_name_elsewhere_is_not_him(self, own: House) -> None:
        """A name is what the provider says; issuer and subject are who it is."""
        own.account("administrator", name="boss")
        client = at_home(own)
        sign_in(client, "boss")
        assert not is_in(client)
        assert let_in(own) != own.row(select(t.accounts.c.id).where(t.accounts.c.name == "boss")).id
        sign_in(client, "boss")
        assert client.json("/api/v1/me")["name"] == "boss 2"

    def test_a_disabled_account_is_not_let_in(self, own: House) -> None:
        sign_in(at_home(own), "dora")
        account = let_in(own)
        path = f"/api/v1/accounts/{account}/state"
        good(own.client("administrator").post(path, json={"state": "disabled"}))
        client = at_home(own)
        assert sign_in(client, "dora").status_code == 403
        assert not is_in(client)


class TestRoles:
    @pytest.fixture
    def mapped(self, house: House, described: Description) -> House:
        roles = {"administrators": frozenset({"administrator"}), "collection": frozenset({"collector"})}
        use(house, replace(described, roles=roles, create_accounts=True))
        return house

    def test_come_with_the_sign_in(self, mapped: House) -> None:
        client = at_home(mapped)
        sign_in(client, "boss")
        assert client.json("/api/v1/me")["roles"] == ["administrator"]
        made = select(t.log_outbox).where(t.log_outbox.c.reason == "by-provider")
        assert mapped.row(made).type == "account"

    def test_go_with_it_and_others_stay(self, mapped: House) -> None:
        client = at_home(mapped)
        sign_in(client, "carla")
        account = client.json("/api/v1/me")["account"]
        administrator = mapped.client("administrator")
        for role in ("administrator", "legal"):
            good(administrator.post(f"/api/v1/accounts/{account}/roles", json={"role": role}))
        sign_in(client, "carla")
        assert client.json("/api/v1/me")["roles"] == ["collector", "legal"]

    def test_the_last_administrator_stays_one(self, mapped: House) -> None:
        client = at_home(mapped)
        sign_in(client, "carla")
        account = client.json("/api/v1/me")["account"]
        alone = mapped.account("administrator")
        administrator = mapped.client_of(alone)
        good(administrator.post(f"/api/v1/accounts/{account}/roles", json={"role": "administrator"}))
        good(client_delete(mapped, account, alone.id))
        sign_in(client, "carla")
        assert client.json("/api/v1/me")["roles"] == ["administrator", "collector"]


def client_delete(house: House, by: str, other: str) -> httpx.Response:
    from api.accounts import find_account

    with house.archive.catalogue.read() as connection:
        account = find_account(connection, by)
    return house.client_of(account).delete(f"/api/v1/accounts/{other}/roles/administrator")


class TestSecondFactor:
    def test_ours_is_asked_for_unless_theirs_counts(self, own: House, described: Description) -> None:
        client = at_home(own)
        sign_in(client, "anna")
        let_in(own)
        sign_in(client, "anna")
        app, _ = set_app_up(own, client)
        other = at_home(own)
        assert sign_in(other, "anna", to="/me").headers["location"] == SECOND
        assert not is_in(other)
        done = other.post(SECOND, data={"code": app.fresh_code()})
        assert done.headers["location"] == "/me"
        use(own, replace(described, second_factor_amr=frozenset({"otp"})))
        third = at_home(own)
        assert sign_in(third, "anna", amr="pwd").headers["location"] == SECOND
        assert sign_in(third, "anna", amr="otp").headers["location"] == "/"
        assert third.json("/api/v1/me/sessions")[0]["second"] is True


class TestOnTheWay:
    def test_an_answer_counts_once_and_in_the_browser_that_asked(self, own: House) -> None:
        sign_in(at_home(own), "anna")
        let_in(own)
        client, thief = at_home(own), at_home(own)
        back = as_person(there(client).headers["location"], "anna").removeprefix("http://localhost")
        for other in (thief, at_home(own)):
            assert other.get(back).headers["location"] == "/sign-in"
            assert not is_in(other)
        there(thief)  # a sign-in of his own does not help either
        assert thief.get(back).status_code == 403
        assert client.get(back).status_code == 303
        assert is_in(client)
        again = at_home(own)
        again.cookies.update(client.cookies)
        assert again.get(back).headers["location"] == "/sign-in"

    def test_a_code_of_another_sign_in_is_refused(self, own: House) -> None:
        """PKCE and nonce: the code of one attempt is worth nothing in another."""
        sign_in(at_home(own), "anna")
        let_in(own)
        one, two = at_home(own), at_home(own)
        first = as_person(there(one).headers["location"], "anna")
        second = as_person(there(two).headers["location"], "anna")
        stolen = parse_qs(urlsplit(first).query)["code"][0]
        mixed: Any = {name: value[0] for name, value in parse_qs(urlsplit(second).query).items()}
        answer = two.get("/sign-in/provider/back", params={**mixed, "code": stolen})
        assert (answer.status_code, answer.json()["code"]) == (403, "PROVIDER_REFUSED")
        assert not is_in(two)

    def test_who_is_refused_there_is_refused_here(self, own: House) -> None:
        client = at_home(own)
        answer = sign_in(client, "nobody")
        assert "The provider did not sign you in" in visible(answer, 403)

    def test_without_a_provider_there_is_no_such_page(self, house: House) -> None:
        for path in ("", "/back", "/signed-out"):
            assert at_home(house).get(f"{START}{path}").status_code == 404

    def test_a_provider_that_is_down_is_said_so(self, own: House, described: Description) -> None:
        use(own, replace(described, issuer="http://127.0.0.1:1"))
        answer = at_home(own).get(START)
        assert (answer.status_code, answer.json()["code"]) == (503, "PROVIDER_UNAVAILABLE")

    def test_the_provider_ends_the_sessions_that_it_began(self, own: House) -> None:
        issuer = own.app.state.service.provider.description.issuer
        client = at_home(own)
        sign_in(client, "anna")
        let_in(own)
        sign_in(client, "anna")
        theirs = digest_of(f"{issuer} s-1")
        with own.archive.catalogue.write() as connection:
            connection.execute(t.sessions.update().values(theirs=theirs))
        path = "/sign-in/provider/signed-out"
        for iss, sid in ((issuer, "s-2"), ("https://evil.example", "s-1")):
            assert at_home(own).get(path, params={"iss": iss, "sid": sid}).status_code == 200
            assert is_in(client)
        at_home(own).get(path, params={"iss": issuer, "sid": "s-1"})
        assert not is_in(client)
