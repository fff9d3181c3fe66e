"""Who was refused is written down now and then, added up, told to administrators, and forgotten after a day."""

import pytest

from api.limits import Refusals
from api.limits.kept import Refused, refused_lately, write_down
from archive.archive import Archive
from tests.api.support import House


def lately(archive: Archive) -> list[Refused]:
    with archive.catalogue.read() as connection:
        return list(refused_lately(connection, archive.clock.now()))


def test_refusals_are_added_up_and_forgotten(house: House) -> None:
    account, refusals, archive = house.account("collector", name="ann"), Refusals(), house.archive
    for _ in range(3):
        refusals.note(account.id, "RATE_LIMITED")
    refusals.note(None, "RATE_LIMITED")
    write_down(archive, refusals)
    begun = archive.clock.now()
    house.clock.advance(hours=23)
    refusals.note(account.id, "RATE_LIMITED")
    write_down(archive, refusals)
    now = archive.clock.now()
    assert lately(archive) == [
        Refused("ann", "RATE_LIMITED", 4, begun, now),
        Refused(None, "RATE_LIMITED", 1, begun, begun),
    ]
    house.clock.advance(hours=2)
    assert [one.name for one in lately(archive)] == ["ann"]
    house.clock.advance(hours=25)
    refusals.note(account.id, "QUOTA_REACHED")
    write_down(archive, refusals)
    assert [(one.code, one.count) for one in lately(archive)] == [("QUOTA_REACHED", 1)]


def test_where_nothing_was_noted_the_catalogue_is_not_asked(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(archive.catalogue, "engine", None)
        write_down(archive, Refusals())


def test_what_could_not_be_written_is_kept(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = Refusals()
    refusals.note(None, "RATE_LIMITED")
    with monkeypatch.context() as broken:
        broken.setattr(archive.catalogue, "engine", None)
        with pytest.raises(AttributeError):
            write_down(archive, refusals)
    write_down(archive, refusals)
    assert [one.count for one in lately(archive)] == [1]
