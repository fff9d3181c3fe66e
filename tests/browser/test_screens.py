"""Every screen in light and dark, on a phone, in Polish and mirrored: nothing overflows, little weight."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from archive.catalogue.schema import links
from tests.browser.conftest import SignIn
from tests.browser.house import House, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

SCREENS = {
    "operator": ("/batches", "/batches?new=1", "/batches?state=closed", "BATCH", "BATCH/receipt"),
    "collector": (
        "/search",
        "/search?q=odsetki",
        "/search?q=nichtda",
        "/search?q=Brzez",
        "/help/search",
        "/search/build?q=odsetki",
        "/debtors",
        "/review",
        "/review/figures",
        "DEBTOR",
        "PAPER?q=odsetki",
        "PAPER?tab=evidence",
        "/me",
        "/me/second-factors",
    ),
    "legal": (
        "/matters",
        "/matters?new=1",
        "CLAIM",
        "PAPER?tab=evidence",
        "PAPER/package",
        "/search?q=odsetki",
        "/reports",
    ),
    "auditor": ("/evidence", "/evidence/entries/0", "/evidence/checkpoint", "/evidence/verify"),
    "administrator": (
        "/operations",
        "/operations/corrections",
        "/operations/accounts",
        "/operations/webhooks",
        "/reports",
        "ACCOUNT",
        "/imports",
    ),
}
PHONE = {"width": 390, "height": 844}
WEIGHT = 150_000


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    return width


def addresses(role: str, places: dict[str, str]) -> list[str]:
    return [
        re.sub("PAPER|DEBTOR|CLAIM|BATCH|ACCOUNT", lambda match: places[match[0]], address)
        for address in SCREENS[role]
    ]


@pytest.mark.parametrize("role", SCREENS)
def test_phone_width_needs_no_sideways_scrolling(role: str, sign_in: SignIn, places: dict[str, str]) -> None:
    page = sign_in(role, viewport=PHONE)
    wide = {}
    for address in addresses(role, places):
        page.goto(address)
        if (over := overflow(page)) > 0:
            wide[address] = over
    assert wide == {}


def test_words_stay_whole_on_a_phone(sign_in: SignIn, house: House, browser: Browser) -> None:
    with browser.new_context(base_url=house.address, viewport=PHONE) as context:
        page = context.new_page()
        page.goto("/sign-in")
        form = page.locator("form.narrow").bounding_box()
        assert form is not None and form["width"] > 300
    page = sign_in("administrator", "/operations/accounts", viewport=PHONE)
    disable = page.locator("td button:text-is('Disable')").first.bounding_box()
    assert disable is not None and disable["height"] < 50
    page = sign_in("operator", "/batches", viewport=PHONE)
    box = page.locator(".batches td").first.bounding_box()
    assert box is not None and box["width"] > 300


@pytest.mark.parametrize("role", SCREENS)
def test_mirrored_screens_run_right_to_left(role: str, sign_in: SignIn, places: dict[str, str]) -> None:
    page = sign_in(role)
    for address in addresses(role, places):
        page.goto(address + ("&" if "?" in address else "?") + "lang=qps")
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl", address
        assert overflow(page) <= 0, address
        rail, main = page.locator(".rail").bounding_box(), page.locator("main").bounding_box()
        assert rail is not None and main is not None
        assert rail["x"] > main["x"], address


@pytest.mark.parametrize("role", SCREENS)
def test_polish_screens_have_no_english_left(role: str, house: House, places: dict[str, str]) -> None:
    """Marker words of the English frame and of each page's heading."""
    english = r"\b(paper|papers|Search|missing|Keep|evidence|received|nobody|Sign out|batch)\b(?!:)"
    with signed_in(house, role) as client:
        for address in addresses(role, places):
            text = client.get(address + ("&" if "?" in address else "?") + "lang=pl").text
            assert 'lang="pl"' in text
            visible = re.sub(r"<(script|style|code|pre)\b.*?</\1>|<[^>]*>", " ", text, flags=re.S)
            assert re.findall(english, visible) == [], address


@pytest.mark.parametrize("role", SCREENS)
def test_a_page_weighs_little(role: str, sign_in: SignIn, places: dict[str, str]) -> None:
    """All that is sent for a page but its page images."""
    page = sign_in(role)
    for address in addresses(role, places):
        weight = 0

        def weigh(response: object) -> None:
            nonlocal weight
            assert hasattr(response, "headers")
            if not response.headers.get("content-type", "").startswith("image/jpeg"):
                weight += len(response.body())  # type: ignore[attr-defined]

        page.on("response", weigh)
        page.goto(address)
        page.wait_for_load_state("load")
        page.remove_listener("response", weigh)
        assert weight < WEIGHT, (address, weight)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(scheme: str, sign_in: SignIn) -> None:
    """Text at least 4.5 : 1 against its ground (WCAG 2.2, 1.4.3), by the colours that are in force."""
    page = sign_in("collector", "/search?q=odsetki", color_scheme=scheme)
    worst = page.evaluate(
        """() => {
          const light = (c) => {
            const v = c.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255)
              .map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
            return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
          };
          const ground = (e) => {
            for (; e; e = e.parentElement) {
              const c = getComputedStyle(e).backgroundColor;
              if (!/, 0\\)|transparent/.test(c)) return c;
            }
            return getComputedStyle(document.documentElement).backgroundColor;
          };
          let worst = [99, ""];
          for (const e of document.querySelectorAll("body *")) {
            if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
            const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < worst[0]) worst = [ratio, e.className + " " + e.textContent.trim().slice(0, 40)];
          }
          return worst;
        }"""
    )
    assert worst[0] >= 4.5, worst


def test_two_hundred_per_cent_zoom(sign_in: SignIn, places: dict[str, str]) -> None:
    """At 200 % a window of 1280 pixels has 640 (WCAG 2.2, 1.4.4 and 1.4.10)."""
    page = sign_in("collector", viewport={"width": 640, "height": 512})
    for address in addresses("collector", places):
        page.goto(address)
        assert overflow(page) <= 0, address


def test_everything_is_reached_by_keyboard(sign_in: SignIn) -> None:
    page = sign_in("collector", "/search?q=odsetki")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_be_visible()
    seen = set()
    for _ in range(40):
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        page.keyboard.press("Tab")
    assert any('class="stop"' in each for each in seen)
    assert any("/search?q=odsetki+kind" in each for each in seen)


def test_on_a_phone_a_tapped_paper_comes_into_view_and_the_menu_is_whole(
    sign_in: SignIn, house: House
) -> None:
    with house.parts.archive.catalogue.read() as connection:
        debtor = connection.scalars(
            select(links.c.target_id).where(links.c.role == "debtor", links.c.state == "automatic")
        ).first()
    page = sign_in("collector", f"/debtors/{debtor}", viewport=PHONE)
    for entry in page.locator(".rail a").all():
        box = entry.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    rows = page.locator(".paper-row")
    rows.last.click()
    page.wait_for_url("**#paper")
    expect(page.locator("a.paper img")).to_be_in_viewport(ratio=0.3)
    expect(rows.last).to_have_attribute("aria-current", "true")
