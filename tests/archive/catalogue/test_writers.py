"""Writers of one process stand in line on SQLite: they keep nothing from readers, and all of them get through."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.catalogue import Catalogue, CatalogueUnavailable, alive, beat, engine
from archive.catalogue.schema import beats, metadata

MANY = 3 * engine.FILES_KEPT


@pytest.fixture
def written(tmp_path: Path) -> Catalogue:
    catalogue = Catalogue(f"sqlite:///{tmp_path}/catalogue.db")
    metadata.create_all(catalogue.engine, [beats])
    return catalogue


def test_readers_are_served_while_many_wait_to_write(written: Catalogue) -> None:
    now = datetime.now(UTC)

    def write(number: int) -> None:
        with written.write() as connection:
            beat(connection, f"thread-{number}", "api", now)

    with ThreadPoolExecutor(MANY) as pool:
        with written.write():
            done = [pool.submit(write, number) for number in range(MANY)]
            time.sleep(0.1)
            begun = time.monotonic()
            with written.read() as connection:
                assert not alive(connection, "api", now, timedelta(seconds=1))
            assert time.monotonic() - begun < 20
        for one in done:
            one.result()
    with written.read() as connection:
        assert alive(connection, "api", now, timedelta(seconds=1)) == MANY
    written.close()


def test_who_waits_too_long_is_told_so_and_the_line_goes_on(
    written: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    with written.write(), pytest.raises(CatalogueUnavailable, match="writing"), written.write():
        pass
    with written.write() as connection:
        beat(connection, "after", "api", datetime.now(UTC))
    written.close()
