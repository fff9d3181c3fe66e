"""axe finds nothing on any page, in light and in dark: what of WCAG 2.2 AA a machine can find (axe-core, Deque)."""

from functools import cache

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, SignIn
from tests.browser.house import House
from tests.browser.signing_in import give_password, new_account
from tests.browser.test_screens import SCREENS, addresses
from tests.services.fixtures import absent
from tests.services.node import tools
from tests.services.process import ServiceError

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, { runOnly: tags });
  const place = (node) => `${node.target.join(" ")} ${node.html.slice(0, 120)}`;
  return found.violations.map((each) => `${each.id}: ${each.nodes.map(place).slice(0, 4).join(" | ")}`);
}"""


@cache
def axe() -> str:
    """The script, from the lock file of the tests' tools."""
    try:
        return (tools() / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    except ServiceError as error:
        absent("axe", f"there is no axe: {error}")


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands; the page's own policy allows no script but its own."""
    page.evaluate(axe())
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", SCREENS)
def test_finds_nothing(role: str, scheme: str, sign_in: SignIn, places: dict[str, str]) -> None:
    axe()
    page = sign_in(role, color_scheme=scheme)
    found = {}
    for address in addresses(role, places):
        page.goto(address)
        if wrong := violations(page):
            found[address] = wrong
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_finds_nothing_on_the_way_in(scheme: str, enter: Enter, house: House) -> None:
    axe()
    name = f"way in {scheme}"
    new_account(house, name, "collector")
    page = enter(house.address, color_scheme=scheme)
    found = {}
    page.goto("/sign-in")
    found["sign-in"] = violations(page)
    give_password(page, name)
    page.goto("/me/second-factors")
    page.click("text=Set up an app")
    expect(page.locator("code.key")).to_be_visible()
    page.wait_for_load_state()
    found["app"] = violations(page)
    assert found == {"sign-in": [], "app": []}
