"""What the pages and figures say of fixity: how much was read again, and what is missing."""

import re

import pytest
from sqlalchemy import select, update

from archive.archive import Archive
from archive.catalogue.schema import objects
from archive.fixity import Pace, Rolling
from archive.identity import KEY, Identity
from tests.api.pages.reading import do, see
from tests.api.support import House


def look(archive: Archive, token: int) -> Rolling:
    rolling = Rolling(archive, Pace(days=30, rate=1 << 40))
    while rolling.run(token):
        pass
    return rolling


@pytest.fixture
def read_again(house: House) -> House:
    """An archive all of which was read four days ago, without what came yesterday."""
    archive = house.archive
    if not archive.objects.vault.versions(KEY):
        body = Identity(archive.id, archive.origin, True, archive.clock.now()).to_bytes()
        archive.objects.put_raw(KEY, body)
    house.hand_in(house.client("operator"))
    house.settle()
    house.clock.advance(days=1)
    look(archive, house.keeper.token())
    house.clock.advance(days=4)
    with archive.catalogue.write() as connection:
        connection.execute(
            update(objects).where(objects.c.checked_at.is_(None)).values(checked_at=house.clock.now())
        )
    house.hand_in(house.client("operator"))
    house.settle()
    return house


def test_pages_say_how_much_was_read(read_again: House) -> None:
    for role, path in (("auditor", "/evidence"), ("administrator", "/operations")):
        text = re.sub(r"\s+", " ", read_again.client(role).get(path).text)
        assert re.search(
            r"100 % of \d+ objects checked in the last 30 days, the oldest 4 days ago\.", text
        ), path
        assert re.search(r"\d+ more are new\.", text), path
        assert "missing or altered" not in text


def test_what_is_missing_is_named(read_again: House) -> None:
    archive = read_again.archive
    with archive.catalogue.write() as connection:
        query = select(objects.c.id, objects.c.key).where(objects.c.key.like("deposits/%/original"))
        row = connection.execute(query.order_by(objects.c.id)).first()
        assert row is not None
        connection.execute(update(objects).where(objects.c.id == row.id).values(fault="missing"))
    page = read_again.client("administrator").get("/operations").text
    assert "1 is missing or altered." in page
    assert row.key in page
    assert "1 is missing or altered." in read_again.client("auditor").get("/evidence").text
    text = read_again.client("administrator").get("/metrics").text
    assert 'tabellion_fixity_faults{vault="first"} 1\n' in text
    assert 'tabellion_fixity_coverage{vault="first"} 1\n' in text


def test_who_knows_of_a_loss_has_all_read_again(read_again: House) -> None:
    administrator = read_again.client("administrator")
    assert "as was asked" not in see(administrator, "/operations")
    read_again.clock.advance(seconds=1)
    do(administrator, "/operations/fixity")
    assert re.search(
        r"\d+ objects are still to be read again, as was asked\.", see(administrator, "/operations")
    )
    read_again.clock.advance(seconds=1)
    look(read_again.archive, read_again.keeper.token())
    assert "as was asked" not in see(administrator, "/operations")


def test_nobody_reads(house: House) -> None:
    assert "Nothing is read again in the background." in house.client("auditor").get("/evidence").text
    assert "tabellion_fixity_coverage" not in house.client("administrator").get("/metrics").text
