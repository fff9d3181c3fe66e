"""The auditor's page says which time proofs must be renewed, by when and why."""

import re

from sqlalchemy import select

from archive.catalogue import schema as t
from tests.api.pages.reading import read_paper, see
from tests.api.support import House


def test_what_is_due_and_what_was_missed(house: House) -> None:
    read_paper(house, house.portfolio("North"), ["one"])
    auditor = house.client("auditor")
    assert "renewed" not in see(auditor, "/evidence")
    house.keeper.stamp()
    page = see(auditor, "/evidence")
    assert re.search(r"renewed now; the first will be due on \d+ \w+ \d{4}:\s+the certificate of", page)
    with house.archive.catalogue.read() as connection:
        ends = connection.scalar(select(t.stamps.c.expires))
    assert ends is not None
    house.clock.instant = ends.replace(year=ends.year - 1, day=28)
    text = see(house.client("auditor"), "/evidence")
    assert re.search(r"1 time proof must be renewed by \d+ \w+ \d{4}:\s+the certificate of", text)
    assert "the certificate of Tabellion local test authority ends on" in text
    house.clock.instant = ends.replace(year=ends.year + 1, day=28)
    assert "1 time proof was to be renewed by" in see(house.client("auditor"), "/evidence")
