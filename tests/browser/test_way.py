"""A paper's whole way in a real browser: sign in, upload, find, open at the word, verify."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.house import House
from tests.browser.signing_in import forget

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


HIT_IS_SEEN = """() => {
  const desk = document.querySelector("#desk"), mark = document.querySelector(".marks .line[data-here]");
  const box = desk.getBoundingClientRect();
  const share = (mark.getBoundingClientRect().y - box.y) / box.height;
  return desk.scrollTop === 0 ? share < 0.4 : Math.abs(share - 1 / 3) < 0.05;
}"""
"""The hit that is chosen stands a third from the top, or higher where the page cannot be scrolled so far."""


def open_first(page: Page) -> None:
    """Open the first paper that was found, and wait until its scripts listen."""
    page.click(".hit h2 a >> nth=0")
    page.wait_for_url("**/documents/**")


def test_upload_is_seen_sealed_and_held(sign_in: SignIn, scan: Path) -> None:
    page = sign_in("operator")
    expect(page).to_have_url(re.compile("/batches$"))
    page.keyboard.press("n")
    page.fill("[name=name]", "Box 9")
    page.fill("[name=sheets]", "3")
    page.click("text=Open the batch")
    expect(page.locator("#sentence")).to_contain_text("3 sheets, 3 sides expected")
    page.wait_for_load_state()
    page.set_input_files("#files", scan)
    expect(page.locator("#sending")).to_contain_text("received · 1")
    # The page is alive: without a reload the frame appears, and the sentence counts it.
    expect(page.locator(".frame.held")).to_have_count(1, timeout=60_000)
    expect(page.locator(".frame.missing")).to_have_count(2)
    expect(page.locator("#sentence")).to_contain_text("1 held; 2–3 missing")
    expect(page.locator("#sentence")).to_contain_text("Keep the paper.")
    expect(page.locator("#ledger")).to_contain_text("1 + 0 + 0 + 0 + 2 = 3")
    # A separator sheet, and a paper again.
    for state in ("separator", "held"):
        page.locator(".frame[data-number='1']").focus()
        page.keyboard.press("m")
        expect(page.locator(f".frame[data-number='1'][data-state='{state}']")).to_have_count(1)
        page.wait_for_load_state()
    page.locator(".frame.missing").first.focus()
    page.keyboard.press("v")
    page.click("#void button.primary")
    expect(page.locator("#void")).to_be_visible()  # a number is not declared void without a reason
    page.select_option("#void select", "number-skipped")
    page.click("#void button.primary")
    expect(page.locator(".frame.void")).to_have_count(1)
    page.select_option("#foot select", "not-in-box")
    page.click("text=Close with 1 missing")
    expect(page.locator("h1")).to_contain_text("Batch receipt: Box 9")
    expect(page.locator("svg.qr")).to_be_visible(timeout=30_000)
    page.click("text=Back to the batch")
    page.click("text=Something came late")
    expect(page.locator("h1")).to_contain_text("supplement 1")


def test_find_and_open_at_the_word(sign_in: SignIn) -> None:
    page = sign_in("collector")
    expect(page).to_have_url(re.compile("/search$"))
    page.keyboard.type("odsetki")
    # The answer comes while typing; Enter opens the first.
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.locator(".band .hit-box").first).to_be_attached()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/documents/.*q=odsetki.*#hit$"))
    expect(page.locator(".marks .mark").first).to_be_attached()
    page.wait_for_function(HIT_IS_SEEN)


def test_keys_of_the_dossier(sign_in: SignIn) -> None:
    """`c` copies one value after the other, `g` opens what may be wrong; the rail hints that there are keys."""
    page = sign_in("collector", "/debtors?q=Brzezi", permissions=["clipboard-read", "clipboard-write"])
    page.locator("td a.stop").first.click()
    page.wait_for_url("**/debtors/*")
    expect(page.locator(".rail .show-keys")).to_be_visible()
    values = [one.get_attribute("data-value") for one in page.locator(".identity [data-value]").all()]
    assert len(values) > 1
    for value in (*values, values[0]):
        page.keyboard.press("c")
        expect(page.locator(".copied")).to_have_text(f"Copied: {value}")
        assert page.evaluate("navigator.clipboard.readText()") == value
    page.keyboard.press("g")
    expect(page.locator("#doubt button")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_contain_text("something is wrong here")


def test_keys_of_the_viewer(sign_in: SignIn) -> None:
    page = sign_in("collector", "/search?q=odsetki")
    open_first(page)
    count = page.locator(".marks .line").count()
    if count > 1:
        page.keyboard.press("n")
        expect(page.locator("#hit-at")).to_have_text("2")
        page.keyboard.press("p")
        expect(page.locator("#hit-at")).to_have_text("1")
    page.locator(".figure-row").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".marks .field[data-here]")).to_have_count(1)
    page.keyboard.press("1")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".figure-row").first).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#panel-links")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=links"))
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".who summary").click()
    page.locator(".who .show-keys").click()
    expect(page.locator("dialog#keys")).to_be_visible()


def test_verify_says_what_is_proved_and_what_is_not(sign_in: SignIn, house: House) -> None:
    page = sign_in("collector", "/search?q=odsetki")
    open_first(page)
    page.click("text=Evidence")
    evidence = page.locator("#panel-evidence")
    expect(evidence).to_contain_text("by this archive's clock")
    expect(evidence).to_contain_text("Not proved: that the paper was genuine or complete.")
    page.click("text=Check now")
    expect(evidence).to_contain_text("Original unchanged: read again today")
    # The address of the check leads back to the paper, and the log remembers what was found.
    house.settle()
    page.goto(page.url)
    expect(page).to_have_url(re.compile("q=odsetki.*tab=evidence"))
    expect(evidence).to_contain_text("Original unchanged: read again today")


def test_download_gives_the_bytes_that_came(sign_in: SignIn, house: House, scan: Path) -> None:
    document = house.receive(scan.read_bytes(), "pismo\u202e z łodzi.pdf", "Box downloads")
    house.settle()
    page = sign_in("collector", f"/documents/{document}?tab=evidence")
    with page.expect_download() as waiting:
        page.click("text=Download the original")
    assert waiting.value.suggested_filename == "pismo z łodzi.pdf"
    assert Path(waiting.value.path()).read_bytes() == scan.read_bytes()


def test_reading_works_without_javascript(sign_in: SignIn, house: House) -> None:
    page = sign_in("collector", "/search", java_script_enabled=False)
    page.fill("#q", "odsetki")
    page.press("#q", "Enter")
    expect(page.locator(".hit").first).to_be_visible()
    open_first(page)
    expect(page.locator(".paper img")).to_be_visible()
    expect(page.locator("#panel-figures")).to_be_visible()
    page.click("text=History")
    expect(page.locator("#panel-history")).to_contain_text("received and sealed")


def test_a_file_is_sent_without_javascript(sign_in: SignIn, scan: Path) -> None:
    page = sign_in("operator", "/batches/unassigned", java_script_enabled=False)
    page.set_input_files("#files", scan)
    page.click("#drop button")
    expect(page).to_have_url(re.compile("/batches/"))
    expect(page.locator(".frame")).not_to_have_count(0)


def test_a_failed_paper_says_why_and_can_be_tried_again(sign_in: SignIn, house: House) -> None:
    document = house.receive(b"%PDF-1.7 cut short", "cut.pdf", "Box failures")
    house.settle()
    page = sign_in("operator", f"/documents/{document}")
    expect(page.locator(".refused")).to_contain_text("This paper could not be read")
    expect(page.locator(".refused")).to_contain_text("Keep the paper.")
    page.click("text=Read it again")
    # It waits, is read, and says so again, without a hand being moved.
    expect(page.locator(".refused h2")).to_have_text("This paper could not be read", timeout=60_000)


def test_one_is_where_one_was_after_signing_in_again(sign_in: SignIn) -> None:
    page = sign_in("collector", "/search?q=odsetki")
    forget(page)
    page.goto("/search?q=faktura")
    expect(page).to_have_url(re.compile(r"/sign-in\?to="))
    page.fill("[name=name]", "collector")
    page.fill("[name=password]", "four unrelated plain words")
    page.click("form.narrow button")
    expect(page).to_have_url(re.compile(r"/search\?q=faktura$"))
