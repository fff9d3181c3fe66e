"""Splitting and joining on the contact sheet by keys and buttons: the focus stays, what was done is said, undone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.api.support import papers
from tests.browser.conftest import SignIn
from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def sheet(house: House, sign_in: SignIn, request: pytest.FixtureRequest) -> Page:
    """The page of a batch with one scan of three pages, for an operator."""
    box = f"Box of {request.node.name}"
    house.receive(
        papers(*([f"{request.node.name}, page {number}"] for number in (1, 2, 3))), "three.pdf", box
    )
    house.settle()
    page = sign_in("operator", "/batches")
    page.get_by_role("link", name=box).click()
    expect(page.locator(".frame")).to_have_count(3)
    page.wait_for_load_state()  # keys do nothing before the page's script has run
    return page


def expect_chosen(page: Page, number: str) -> None:
    """The page of the sheet with that number below it has the focus."""
    expect(page.locator(".frame:focus .num")).to_have_text(number)


def test_keys_split_join_and_undo_without_losing_the_place(sheet: Page) -> None:
    said = sheet.locator("#done")
    assert (said.get_attribute("role"), said.get_attribute("aria-live")) == ("status", "polite")
    address = sheet.url
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("ArrowRight")
    expect_chosen(sheet, "1·2")
    sheet.keyboard.press("s")
    expect(said).to_contain_text("1·2: a paper of its own begins here.")
    expect(said).to_contain_text("paper 2 of 2 of this scan")
    expect_chosen(sheet, "1·2")
    sheet.keyboard.press("j")
    expect(said).to_contain_text("1·2: put behind the paper before; together they are one.")
    expect_chosen(sheet, "1·2")
    sheet.keyboard.press("u")
    expect(said).to_contain_text("Undone: a paper of its own begins here")
    expect_chosen(sheet, "1·2")
    # A key that means nothing here does nothing: the first page of the paper is not split.
    sheet.keyboard.press("s")
    expect(said).to_contain_text("a paper of its own begins here")
    assert sheet.url == address
    sheet.reload()
    sheet.keyboard.press("u")
    expect(said).to_contain_text("There is nothing to undo here.")


def test_buttons_do_the_same_and_can_be_reached(sheet: Page) -> None:
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("ArrowRight")
    expect_chosen(sheet, "1·2")
    # The chosen page is one stop, its button the next: no other page lies between.
    sheet.keyboard.press("Tab")
    expect(sheet.get_by_role("button", name="Split here").first).to_be_focused()
    sheet.keyboard.press("Enter")
    expect(sheet.locator("#done")).to_contain_text("a paper of its own begins here")
    expect_chosen(sheet, "1·2")
    sheet.get_by_role("button", name="Undo").click()
    expect(sheet.locator("#done")).to_contain_text("together they are one")
    expect(sheet.get_by_role("button", name="Split here")).to_have_count(2)


def test_it_works_without_javascript(sheet: Page, sign_in: SignIn) -> None:
    plain = sign_in("operator", re.sub("^.*?(?=/batches)", "", sheet.url), java_script_enabled=False)
    plain.get_by_role("button", name="Split here").first.click()
    expect(plain.locator("#done")).to_contain_text("1·2: a paper of its own begins here.")
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator("#done")).to_contain_text("together they are one")
