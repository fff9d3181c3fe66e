"""The batch balances, or says what is missing; every change is an entry; closed is closed."""

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import batch_items, documents, log_outbox
from archive.catalogue.schema import batches as batches_table
from ingest import batches
from ingest.batches import Declaration
from ingest.changes import Announced, Missing, announce, mark_item, missing_of, void_number
from ingest.errors import BatchClosed, NumberTaken, ReasonNeeded, VersionMoved
from ingest.ledger import Ledger, ledger_of, ledgers
from ingest.spans import spans_in_words
from ingest.stations import Device, create_station, disable_station, find_station, list_stations
from ingest.views import batch_lines, item_lines
from ingest.worker import Worker
from tabellion.base.errors import BadRequest, Conflict, NotFound
from tests.ingest.support import Doors, papers, rows


@pytest.fixture
def station(archive: Archive) -> str:
    return create_station(archive, "station 3")


@pytest.fixture
def box(archive: Archive, station: str) -> str:
    """An open batch of 3 duplex sheets: 6 sides."""
    declaration = Declaration("BOX 12", station=station, sides_mode="duplex", sheets=3)
    return batches.open_declared(archive, declaration, SYSTEM_ACTOR)


def ledger(archive: Archive, batch: str) -> Ledger:
    with archive.catalogue.read() as connection:
        return ledger_of(connection, batch)


def entries(archive: Archive, batch: str) -> list[tuple[str, str | None]]:
    found = rows(archive, log_outbox, log_outbox.c.object_id == batch)
    return [(row.type, row.reason) for row in found]


def test_the_ledger_says_what_is_missing_by_number(archive: Archive, doors: Doors, box: str) -> None:
    for number in (1, 2, 4, 5):
        doors.receive(b"side %d" % number, batch=box, sequence=number)
    found = ledger(archive, box)
    assert (found.expected, found.fed, found.missing, found.gaps) == (6, 4, 2, ((3, 3), (6, 6)))
    assert found.equation == "6 = 4 paper + 0 blank + 0 separators + 0 void + 2 missing"
    assert found.imbalance == "2 missing, no paper under 3, 6"
    assert not found.balanced


def test_void_separators_blanks_and_duplicates_are_counted_apart(
    archive: Archive, doors: Doors, box: str
) -> None:
    for number in range(1, 6):
        doors.receive(b"side %d" % min(number, 4), batch=box, sequence=number)
    doors.receive(b"side 1", batch=box, sequence=1)
    items = {row.sequence: row.id for row in rows(archive, batch_items)}
    mark_item(archive, box, items[1], "separator", SYSTEM_ACTOR)
    mark_item(archive, box, items[2], "blank", SYSTEM_ACTOR)
    void_number(archive, box, 3, SYSTEM_ACTOR, "illegible")
    void_number(archive, box, 6, SYSTEM_ACTOR, "number-skipped")
    found = ledger(archive, box)
    assert found.equation == "6 = 2 paper + 1 blank + 1 separators + 2 void + 0 missing"
    assert (found.duplicates, found.repeats, found.waiting, found.balanced) == (1, 1, 4, True)
    voided = [row.state for row in rows(archive, documents)]
    assert voided.count("void") == 1
    assert entries(archive, box) == [
        ("batch-open", "station"),
        ("batch-change", "by-hand"),
        ("batch-change", "by-hand"),
        ("batch-change", "void"),
        ("batch-change", "void"),
    ]


def test_closing_what_does_not_balance_asks_for_a_reason(archive: Archive, doors: Doors, box: str) -> None:
    doors.receive(b"1", batch=box, sequence=1)
    with pytest.raises(ReasonNeeded, match="5 missing"):
        batches.close(archive, box, SYSTEM_ACTOR)
    with pytest.raises(BadRequest):
        batches.close(archive, box, SYSTEM_ACTOR, reason="because")
    batches.close(archive, box, SYSTEM_ACTOR, reason="not-in-box")
    (row,) = rows(archive, batches_table, batches_table.c.id == box)
    assert (row.state, row.close_reason) == ("closed", "not-in-box")
    assert entries(archive, box)[-1] == ("batch-close", "by-hand")


