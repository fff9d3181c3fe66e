"""One running service and one browser for all tests of a process; each test signs in with a browser of its own."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tabellion.demo.papers import DemoPaper, iter_portfolio
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.house import PASSWORD, House, running, signed_in
from tests.services.fixtures import absent

PAPERS = 7
"""Papers of the demo that the service is given: one debtor's, several kinds, some of two pages."""

SignIn = Callable[..., Page]
Enter = Callable[..., Page]

# A busy machine is slow, not wrong.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def papers() -> list[DemoPaper]:
    """The first papers of the demo."""
    return [paper for paper, _ in zip(iter_portfolio(), range(PAPERS), strict=False)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it these tests are skipped, or fail where it is required."""
    if shutil.which(CHROMIUM) is None:
        absent("browser", f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(
    browser: Browser, papers: list[DemoPaper], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The service with the papers read."""
    with running(tmp_path_factory.mktemp("browser") / "home") as house:
        for paper in papers:
            house.ingest(paper)
        house.settle()
        yield house


@pytest.fixture
def enter(browser: Browser) -> Iterator[Enter]:
    """A page of a browser of its own, at that address; one that complains to its console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def open_at(address: str, **options: object) -> Page:
        context = browser.new_context(base_url=address, locale="en-GB", **options)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(enter: Enter, house: House) -> SignIn:
    """Signs in as a role."""

    def sign(role: str, to: str = "/", **options: object) -> Page:
        page = enter(house.address, **options)
        page.goto(f"/sign-in?to={to}")
        page.fill("[name=name]", role)
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("form.narrow button")
        return page

    return sign


@pytest.fixture
def scan(tmp_path: Path, papers: list[DemoPaper]) -> Path:
    """A paper of one page as a file, with bytes that no other test has handed in."""
    paper = next(paper for paper in papers if paper.kind == "invoice")
    file = tmp_path / "nowe pismo.pdf"
    file.write_bytes(paper.content + b"\n% handed in once more\n")
    return file


@pytest.fixture(scope="session")
def places(house: House) -> dict[str, str]:
    """Addresses that hang on what is in the archive."""
    with (
        signed_in(house, "collector") as collector,
        signed_in(house, "operator") as operator,
        signed_in(house, "administrator") as administrator,
    ):
        found = collector.get("/search", params={"q": "odsetki"}).text
        debtors, batches = collector.get("/debtors").text, operator.get("/batches").text
        accounts = administrator.get("/operations/accounts").text
        addresses = list(dict.fromkeys(re.findall(r"/debtors/[0-9a-f-]{36}", debtors)))[:5]
        dossiers = {debtor: collector.get(debtor).text for debtor in addresses}
        claims = "".join(dossiers.values())
    # One that shows a paper of several pages, wherever it stands in the list.
    debtors = next((debtor for debtor, text in dossiers.items() if 'class="faint numbers"' in text), debtors)
    places = {}
    for name, pattern, text in (
        ("PAPER", r"/documents/[0-9a-f-]{36}", found),
        ("DEBTOR", r"/debtors/[0-9a-f-]{36}", debtors),
        ("CLAIM", r"/claims/[0-9a-f-]{36}", claims),
        ("BATCH", r"/batches/[0-9a-f-]{36}", batches),
        ("ACCOUNT", r"/operations/accounts/[0-9a-f-]{36}", accounts),
    ):
        match = re.search(pattern, text)
        assert match is not None, name
        places[name] = match[0]
    return places
