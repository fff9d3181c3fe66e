"""A collector's day in a real browser: in with a passkey, half a number, the hit, a wrong link, the dossier, a PDF."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.signing_in import (
    add_passkey,
    code_now,
    forget,
    give_password,
    key_on,
    local,
    new_account,
    plug_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_a_collectors_day(enter: Enter, house: House) -> None:
    new_account(house, "day", "collector")
    page = enter(local(house))
    plug_in(page)
    give_password(page, "day")
    add_passkey(page)
    page.click("details.who summary")
    page.click("text=Sign out")
    give_password(page, "day")
    expect(page).to_have_url(re.compile("/sign-in/second$"))
    page.click("text=Use a passkey")
    expect(page).to_have_url(re.compile("/search$"))

    # Half a number, as it is heard on the telephone.
    number = house.numbers()[0]
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(number[: len(number) // 2 + 2])
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/documents/.*#hit$"))
    expect(page.locator(".marks .line[data-here]")).to_have_count(1)
    move_between_hits(page)

    # The claim does not belong to this paper after all.
    page.click("text=Linked to")
    links = page.locator("#panel-links .links li")
    count = links.count()
    assert count > 1
    debtor = page.locator("#panel-links .links a").first.get_attribute("href")
    page.locator("#panel-links .links li", has=page.locator("bdi.figure")).first.locator(
        "text=Does not belong here"
    ).click()
    expect(page).to_have_url(re.compile("tab=links"))
    expect(links).to_have_count(count - 1)

    page.goto(str(debtor))
    expect(page.locator("header.identity h1")).to_be_visible()
    page.click("#open")
    page.wait_for_url("**/documents/**")
    with page.expect_download() as waiting:
        page.locator(".take-pages button").first.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")


def move_between_hits(page: Page) -> None:
    """By keys, there and back, on this page or the next."""
    count = page.locator(".marks .line").count()
    if count > 1:
        page.keyboard.press("n")
        expect(page.locator("#hit-at")).to_have_text("2")
        page.keyboard.press("p")
        expect(page.locator("#hit-at")).to_have_text("1")


def test_a_second_factor_and_the_search_work_without_javascript(enter: Enter, house: House) -> None:
    new_account(house, "plain", "collector")
    page = enter(house.address, java_script_enabled=False)
    give_password(page, "plain")
    page.goto("/me/second-factors")
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    page.click("text=Set up an app")
    key = key_on(page)
    page.fill("[name=code]", code_now(key))
    page.click("text=It works: use it")
    expect(page.locator(".codes li")).to_have_count(10)
    codes = page.locator(".codes li").all_inner_texts()
    forget(page)
    give_password(page, "plain", "/search?q=odsetki")
    page.fill("[name=code]", code_now(key, 1))
    page.click("form button")
    expect(page).to_have_url(re.compile(r"/search\?q=odsetki$"))
    expect(page.locator(".hit").first).to_be_visible()
    forget(page)
    give_password(page, "plain")
    page.fill("[name=code]", codes[0])
    page.click("form button")
    expect(page).to_have_url(re.compile("/search$"))


def test_the_other_key_is_refused_and_a_code_does(enter: Enter, house: House) -> None:
    new_account(house, "ring", "collector")
    page = enter(local(house))
    session = plug_in(page)
    give_password(page, "ring")
    add_passkey(page)
    forget(page)
    session.send("WebAuthn.disable")
    plug_in(page)  # another key
    give_password(page, "ring")
    page.click("text=Use a passkey")
    expect(page.locator("form[data-passkey] [role=alert]")).to_be_visible(timeout=90_000)
    assert "/sign-in/second" in page.url
