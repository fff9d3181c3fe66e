"""The bench of hits: what it waits for in the page is what a person waits for, and its figures are shown."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bench.hit import GOAL_MS, SHOWN, for_people

PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 400, "height": 300})
    yield page
    page.close()


def paper(picture: str, mark: str) -> str:
    return (
        f'<div class="paper"><img src="{picture}"><svg class="marks" style="position: absolute; left: 0; top: 0"'
        f' width="300" height="2000">{mark}</svg></div>'
    )


def line(y: int, attributes: str = "data-here") -> str:
    return f'<rect class="line" {attributes} x="5" y="{y}" width="50" height="20"/>'


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (paper(PICTURE, line(40)), True),
        (paper(PICTURE, line(1500)), False),
        (paper(PICTURE, line(40, "")), False),
        (paper("data:image/gif;base64,x", line(40)), False),
        ("<p>nothing found</p>", False),
    ],
    ids=["in view", "below", "of another hit", "no picture", "no paper"],
)
def test_a_hit_is_there_when_it_is_in_view_on_its_picture(page: Page, content: str, shown: bool) -> None:
    page.set_content(content)
    assert page.evaluate(SHOWN) is shown


def test_what_people_are_shown() -> None:
    figures = {"ms_p50": 210.25, "ms_p95": 280.5}
    text = for_people(
        {"goal_ms": GOAL_MS, "queries": [{"query": "faktura", "listed": figures, "opened": figures}]}
    )
    assert "faktura" in text and "210.25" in text and "less than 300 ms" in text
