"""What is asked again and again finds its few rows by an index, in an archive of any size: SQLite's plans say so."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from archive.catalogue import Catalogue
from archive.catalogue.schema import links, log_outbox
from archive.fixity.figures import faulty
from archive.fixity.sides import FIRST, SECOND, due_in
from archive.log_group import assign, waiting
from tests.archive.building import empty_catalogue

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    (tmp_path / "catalogue.db").write_bytes(empty_catalogue())
    catalogue = Catalogue(f"sqlite:///{tmp_path}/catalogue.db")
    yield catalogue
    catalogue.close()


def _plans(catalogue: Catalogue, ask: Callable[[Connection], object]) -> list[str]:
    """How SQLite finds the rows of each question."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    event.listen(catalogue.engine, "before_cursor_execute", note)
    with catalogue.write() as connection:
        ask(connection)
        event.remove(catalogue.engine, "before_cursor_execute", note)
        return [
            row[3]
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


@pytest.mark.parametrize(
    ("columns", "unread"), [(FIRST, "ix_objects_unread"), (SECOND, "ix_objects_copy_unread")]
)
def test_what_fixity_must_read_now_is_found_by_indexes_of_a_few(
    catalogue: Catalogue, columns: Any, unread: str
) -> None:
    found = _plans(catalogue, lambda connection: due_in(columns, connection, _NOW, timedelta(days=30)))
    looked = [plan for plan in found if " objects " in f"{plan} "]
    checked = f"ix_objects_{columns.checked_at.name}"
    assert [plan.split(" USING INDEX ")[1].split(" ")[0] for plan in looked] == [
        unread,
        "ix_objects_faulty",
        checked,
    ]


def test_what_is_faulty_is_found_without_the_rest(catalogue: Catalogue) -> None:
    assert _plans(catalogue, faulty) == ["SCAN objects USING INDEX ix_objects_faulty"]


def test_the_log_finds_the_heads_of_a_group_by_their_key(catalogue: Catalogue) -> None:
    def group(connection: Connection) -> None:
        values = {
            "type": "receive",
            "time": _NOW,
            "actor": "somebody",
            "subject": "0" * 64,
            "object_type": "deposit",
            "object_id": "one",
            "chain": "custody",
        }
        connection.execute(log_outbox.insert(), values)
        assign(connection, [waiting(row) for row in connection.execute(log_outbox.select())], 0)

    heads = [plan for plan in _plans(catalogue, group) if " log_heads " in f"{plan} "]
    assert heads == [
        "SEARCH log_heads USING INDEX sqlite_autoindex_log_heads_1 (object_type=? AND object_id=?)"
    ]


def test_whether_a_paper_is_linked_is_asked_of_its_own_links(catalogue: Catalogue) -> None:
    of_a_party = select(links.c.id).where(links.c.document_id == "one", links.c.target_type == "party")
    assert _plans(catalogue, lambda connection: connection.execute(of_a_party)) == [
        "SEARCH links USING COVERING INDEX ix_links_document (document_id=? AND target_type=?)"
    ]
