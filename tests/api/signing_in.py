"""What tests of signing in do again and again: give a password, set an app up, show its codes."""

import re
from dataclasses import dataclass

import httpx
from sqlalchemy import select

from api.accounts import Account
from api.request import COOKIE
from api.sessions import digest_of
from api.totp import code_at, step_of
from archive.catalogue import schema as t
from tests.api.support import Client, House, good

PASSWORD = "four unrelated words here"
NAME = "anna.k"
SECOND = "/sign-in/second"


def give_password(client: Client, name: str = NAME, password: str = PASSWORD, **more: str) -> httpx.Response:
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def csrf(house: House, client: Client) -> str:
    """The token of the client's session, as its pages carry it."""
    cookie = client.cookies.get(COOKIE)
    assert cookie
    token: str = house.row(select(t.sessions.c.csrf).where(t.sessions.c.digest == digest_of(cookie))).csrf
    return token


def signed(house: House, client: Client) -> dict[str, str]:
    """The headers by which a session's request may change something."""
    return {"X-CSRF-Token": csrf(house, client)}


@dataclass
class App:
    """An authenticator app on somebody's phone."""

    house: House
    key: bytes

    def code(self, steps: int = 0) -> str:
        return code_at(self.key, step_of(self.house.clock.now()) + steps)

    def fresh_code(self) -> str:
        """The next code that nobody has seen yet."""
        self.house.clock.advance(seconds=30)
        return self.code()


def key_on(page: str) -> bytes:
    """The key that a page shows in groups."""
    import base64

    found = re.search(r'class="key"[^>]*>([A-Z2-7 ]+)<', page)
    assert found is not None, page
    text = found[1].replace(" ", "")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def set_app_up(house: House, client: Client) -> tuple[App, list[str]]:
    """Set an app up in the client's session; gives it and the recovery codes."""
    headers = signed(house, client)
    made = good(client.post("/api/v1/me/factors/totp", json={"name": "phone"}, headers=headers), 201)
    app = App(house, key_on(f'class="key">{made["key"]}<'))
    body = {"code": app.code()}
    confirmed = good(client.post(f"/api/v1/me/factors/{made['id']}/confirm", json=body, headers=headers))
    codes: list[str] = confirmed["recovery_codes"]
    return app, codes


def anna_with_app(house: House, anna: Account) -> tuple[Client, App, list[str]]:
    """Anna, signed in, with an app set up."""
    client = house.stranger()
    assert give_password(client).status_code == 303
    return client, *set_app_up(house, client)
