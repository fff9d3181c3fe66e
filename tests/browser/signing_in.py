"""Accounts of one test alone, and how they sign in: by code, and by a passkey of a virtual authenticator."""

import base64
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page, expect

from api.accounts import create_account
from api.totp import code_at, step_of
from archive.archive import SYSTEM_ACTOR
from tests.browser.house import PASSWORD, House


def new_account(house: House, name: str, *roles: str) -> str:
    """An account that sees everything; gives its id."""
    archive = house.parts.archive
    with archive.catalogue.write() as connection:
        return create_account(
            archive,
            connection,
            name,
            PASSWORD,
            roles=frozenset(roles),
            scopes=frozenset({"all"}),
            actor=SYSTEM_ACTOR,
        ).id


def local(house: House) -> str:
    """The service under a name, as passkeys want it."""
    return f"http://localhost:{urlsplit(house.address).port}"


def give_password(page: Page, name: str, to: str = "/") -> None:
    page.goto(f"/sign-in?to={to}")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("form.narrow button")


def forget(page: Page) -> None:
    """Take the session away from the browser; what is open is left first, for it would ask on and be refused."""
    page.goto("about:blank")
    page.context.clear_cookies()


def key_on(page: Page) -> bytes:
    """The key that the page shows."""
    text = re.sub(r"\s", "", page.locator("code.key").inner_text())
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code_now(key: bytes, steps: int = 0) -> str:
    """What an app shows now; one step later is still taken, and was not used before."""
    return code_at(key, step_of(datetime.now(UTC)) + steps)


def plug_in(page: Page) -> CDPSession:
    """Give the browser a security key that says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": False,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def add_passkey(page: Page) -> None:
    """Set a passkey up on one's own page, and keep the recovery codes."""
    page.goto("/me/second-factors")
    form = page.locator("form[data-passkey]")
    form.locator("[name=name]").fill("key on the ring")
    form.locator("button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.click("text=I have kept them")
    expect(page.locator("main")).to_contain_text("key on the ring")
