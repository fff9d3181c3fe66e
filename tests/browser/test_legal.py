"""Legal staff's way in a real browser: find, add by key, order, export, download; the auditor drops what came of it."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def new_matter(page: Page, name: str) -> None:
    """Open a matter from the start of legal staff, by key, and go on to the search."""
    expect(page).to_have_url(re.compile("/matters$"))
    page.keyboard.press("n")
    page.fill(".sheet-form [name=name]", name)
    page.fill("[name=numbers]", "I C 123/26; I C 124/26")
    page.click("text=Open the matter")
    expect(page.locator("h1")).to_have_text(name)
    page.click("text=Find papers for it")
    page.wait_for_url("**/search")


def test_from_the_search_to_the_court_and_the_auditor(sign_in: SignIn, house: House, tmp_path: Path) -> None:
    page = sign_in("legal")
    new_matter(page, "Telekom przeciw Wiśniowski")
    page.fill("#q", "odsetki")
    page.press("#q", "Enter")
    page.locator(".hit h2 a").first.focus()
    page.wait_for_load_state()
    page.keyboard.press("b")
    lying = page.locator("#tray [data-key]")
    expect(lying).to_have_count(1)
    page.click(".hit h2 a >> nth=1")
    page.wait_for_url("**/documents/**")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("b")
    expect(lying).to_have_count(2)
    keys = [item.get_attribute("data-key") for item in lying.all()]
    lying.nth(1).focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(lying.first).to_have_attribute("data-key", keys[1] or "")
    expect(lying.first).to_be_focused()
    page.click("#tray >> text=Export …")
    expect(page.locator(".will .line")).to_have_count(2)
    expect(page.locator(".will-not")).to_contain_text("Who of us looked at the papers, and when.")
    # The matter names no claim, so the orderer answers for who else stands on the pages.
    page.click(".order-box button.primary")
    assert page.url.endswith("/export")
    page.check("[name=looked]")
    # One of them is a page only: its extract is made now, and gets a time proof of its own.
    page.click(".order-box button.primary")
    page.wait_for_url("**/packages/**")
    expect(page.locator("h1")).to_contain_text("Package: ready", timeout=90_000)
    if page.locator("text=Get time proof now").count():
        page.click("text=Get time proof now")
        again = page.get_by_role("button", name="Make it again, with the time proof")
        for _ in range(300):
            if again.count():
                break
            page.wait_for_timeout(250)
            page.reload()
        again.click()
    expect(page.locator("h1")).to_have_text("Package: ready", timeout=90_000)
    with page.expect_download() as waiting:
        page.click("text=Download,")
    name = waiting.value.suggested_filename
    assert re.fullmatch(r"Telekom-przeciw-Wisniowski_\d{4}-\d\d-\d\d_en\.asice", name)
    package = tmp_path / name
    waiting.value.save_as(package)

    auditor = sign_in("auditor", "/evidence/verify")
    data = auditor.evaluate_handle(
        """([name, base64]) => {
          const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          const carried = new DataTransfer();
          carried.items.add(new File([bytes], name));
          return carried;
        }""",
        [name, _base64(package)],
    )
    auditor.dispatch_event("#drop", "drop", {"dataTransfer": data})
    expect(auditor.locator(".walk li")).to_have_count(13)
    expect(auditor.locator(".verdict-box .lead")).to_contain_text("All that was checked holds.")
    expect(auditor.locator(".verdict-box .lead")).to_contain_text("no legal value")
    expect(auditor.locator(".walk .failed")).to_have_count(0)


def test_a_selection_is_made_without_javascript(sign_in: SignIn) -> None:
    page = sign_in("legal", java_script_enabled=False)
    page.click("text=New matter")
    page.fill(".sheet-form [name=name]", "Without scripts")
    page.click("text=Open the matter")
    page.click("text=Find papers for it")
    page.fill("#q", "odsetki")
    page.press("#q", "Enter")
    lying = page.locator("#tray [data-key]")
    for number in (0, 1):
        page.click(f".hit h2 a >> nth={number}")
        page.click("#tray [data-tray=page] button")
        expect(lying).to_have_count(number + 1)
        page.goto("/search?q=odsetki")
    expect(lying).to_have_count(2)
    second = lying.nth(1).get_attribute("data-key")
    lying.nth(1).locator("button[value=up]").click()
    expect(lying.first).to_have_attribute("data-key", second or "")
    expect(lying).to_have_count(2)
    page.click("#tray >> text=Export …")
    expect(page.locator(".will .line")).to_have_count(2)


def test_everything_is_checked_while_somebody_looks_on(sign_in: SignIn) -> None:
    page = sign_in("auditor")
    page.click("text=Check everything now")
    page.wait_for_url("**/evidence/checks/**")
    expect(page.locator("table.aspects")).to_be_visible(timeout=60_000)
    expect(page.locator(".lead.wrong")).to_have_count(0)


def _base64(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
