"""Operations shows keys and tokens of stations with their ends, and what must be renewed by when."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from api.held_keys import HeldKey
from api.service import Service
from archive.catalogue import schema as t
from tabellion.base.clock import ManualClock
from tests.api.pages.reading import markup, read_paper, see
from tests.api.support import House

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def service(service: Service, clock: ManualClock) -> Service:
    """With a key of each kind of end."""
    now = clock.now()
    return replace(
        service,
        keys=lambda: (
            HeldKey("log", "aaaa", "ed25519", BEGAN, None),
            HeldKey("log", "bbbb", "ed25519", BEGAN, now - timedelta(days=9), retired=True),
            HeldKey("seal", "cccc", "p256", BEGAN, now + timedelta(days=60)),
            HeldKey("authority", "North Time", "rsa-4096", BEGAN, now - timedelta(days=1)),
            HeldKey("authority", "South Time", "rsa-4096", BEGAN, now + timedelta(days=999)),
        ),
    )


def test_a_key_that_ends_soon_is_pointed_at(house: House) -> None:
    administrator = house.client("administrator")
    text = see(administrator, "/operations")
    for row in (
        r"Signs the log aaaa ed25519 has no end",
        r"Signs the log bbbb ed25519 followed by another on \d+ \w+ \d{4}",
        r"Seals packages cccc p256 ends on \d+ \w+ \d{4}",
        r"Time-stamp authority North Time rsa-4096 ended on \d+ \w+ \d{4}",
        r"Time-stamp authority South Time rsa-4096 ends on",
    ):
        assert re.search(row, text), row
    keys = markup(administrator, "/operations").partition("<h2>Keys</h2>")[2].partition("</table>")[0]
    assert re.findall(r'<td class="(wrong|faint)">(?:has|foll|ends|ended)', keys) == [
        "faint",
        "faint",
        "wrong",
        "wrong",
        "faint",
    ]


def test_when_the_keys_were_backed_up_is_said_in_the_reader_s_words(house: House) -> None:
    administrator = house.client("administrator")
    assert "The keys have not been backed up." in see(administrator, "/operations")
    noted = {"name": "keys_backed_up_at", "value": "2026-11-22T17:50:07.762341Z"}
    with house.archive.catalogue.write() as connection:
        connection.execute(t.archive_state.insert().values(noted))
    assert "Backed up 22 Nov 2026, 18:50" in see(administrator, "/operations")
    assert "Kopia zrobiona 22 lis 2026, 18:50" in see(administrator, "/operations", lang="pl")


def test_tokens_of_stations_are_shown_until_they_are_withdrawn(house: House) -> None:
    administrator = house.client("administrator")
    made = administrator.post("/api/v1/stations", json={"name": "Scanner at the window"})
    assert made.status_code == 201, made.text
    assert "Token of a station Scanner at the window has no end" in see(administrator, "/operations")
    with house.archive.catalogue.write() as connection:
        ids = select(t.accounts.c.id).where(t.accounts.c.station_id == made.json()["station"])
        tokens = update(t.api_tokens).where(t.api_tokens.c.account_id.in_(ids))
        connection.execute(tokens.values(expires_at=house.clock.now()))
    assert "Token of a station Scanner at the window ended on" in see(administrator, "/operations")
    administrator.post(f"/api/v1/stations/{made.json()['station']}/disable")
    assert "Token of a station" not in see(administrator, "/operations")


def test_what_must_be_renewed_is_said_with_what_is_under_way(house: House) -> None:
    administrator = house.client("administrator")
    assert "There is no time proof yet." in see(administrator, "/operations")
    read_paper(house, house.portfolio("North"), ["one"])
    house.keeper.stamp()
    text = see(administrator, "/operations")
    assert re.search(r"renewed now; the first will be due on \d+ \w+ \d{4}: the certificate of", text)
    with house.archive.catalogue.read() as connection:
        ends = connection.scalar(select(t.stamps.c.expires))
    assert ends is not None
    house.clock.instant = ends.replace(year=ends.year - 1, day=28)
    with house.archive.catalogue.write() as connection:
        connection.execute(
            t.renewals.insert().values(
                id=house.archive.ids.new(),
                number=1,
                kind="timestamp-renewal",
                algorithm="sha256",
                state="prepared",
                reason="due",
                begun_at=house.clock.now(),
                plan={"covers": []},
                done=1,
                total=1,
                attempts=1,
                failure="tsa-refused",
            )
        )
    text = see(house.client("administrator"), "/operations")
    assert re.search(r"1 time proof must be renewed by \d+ \w+ \d{4}: the certificate of", text)
    assert re.search(r"renewal 1 tsa-refused 1 of 1", text)
