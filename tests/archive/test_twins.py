"""Twins of many documents at once: whole chains of re-scans, in as many questions as the longest chain has steps."""

from sqlalchemy import event, insert

from archive.archive import Archive
from archive.catalogue.schema import batches, documents, relations
from archive.twins import Twin, twins_of

NAMES = ("a", "b", "c", "d", "e", "f")


def stored(archive: Archive, *pairs: tuple[str, str, int]) -> None:
    """Six documents, and relations of re-scans between them, granted or taken back."""
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(batches).values(
                id="box", name="box", origin="import", sides_mode="simplex", state="open", opened_at=now, version=1,
                record_n=0,
            )
        )  # fmt: skip
        for name in NAMES:
            connection.execute(
                insert(documents).values(
                    id=name,
                    batch_id="box",
                    state="searchable",
                    kind="other",
                    kind_confidence=1.0,
                    language="pl",
                    received_at=now,
                    version=1,
                    record_n=0,
                )
            )
        for one, other, granted in pairs:
            connection.execute(
                insert(relations).values(
                    document_id=one, other_id=other, relation="rescan_of", granted=granted, actor="x", at=now
                )
            )


def scans(*names: str) -> tuple[Twin, ...]:
    return tuple(Twin(name, "rescan") for name in names)


def test_chains_are_followed_in_either_direction_and_what_was_taken_back_is_none(archive: Archive) -> None:
    stored(archive, ("b", "a", 1), ("c", "b", 1), ("e", "d", 1), ("f", "d", 1), ("f", "d", 0))
    with archive.catalogue.read() as connection:
        assert twins_of(connection, NAMES) == {
            "a": scans("b", "c"),
            "b": scans("a", "c"),
            "c": scans("a", "b"),
            "d": scans("e"),
            "e": scans("d"),
        }
        assert twins_of(connection, ["c", "f", "c"]) == {"c": scans("a", "b")}
        assert twins_of(connection, []) == {}


def test_a_page_of_hits_without_twins_is_two_questions(archive: Archive) -> None:
    stored(archive, ("b", "a", 1))
    asked: list[str] = []
    with archive.catalogue.read() as connection:

        def count(_: object, __: object, statement: str, *___: object) -> None:
            asked.append(statement)

        event.listen(connection.engine, "before_cursor_execute", count)
        assert twins_of(connection, ["c", "d", "e", "f"]) == {}
        event.remove(connection.engine, "before_cursor_execute", count)
    assert len(asked) == 2
