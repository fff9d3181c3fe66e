"""Matters, selections and their packages: what may be said, what is recorded, and that all of it comes back."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue import schema as t
from archive.matter_packages import file_package, find_matter_package, note_package, packages_of
from archive.matters import MatterFacts, change_matter, find_matter, list_matters, open_matter
from archive.rebuild import rebuild
from archive.registry import NewClaim, put_claim
from archive.selections import (
    Item,
    Selection,
    SelectionFrozen,
    added,
    begin_selection,
    find_selection,
    labelled,
    list_selections,
    moved,
    open_selection,
    put_items,
    removed,
)
from archive.verify import verify
from signing import canonical
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tabellion.base.errors import BadRequest, Conflict, NotFound
from tests.archive.building import ACTOR, Intake, make_objects, seeded
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST, reopened

OTHER = "019ac000-0000-4000-8000-00000000000b"
PACKAGE = "019ac000-0000-7000-8000-0000000000ff"

spans = st.sampled_from([(0, 0), (1, 1), (2, 2), (1, 3)])
items = st.builds(lambda document, span: Item(document, *span), st.sampled_from("abc"), spans)
lists = st.lists(items, max_size=8).map(lambda found: tuple({item.key: item for item in found}.values()))


def matter(archive: Archive, name: str = "I C 123/26", **facts: object) -> str:
    with archive.catalogue.write() as connection:
        return open_matter(archive, connection, MatterFacts(name, **facts), ACTOR)  # type: ignore[arg-type]


def selection(archive: Archive, matter_id: str, *chosen: Item) -> Selection:
    with archive.catalogue.write() as connection:
        return begin_selection(archive, connection, matter_id, ACTOR, chosen)


class TestMatters:
    def test_is_what_was_said_of_it(self, archive: Archive) -> None:
        with archive.catalogue.write() as connection:
            claim = put_claim(archive, connection, NewClaim("KW-1"))
        facts = MatterFacts(
            "  Kowalska \n przeciw Bank ", " Sąd  Rejonowy ", ("I C 1/26", "I C 1/26"), (claim,)
        )
        with archive.catalogue.write() as connection:
            made = open_matter(archive, connection, facts, ACTOR)
        with archive.catalogue.read() as connection:
            found = find_matter(connection, made)
        expected = MatterFacts("Kowalska przeciw Bank", "Sąd Rejonowy", ("I C 1/26",), (claim,))
        assert (found.facts, found.opened_by, found.version) == (expected, ACTOR, 1)

    @pytest.mark.parametrize(
        "facts",
        [
            MatterFacts("  "),
            MatterFacts("x" * 201),
            MatterFacts("x", case_numbers=tuple(map(str, range(21)))),
            MatterFacts("x", claims=("no such claim",)),
        ],
    )
    def test_what_cannot_be_one_is_refused(self, archive: Archive, facts: MatterFacts) -> None:
        with pytest.raises(BadRequest), archive.catalogue.write() as connection:
            open_matter(archive, connection, facts, ACTOR)

    def test_equal_words_are_no_change(self, archive: Archive) -> None:
        made = matter(archive)
        for name, version in (("I C 123/26", 1), ("I C 124/26", 2)):
            with archive.catalogue.write() as connection:
                change_matter(archive, connection, made, MatterFacts(name), OTHER)
                assert find_matter(connection, made).version == version

    def test_are_listed_newest_first_and_onwards(self, archive: Archive, clock: ManualClock) -> None:
        made = []
        for name in "abc":
            clock.advance(seconds=1)
            made.append(matter(archive, name))
        everything = t.matters.c.id.is_not(None)
        with archive.catalogue.read() as connection:
            first = list_matters(connection, everything, limit=2)
            rest = list_matters(connection, everything, limit=2, before=first[-1].id)
        assert [one.id for one in (*first, *rest)] == made[::-1]


class TestItems:
    @given(lists, items)
    def test_adding_keeps_every_paper_and_adds_the_new_one(
        self, present: tuple[Item, ...], new: Item
    ) -> None:
        after = added(present, new)
        assert len({item.key for item in after}) == len(after)
        assert {item.document for item in after} == {item.document for item in present} | {new.document}
        assert any(item.document == new.document and (item.whole or item.key == new.key) for item in after)
        assert added(after, new) == after

    @given(lists, st.data(), st.integers(-10, 10))
    def test_moving_loses_nothing_and_keeps_the_rest_in_order(
        self, present: tuple[Item, ...], data: st.DataObject, step: int
    ) -> None:
        if not present:
            return
        key = data.draw(st.sampled_from([item.key for item in present]))
        after = moved(present, key, step)
        assert sorted(item.key for item in after) == sorted(item.key for item in present)
        assert removed(after, key) == removed(present, key)
        at = [item.key for item in present].index(key)
        assert after[min(max(0, at + step), len(present) - 1)].key == key

    def test_a_whole_paper_takes_the_place_of_its_pages(self) -> None:
        present = (Item("a"), Item("b", 2, 2), Item("c"), Item("b", 4, 4))
        assert added(present, Item("b")) == (Item("a"), Item("b"), Item("c"))
        assert added(present, Item("a", 1, 1)) == present

    def test_labels_come_and_go(self) -> None:
        with_words = labelled((Item("a"),), "a.0-0", "  the   contract ")
        assert with_words == (Item("a", label="the contract"),)
        assert labelled(with_words, "a.0-0", " ") == (Item("a"),)
        with pytest.raises(NotFound):
            labelled(with_words, "b.0-0", "x")


class TestSelections:
    def test_there_is_one_that_can_be_changed(self, archive: Archive) -> None:
        made = matter(archive)
        first = selection(archive, made, Item("a"))
        with pytest.raises(Conflict):
            selection(archive, made)
        with archive.catalogue.write() as connection:
            put_items(archive, connection, first, (Item("b", 1, 2, "x", ("c",)), Item("a")), ACTOR)
            found = open_selection(connection, made)
        assert found is not None
        assert found.items == (Item("b", 1, 2, "x", ("c",)), Item("a"))

    def test_a_package_freezes_it(self, archive: Archive) -> None:
        made = matter(archive)
        first = selection(archive, made, Item("a"))
        with archive.catalogue.write() as connection:
            note_package(archive, connection, first, PACKAGE, ACTOR)
            note_package(archive, connection, first, PACKAGE, OTHER)
            assert open_selection(connection, made) is None
            assert len(packages_of(connection, [made])) == 1
        with pytest.raises(SelectionFrozen), archive.catalogue.write() as connection:
            put_items(archive, connection, first, (), ACTOR)
        second = selection(archive, made, *first.items)
        with archive.catalogue.read() as connection:
            assert [(one.number, one.items) for one in list_selections(connection, made)] == [
                (2, first.items),
                (1, first.items),
            ]
            with pytest.raises(NotFound):
                find_selection(connection, matter(archive, "other"), second.id)

    def test_a_closed_matter_begins_nothing(self, archive: Archive) -> None:
        made = matter(archive)
        with archive.catalogue.write() as connection:
            change_matter(archive, connection, made, MatterFacts("x", state="closed"), ACTOR)
        with pytest.raises(Conflict):
            selection(archive, made)

    @pytest.mark.parametrize(
        "chosen",
        [(Item("a", 2, 1),), (Item("a", 0, 1),), (Item("a"), Item("a")), (Item("a", label="x" * 201),)],
    )
    def test_what_is_no_selection_is_refused(self, archive: Archive, chosen: tuple[Item, ...]) -> None:
        made = matter(archive)
        with pytest.raises(BadRequest):
            selection(archive, made, *chosen)


class TestPackages:
    def test_are_filed_and_taken_back(self, archive: Archive) -> None:
        made = matter(archive)
        first = selection(archive, made, Item("a"))
        with archive.catalogue.write() as connection:
            note_package(archive, connection, first, PACKAGE, ACTOR)
            file_package(archive, connection, made, PACKAGE, OTHER, filed=True)
            assert find_matter_package(connection, made, PACKAGE).filed_by == OTHER
            file_package(archive, connection, made, PACKAGE, OTHER, filed=False)
            assert find_matter_package(connection, made, PACKAGE).filed_at is None
        with pytest.raises(NotFound), archive.catalogue.write() as connection:
            file_package(archive, connection, made, "another", OTHER, filed=True)


def test_every_change_is_a_record_and_an_entry_without_words(archive: Archive) -> None:
    made = matter(archive, "Kowalska przeciw Bank", court="Sąd Rejonowy")
    first = selection(archive, made, Item("a", label="the contract"))
    with archive.catalogue.write() as connection:
        note_package(archive, connection, first, PACKAGE, ACTOR)
        rows = connection.execute(
            select(t.log_outbox).where(t.log_outbox.c.object_id == made).order_by(t.log_outbox.c.id)
        ).all()
    assert [(row.type, row.object_type, row.chain, row.reason) for row in rows] == [
        ("compose", "matter", "custody", "by-hand")
    ] * 3
    assert [hashlib.sha256(row.record_body).hexdigest() for row in rows] == [row.subject for row in rows]
    value = canonical.load_object(rows[-1].record_body)
    assert value["name"] == "Kowalska przeciw Bank"
    assert value["selections"][0]["items"][0]["label"] == "the contract"
    assert value["packages"][0]["package"] == PACKAGE
    TestKeeper(archive).run()
    with archive.catalogue.read() as connection:
        entries = b"".join(connection.execute(select(t.log_entries.c.entry)).scalars())
    assert b"Kowalska" not in entries and b"contract" not in entries


def everything(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    tables = (t.matters, t.matter_claims, t.selections, t.selection_items, t.matter_packages)
    with archive.catalogue.read() as connection:
        return {
            table.name: sorted(tuple(map(str, row)) for row in connection.execute(select(table)))
            for table in tables
        }


def test_rebuild_brings_them_back(
    archive: Archive, intake: Intake, home: Path, clock: ManualClock, tmp_path: Path
) -> None:
    paper = intake.deposit(intake.batch(), 1, b"paper").document
    with archive.catalogue.write() as connection:
        claim = put_claim(archive, connection, NewClaim("KW-1", external_id="C-17"))
    made = matter(archive, court="Sąd", case_numbers=("I C 1/26",), claims=(claim,))
    matter(archive, "another")
    first = selection(archive, made, Item(paper, label="contract", passed_over=("x",)))
    with archive.catalogue.write() as connection:
        note_package(archive, connection, first, PACKAGE, ACTOR)
        file_package(archive, connection, made, PACKAGE, OTHER, filed=True)
    selection(archive, made, Item(paper, 1, 1))
    TestKeeper(archive).stamp()
    before = everything(archive)
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED

    archive.catalogue.close()
    catalogue = Catalogue(f"sqlite:///{tmp_path}/new.db")
    upgrade(catalogue)
    objects = make_objects(home, clock, seeded(55))
    new = Archive(archive.id, archive.origin, catalogue, objects, clock, archive.ids)
    rebuild(new, TRUST)
    assert everything(new) == before
    TestKeeper(new).run()
    report = verify(reopened(new), TRUST)
    assert report.overall is Verdict.PASSED
    assert report.checked["matters"] == 2
    catalogue.close()


def test_a_record_that_vanished_is_found_out(archive: Archive, home: Path, intake: Intake) -> None:
    made = matter(archive)
    intake.deposit(intake.batch(), 1, b"paper")
    TestKeeper(archive).stamp()
    stored = next(path for path in (home / "vault" / "matters" / made).rglob("*") if path.is_file())
    stored.chmod(0o600)
    stored.unlink()
    report = verify(reopened(archive), TRUST)
    assert report.overall is Verdict.FAILED
    assert "RECORD_MISSING" in {finding.code for finding in report.findings}
