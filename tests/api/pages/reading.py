"""What tests of pages do again and again: ask for a page as a browser does, and read its visible text."""

import re
from html import unescape
from typing import Any

import httpx

from tests.api.support import Client, House, good

HTML = {"Accept": "text/html"}
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.S)


def visible(response: httpx.Response, status: int = 200) -> str:
    """The words of a page, white space made single."""
    assert response.status_code == status, response.text
    words = " ".join(unescape(_HIDDEN.sub(" ", response.text)).split())
    return re.sub(r" ([.,;:])", r"\1", words)


def see(client: Client, path: str, status: int = 200, **params: Any) -> str:
    """The words of the page at that address."""
    return visible(client.get(path, params=params or None, headers=HTML), status)


def markup(client: Client, path: str, **params: Any) -> str:
    """The markup of the page at that address, without the entities of quotes."""
    response = client.get(path, params=params or None, headers=HTML)
    assert response.status_code == 200, response.text
    return unescape(response.text)


def do(client: Client, path: str, **fields: Any) -> httpx.Response:
    """Send a form; most answer with the address to go on to."""
    return client.post(path, data=fields, headers=HTML)


def read_paper(house: House, portfolio: str, *pages: list[str], name: str = "letter.pdf") -> str:
    """A searchable paper of a portfolio; gives its document."""
    operator = house.client("operator")
    received = house.hand_in(
        operator, *pages, batch_name=f"Box {portfolio[-4:]}", portfolio=portfolio, name=name
    )
    house.settle()
    return str(received["document"])


def narrow(house: House, document: str, page: int, scope: str) -> None:
    """Give one page of a paper a scope of its own, which replaces those of the paper there."""
    body = {"scope": scope, "first_page": page, "last_page": page}
    good(house.client("administrator").post(f"/api/v1/documents/{document}/scopes", json=body))
    house.settle()
