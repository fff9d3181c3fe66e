"""Migrations on PostgreSQL while files come in, while another machine migrates, and while somebody is in the way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from sqlalchemy import text

from archive.catalogue import Catalogue, CatalogueUnavailable, check, migrate, upgrade
from archive.catalogue.migrate import differences

pytestmark = pytest.mark.services
BEFORE = "0014"
"""A schema to begin with: what follows adds columns to `work` and others, tables and indexes."""

WORK = text(
    "INSERT INTO work (id, kind, object_id, priority, state, ready_at, attempts, token, created_at, again)"
    " VALUES (:id, 'read', :id, 50, 'ready', :now, 0, 0, :now, false)"
)
BEAT = text(
    "INSERT INTO beats (holder, kind, at) VALUES (:id, 'api', :now)"
    " ON CONFLICT (holder) DO UPDATE SET at = excluded.at"
)


@pytest.fixture
def older(postgresql_url: str) -> Catalogue:
    """A catalogue with the schema of an earlier version."""
    catalogue = Catalogue(postgresql_url)
    upgrade(catalogue, BEFORE)
    return catalogue


def together(*tasks: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()


def test_writers_go_on_and_two_machines_migrate_at_once(older: Catalogue, postgresql_url: str) -> None:
    stop, written, errors = Event(), list[str](), list[Exception]()

    def write(name: str) -> None:
        catalogue, number = Catalogue(postgresql_url), 0
        while not stop.is_set():
            number += 1
            row = {"id": f"{name}-{number}", "now": datetime.now(UTC)}
            try:
                with catalogue.write() as connection:
                    for statement in (BEAT, WORK):
                        connection.execute(statement, row)
            except (
                CatalogueUnavailable
            ) as error:  # chosen as the victim of a deadlock: tried again by whoever sent
                errors.append(error)
            else:
                written.append(row["id"])  # type: ignore[arg-type]
        catalogue.close()

    writers = [Thread(target=write, args=(f"writer{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    others = [Catalogue(postgresql_url) for _ in range(2)]
    try:
        together(*(lambda each=each: upgrade(each) for each in others))
        after = len(written)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    check(older)
    with older.read() as connection:
        assert differences(connection) == []
        assert connection.scalar(text("SELECT count(*) FROM work")) == len(written) >= after > 0
    assert len(errors) <= len(written) / 10
    for each in (older, *others):
        each.close()


def test_it_waits_for_a_table_without_holding_up_the_writers(
    older: Catalogue, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("LOCK_SECONDS", 0.1), ("PAUSE_SECONDS", 0.05), ("TRIES", 1000)):
        monkeypatch.setattr(migrate, name, value)
    slow, writer = Catalogue(postgresql_url), Catalogue(postgresql_url)
    with slow.read() as connection:
        connection.execute(text("SELECT count(*) FROM work")).one()
        with ThreadPoolExecutor(1) as pool:
            migrating = pool.submit(upgrade, older)
            for number in range(20):
                with writer.write() as other:
                    other.execute(WORK, {"id": f"w{number}", "now": datetime.now(UTC)})
            assert not migrating.done(), "the reader holds the table"
            connection.rollback()
            migrating.result(timeout=120)
    check(older)
    for each in (older, slow, writer):
        each.close()


def test_it_gives_up_where_a_table_stays_locked(
    older: Catalogue, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("LOCK_SECONDS", 0.05), ("PAUSE_SECONDS", 0.01), ("TRIES", 3)):
        monkeypatch.setattr(migrate, name, value)
    slow = Catalogue(postgresql_url)
    with slow.write() as connection:
        connection.execute(text("LOCK TABLE work IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(CatalogueUnavailable, match="locked"):
            upgrade(older)
    upgrade(older)
    check(older)
    for each in (older, slow):
        each.close()


def test_a_newer_schema_does_no_harm(postgresql_catalogue: Catalogue) -> None:
    with postgresql_catalogue.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    check(postgresql_catalogue)
    upgrade(postgresql_catalogue)
