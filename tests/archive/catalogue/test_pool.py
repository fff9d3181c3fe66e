"""Few connections serve many threads, and whoever waits for one too long is told so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from archive.catalogue import Catalogue, CatalogueUnavailable, alive, beat, engine

pytestmark = pytest.mark.services


def test_many_threads_share_few_connections(postgresql_catalogue: Catalogue) -> None:
    url = postgresql_catalogue.engine.url.render_as_string(hide_password=False)
    catalogue, now = Catalogue(url, 3), datetime.now(UTC)

    def use(number: int) -> None:
        with catalogue.write() as connection:
            beat(connection, f"thread-{number}", "api", now)
        with catalogue.read() as connection:
            connection.execute(text("SELECT pg_sleep(0.005)"))

    with ThreadPoolExecutor(60) as pool:
        list(pool.map(use, range(120)))
    with catalogue.read() as connection:
        assert alive(connection, "api", now, timedelta(seconds=1)) == 120
        held = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert connection.scalar(held) <= 3 + 1
    catalogue.close()


def test_who_waits_too_long_is_told_so(
    postgresql_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    url = postgresql_catalogue.engine.url.render_as_string(hide_password=False)
    catalogue = Catalogue(url, 1)
    with catalogue.read(), pytest.raises(CatalogueUnavailable, match="taken"), catalogue.read():
        pass
    catalogue.close()