def test_a_closed_batch_refuses_every_change(archive: Archive, doors: Doors, box: str) -> None:
    doors.receive(b"1", batch=box, sequence=1)
    (item,) = rows(archive, batch_items)
    batches.close(archive, box, SYSTEM_ACTOR, reason="counted-wrong")
    for change in (
        lambda: void_number(archive, box, 2, SYSTEM_ACTOR, "number-skipped"),
        lambda: mark_item(archive, box, item.id, "blank", SYSTEM_ACTOR),
        lambda: announce(archive, box, [Announced(2, "0" * 64)], SYSTEM_ACTOR),
        lambda: batches.declare(archive, box, SYSTEM_ACTOR, sheets=1, sides=None),
        lambda: batches.close(archive, box, SYSTEM_ACTOR),
        lambda: doors.receive(b"2", batch=box, sequence=2),
        lambda: doors.receive(b"2", batch=box, replaces=item.id),
    ):
        with pytest.raises(BatchClosed):
            change()


def test_supplements_take_what_comes_late(archive: Archive, box: str) -> None:
    with pytest.raises(Conflict):
        batches.open_supplement(archive, box, SYSTEM_ACTOR)
    batches.close(archive, box, SYSTEM_ACTOR, reason="comes-later")
    first = batches.open_supplement(archive, box, SYSTEM_ACTOR)
    assert batches.open_supplement(archive, box, SYSTEM_ACTOR) == first
    batches.close(archive, first, SYSTEM_ACTOR)
    second = batches.open_supplement(archive, box, SYSTEM_ACTOR)
    names = sorted(row.name for row in rows(archive, batches_table))
    assert names[-2:] == ["BOX 12, supplement 1", "BOX 12, supplement 2"]
    assert second != first


def test_two_people_do_not_overwrite_each_other(archive: Archive, box: str) -> None:
    (row,) = rows(archive, batches_table)
    batches.declare(archive, box, SYSTEM_ACTOR, sheets=4, sides=None, version=row.version)
    with pytest.raises(VersionMoved):
        batches.declare(archive, box, SYSTEM_ACTOR, sheets=5, sides=None, version=row.version)
    assert ledger(archive, box).expected == 8


def test_a_list_of_digests_answers_what_is_missing(archive: Archive, doors: Doors, box: str) -> None:
    wanted = [Announced(n, hashlib.sha256(b"%d" % n).hexdigest()) for n in (1, 2, 3)]
    assert announce(archive, box, wanted, SYSTEM_ACTOR) == [
        Missing(item.sequence, item.sha256, differs=False) for item in wanted
    ]
    assert doors.receive(b"2", batch=box).sequence == 2
    doors.receive(b"1", batch=box, sequence=1)
    doors.receive(b"other", batch=box, sequence=3)
    with archive.catalogue.read() as connection:
        assert missing_of(connection, box) == [Missing(3, wanted[2].sha256, differs=True)]
    assert announce(archive, box, wanted, SYSTEM_ACTOR) == [Missing(3, wanted[2].sha256, differs=True)]
    assert entries(archive, box).count(("batch-change", "declaration")) == 1
    with pytest.raises(NumberTaken):
        announce(archive, box, [Announced(1, "0" * 64)], SYSTEM_ACTOR)
    with pytest.raises(BadRequest):
        announce(archive, box, [Announced(0, "0" * 64)], SYSTEM_ACTOR)


def test_a_void_number_can_be_scanned_after_all(archive: Archive, doors: Doors, box: str) -> None:
    void_number(archive, box, 2, SYSTEM_ACTOR, "number-skipped")
    with pytest.raises(Conflict):
        void_number(archive, box, 2, SYSTEM_ACTOR, "number-skipped")
    with pytest.raises(NumberTaken):
        doors.receive(b"2", batch=box, sequence=2)
    (item,) = rows(archive, batch_items)
    assert doors.receive(b"2", batch=box, replaces=item.id).sequence == 2
    assert ledger(archive, box).replaced == 1


def test_one_open_batch_a_name(archive: Archive) -> None:
    first = batches.find_or_open(archive, " letters ", None, SYSTEM_ACTOR)
    assert batches.find_or_open(archive, "letters", None, SYSTEM_ACTOR) == first
    batches.close(archive, first, SYSTEM_ACTOR)
    assert batches.find_or_open(archive, "letters", None, SYSTEM_ACTOR) != first
    for name in ("", "a\nb", "x" * 201):
        with pytest.raises(BadRequest):
            batches.find_or_open(archive, name, None, SYSTEM_ACTOR)


