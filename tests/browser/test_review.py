"""Review by keys alone: the cursor waits in the box; Enter accepts, typing corrects, an empty box withdraws."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select, update

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import current, documents, fields, links, parties
from archive.doubts import write_doubts
from archive.histories import LINK_KEY
from archive.records import record_document
from tests.browser.conftest import SignIn
from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def doubtful(house: House) -> str:
    """An invoice on which the machine is sure of nothing; gives the document."""
    with house.parts.archive.catalogue.write() as connection:
        document: str = connection.execute(
            select(documents.c.id).where(documents.c.kind == "invoice").limit(1)
        ).scalar_one()
        mine = fields.c.document_id == document
        connection.execute(update(fields).where(mine).values(confidence=0.4))
        write_doubts(connection, document)
        # Without a record of it the catalogue would have been tampered with, and who checks everything would say so.
        record_document(
            house.parts.archive, connection, document, type="correct", actor=SYSTEM_ACTOR, reason="by-hand"
        )
    return document


def decided(house: House) -> list[tuple[str, str, str]]:
    """Name, value and state of what persons said, in the order in which they did."""
    query = select(fields).where(fields.c.actor.is_not(None)).order_by(fields.c.id)
    with house.parts.archive.catalogue.read() as connection:
        return [(row.name, row.value, row.state) for row in connection.execute(query)]


@pytest.mark.usefixtures("doubtful")
def test_figures_are_judged_by_keys_alone(sign_in: SignIn, house: House) -> None:
    page = sign_in("collector", "/review/figures")
    box, heading = page.locator("#value"), page.locator("h1")
    expect(box).to_be_focused()
    expect(page.locator(".judge .crop")).to_be_visible()
    first, read = heading.inner_text(), box.input_value()
    # Later, and back again.
    page.keyboard.press("ArrowDown")
    expect(heading).not_to_have_text(first)
    page.keyboard.press("ArrowUp")
    expect(heading).to_have_text(first)
    # Right as it stands.
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("Change it")
    expect(box).to_be_focused()
    assert decided(house)[-1][1:] == (read, "confirmed")
    # Typing corrects, in the reader's own notation; Escape takes back what was typed.
    while page.locator("#say").get_attribute("data-name") != "amounts.total":
        asked = page.url
        page.keyboard.press("ArrowDown")
        expect(page).not_to_have_url(asked)
        expect(box).to_be_focused()
    page.keyboard.type("a lot")
    expect(page.locator("#say .primary")).to_contain_text("Save my correction")
    read = box.get_attribute("data-read") or ""
    page.keyboard.press("Escape")
    expect(box).to_have_value(read)
    page.keyboard.type("1,50")
    page.keyboard.press("Enter")
    # It does not add up with the others: what was typed stays in the box, and Enter says that it is meant.
    expect(page.locator(".judge .wrong").first).to_contain_text("add up")
    expect(page.locator("#say .primary")).to_contain_text("The paper says so")
    expect(box).to_be_focused()
    expect(box).to_have_value("1,50")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("1.50")
    assert decided(house)[-1][1:] == ("1.50", "corrected")
    # Nothing of the kind stands there.
    page.keyboard.press("Backspace")
    expect(page.locator("#say .primary")).to_contain_text("There is no such figure")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("Change it")
    assert decided(house)[-1][2] == "withdrawn"


@pytest.mark.usefixtures("doubtful")
def test_without_javascript_it_is_a_plain_form(sign_in: SignIn, house: House) -> None:
    page = sign_in("collector", "/review/figures", java_script_enabled=False)
    before = len(decided(house))
    page.fill("#value", page.locator("#value").input_value())
    page.press("#value", "Enter")
    page.wait_for_url(re.compile("done="))
    assert len(decided(house)) == before + 1
    page.click("#later")
    expect(page.locator("#value")).to_be_visible()


def test_the_viewer_leads_to_the_figure_by_key(sign_in: SignIn, doubtful: str) -> None:
    page = sign_in("collector", f"/documents/{doubtful}")
    page.locator(".figure-row").first.focus()
    page.keyboard.press("e")
    page.wait_for_url("**/review/figures?field=*")
    expect(page.locator("#value")).to_be_focused()


@pytest.fixture
def waiting(house: House) -> str:
    """A link that a person doubts; gives the name of whom it leads to."""
    archive = house.parts.archive
    with archive.catalogue.write() as connection:
        row = connection.execute(
            select(links, parties.c.display_name)
            .join(parties, parties.c.id == links.c.target_id)
            .where(links.c.role == "debtor", links.c.state == "automatic", current(links, *LINK_KEY))
            .limit(1)
        ).one()
        names = {column.name for column in links.columns} - {"id", "state", "actor"}
        values = {name: row._mapping[name] for name in names}
        connection.execute(insert(links).values(**values, state="proposed", actor=SYSTEM_ACTOR))
        record_document(
            archive, connection, row.document_id, type="link", actor=SYSTEM_ACTOR, reason="by-hand"
        )
    name: str = row.display_name
    return name


def test_somebody_else_is_chosen_by_keys_alone(sign_in: SignIn, house: House, waiting: str) -> None:
    page = sign_in("collector", "/review")
    heading = page.locator("h1")
    while waiting not in (asked := heading.inner_text()):
        page.keyboard.press("n")
        expect(heading).not_to_have_text(asked)
    with house.parts.archive.catalogue.read() as connection:
        other = connection.scalars(
            select(parties.c.display_name).where(
                parties.c.display_name != waiting, parties.c.kind == "person"
            )
        ).first()
    page.keyboard.press("o")
    page.keyboard.type(str(other))
    page.keyboard.press("Enter")
    first = page.locator(".choices button").first
    expect(first).to_be_focused()
    expect(first).to_contain_text(str(other))
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("other="))
    with house.parts.archive.catalogue.read() as connection:
        newest = connection.execute(
            select(links.c.state, parties.c.display_name)
            .join(parties, parties.c.id == links.c.target_id)
            .where(links.c.actor.is_not(None))
            .order_by(links.c.id.desc())
            .limit(2)
        ).all()
    assert {tuple(row) for row in newest} == {("confirmed", other), ("rejected", waiting)}