def test_the_standing_queue_stands(archive: Archive) -> None:
    queue = batches.unassigned(archive, SYSTEM_ACTOR)
    assert batches.unassigned(archive, SYSTEM_ACTOR) == queue
    with pytest.raises(Conflict):
        batches.close(archive, queue, SYSTEM_ACTOR)
    with pytest.raises(Conflict):
        batches.find_or_open(archive, batches.UNASSIGNED, None, SYSTEM_ACTOR)


@pytest.mark.parametrize("counts", [{"sheets": 0}, {"sheets": 2, "sides": 5}, {"sides": -1}])
def test_counts_that_cannot_be_are_refused(archive: Archive, station: str, counts: dict[str, int]) -> None:
    with pytest.raises(BadRequest):
        declaration = Declaration("b", station=station, sides_mode="duplex", **counts)
        batches.open_declared(archive, declaration, SYSTEM_ACTOR)


def test_stations_come_and_go(archive: Archive, station: str) -> None:
    with pytest.raises(Conflict):
        create_station(archive, "station 3")
    with pytest.raises(BadRequest):
        create_station(archive, "x", device=Device(model="ä"))
    with pytest.raises(NotFound):
        create_station(archive, "y", portfolio=archive.ids.new())
    disable_station(archive, station)
    disable_station(archive, station)
    with pytest.raises(NotFound):
        disable_station(archive, archive.ids.new())
    with archive.catalogue.read() as connection:
        assert find_station(connection, "station 3").id == station
        assert [row.disabled_at is not None for row in list_stations(connection)] == [True]
    with pytest.raises(Conflict):
        batches.open_declared(archive, Declaration("b", station=station), SYSTEM_ACTOR)


def test_what_operators_see(archive: Archive, doors: Doors, worker: Worker, box: str) -> None:
    doors.receive(papers(["A letter, readable."]), batch=box, sequence=1, name="one.pdf")
    doors.receive(b"", batch=box, sequence=3, name="three.pdf")
    with archive.catalogue.read() as connection:
        assert [line.seen for line in item_lines(connection, box)] == ["waiting", "waiting"]
    worker.drain()
    void_number(archive, box, 2, SYSTEM_ACTOR, "number-skipped")
    with archive.catalogue.read() as connection:
        lines = item_lines(connection, box)
        (line,) = batch_lines(connection, batches_table.c.id == box)
        rest = item_lines(connection, box, after=(lines[0].sequence, lines[0].id))
        two = item_lines(connection, box, last=2)
    # Read, but not yet sealed: the log has no keeper here.
    assert [(line.sequence, line.state, line.seen) for line in lines] == [
        (1, "held", "waiting"),
        (2, "void", "held"),
        (3, "held", "needs-you"),
    ]
    assert lines[2].reason_code == "EMPTY"
    assert lines[1].void_reason == "number-skipped"
    assert rest == lines[1:]
    assert two == lines[:2]
    assert (line.name, line.station, line.ledger.failed, line.ledger.missing) == ("BOX 12", "station 3", 1, 3)


@given(
    numbers=st.sets(st.integers(1, 30), max_size=20),
    sheets=st.none() | st.integers(1, 30),
    voids=st.integers(0, 5),
)
def test_the_equation_always_holds(numbers: set[int], sheets: int | None, voids: int) -> None:
    """paper + blank + separators + void + missing - extra is what was expected."""
    fed, expected = len(numbers), sheets
    missing = max((expected or 0) - fed - voids, 0)
    extra = max(fed + voids - expected, 0) if expected is not None else 0
    found = Ledger("b", sheets, expected, fed + voids, fed, 0, 0, voids, missing, extra, 0, 0, 0, 0, 0)
    left, _, right = found.equation.partition(" = ")
    total = sum(int(part.split()[0]) for part in right.replace(" - ", " + -").split(" + "))
    assert int(left) == total


@pytest.mark.parametrize(
    ("spans", "words"), [((), ""), (((3, 3),), "3"), (((1, 2), (117, 118)), "1-2, 117-118")]
)
def test_spans_in_words(spans: Sequence[Any], words: str) -> None:
    assert spans_in_words(spans) == words


def test_many_batches_at_once(archive: Archive, doors: Doors, box: str) -> None:
    doors.receive(b"1", batch=box, sequence=4)
    doors.receive(b"1")
    with archive.catalogue.read() as connection:
        found = ledgers(connection, [doors.batch, box])
    assert [(one.batch, one.items, one.missing) for one in found] == [(doors.batch, 1, 0), (box, 1, 5)]
