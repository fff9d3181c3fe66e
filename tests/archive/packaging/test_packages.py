"""Packages of what an archive really holds: made, verified, kept, found again, erased, rebuilt."""

import hashlib
import io
import zipfile
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from sqlalchemy import update

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue import schema as t
from archive.cosignatures import keep_cosignature
from archive.erase import erase
from archive.packages import (
    Choice,
    ExportNotReady,
    ExportRefused,
    Order,
    Package,
    build_ordered,
    fail_ordered,
    find_package,
    make_package,
    open_package,
    order_package,
    packages_of,
    preview,
)
from archive.packaging import make
from archive.packaging.make import write_container
from archive.packaging.plan import make_plan
from archive.rebuild import rebuild
from archive.records import record_document
from archive.vault import KeyMissing
from archive.verify import verify
from ingest.sweeping import Sweeper
from ocr import Reader
from signing import canonical
from signing.cosignature import WitnessKey, cosign, verify_cosignatures
from signing.entry import Entry
from signing.keys import Algorithm, KeySigner
from signing.note import Note
from signing.package import layout
from signing.package.index import PackageIndex
from signing.verdict import Aspect, Report, Verdict
from signing.verifier import trust_of, verify_package
from tabellion.base.clock import ManualClock
from tabellion.base.errors import BadRequest
from tests.archive.building import ACTOR, Deposited, Intake, make_objects, seeded
from tests.archive.keeping import TestKeeper
from tests.archive.packaging.making import issuer, order, public_files, read_pages, trust, waiting_for
from tests.archive.test_verify import TRUST
from tests.ocr import papers

ORIGINAL = b"%PDF-1.4 the bytes of a scan" * 100
NAME = "Umowa pożyczki – żółć.pdf"


@pytest.fixture
def keeper(archive: Archive) -> TestKeeper:
    return TestKeeper(archive)


@pytest.fixture
def paper(intake: Intake, keeper: TestKeeper) -> Deposited:
    """A paper of three pages that was read and stamped."""
    made = intake.deposit(intake.batch("box"), 1, ORIGINAL, NAME)
    read_pages(intake.archive, made, ["first page", "second page", "third page"])
    keeper.run()
    keeper.stamp()
    return made


def made(archive: Archive, wanted: Order) -> Package:
    return make_package(archive, issuer(archive), wanted, ACTOR, wait=refuse_to_wait)


def refuse_to_wait(_seconds: float) -> None:
    raise AssertionError("there is nothing to wait for")


def content(archive: Archive, package: Package) -> bytes:
    with open_package(archive, package.id) as stream:
        return stream.read()


def checked(archive: Archive, data: bytes) -> Report:
    return verify_package(io.BytesIO(data), trust(), archive.clock.now())


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def logged(archive: Archive, object_type: str) -> list[tuple[str, str | None]]:
    """Types and reasons of the entries about objects of that type."""
    with archive.catalogue.read() as connection:
        rows = connection.execute(
            t.log_entries.select().where(t.log_entries.c.object_type == object_type).order_by("seq")
        )
        entries = [Entry.parse(row.entry) for row in rows]
    return [(entry.type, entry.reason) for entry in entries]


class TestMade:
    def test_a_stranger_verifies_it(self, archive: Archive, paper: Deposited) -> None:
        package = made(archive, order(paper.document))
        data = content(archive, package)
        report = checked(archive, data)
        assert report.headline == "PASSED under policy embedded: test authority, no legal value"
        assert {report.verdicts[each] for each in (Aspect.TIME, Aspect.ORIGIN, Aspect.LOG)} == {
            Verdict.PASSED
        }
        assert (package.state, package.pending, package.size) == ("ready", False, len(data))
        assert package.digest == hashlib.sha256(data).hexdigest()

    def test_it_holds_what_was_received_and_what_the_records_say(
        self, archive: Archive, paper: Deposited
    ) -> None:
        files = unpacked(content(archive, made(archive, order(paper.document, language="pl"))))
        assert files["documents/1/original.pdf"] == ORIGINAL
        assert files[layout.REPORT].startswith(b"%PDF")
        assert files["exhibits/1.pdf"].startswith(b"%PDF")
        assert PackageIndex.parse(files[layout.INDEX]).language == "pl"
        note = canonical.load_object(files["documents/1/transfer-note.json"])
        assert note["file_name"] == NAME
        assert note["batch"]["name"] == "box"
        assert note["documents"][0]["pages"] == [1, 2, 3]
        assert [page["page"] for page in note["reading"]["pages"]] == [1, 2, 3]
        assert all(name.isascii() for name in files)

    def test_five_papers_in_one(self, archive: Archive, intake: Intake, keeper: TestKeeper) -> None:
        batch = intake.batch("box")
        papers = [intake.deposit(batch, n, ORIGINAL + bytes([n])) for n in range(1, 6)]
        keeper.run()
        keeper.stamp()
        package = made(archive, order(*(paper.document for paper in papers)))
        assert package.documents == tuple(paper.document for paper in papers)
        assert checked(archive, content(archive, package)).overall is Verdict.PASSED
        assert [found.id for found in packages_of(archive, papers[2].document)] == [package.id]

    def test_what_was_altered_fails(self, archive: Archive, paper: Deposited) -> None:
        data = content(archive, made(archive, order(paper.document)))
        assert checked(archive, data.replace(ORIGINAL, ORIGINAL[:-1] + b"!")).overall is Verdict.FAILED

    def test_while_the_time_proof_is_pending_it_says_so(
        self, archive: Archive, intake: Intake, keeper: TestKeeper
    ) -> None:
        paper = intake.deposit(intake.batch("box"), 1, ORIGINAL)
        keeper.run()
        package = made(archive, order(paper.document))
        report = checked(archive, content(archive, package))
        assert (package.pending, report.overall) == (True, Verdict.INDETERMINATE)
        assert "TIME_PENDING" in {finding.code for finding in report.findings}
        keeper.run()
        assert made(archive, order(paper.document)).id == package.id
        keeper.stamp()
        proven = made(archive, order(paper.document))
        assert (proven.pending, proven.id == package.id) == (False, False)
        assert checked(archive, content(archive, proven)).overall is Verdict.PASSED


class TestKept:
    def test_asking_again_gives_the_kept_bytes(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        first = made(archive, order(paper.document))
        keeper.run()
        again = made(archive, order(paper.document))
        assert (again.id, content(archive, again)) == (first.id, content(archive, first))
        other = made(archive, order(paper.document, language="it"))
        assert other.id != first.id
        named = made(archive, order(paper.document, checkpoint=first.checkpoint))
        assert named.id == first.id

    def test_all_but_the_seal_is_a_function_of_what_is_kept(
        self, archive: Archive, paper: Deposited, clock: ManualClock, keeper: TestKeeper
    ) -> None:
        first = unpacked(content(archive, made(archive, order(paper.document))))
        clock.advance(days=2)
        keeper.run()
        out = io.BytesIO()
        write_container(archive, issuer(archive), make_plan(archive, order(paper.document)), out)
        second = unpacked(out.getvalue())
        assert first.pop(layout.SEAL) != second.pop(layout.SEAL)
        assert first == second

    def test_the_log_tells_for_whom_once(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        for recipient in ("court", "court", "opposing-party"):
            made(archive, order(paper.document, recipient=recipient))
            keeper.run()
        assert logged(archive, "package") == [("export", "court"), ("export", "opposing-party")]
        assert [each for each in logged(archive, "document") if each[0] == "export"] == logged(
            archive, "package"
        )

    def test_it_is_locked_and_verified_with_everything(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        package = made(archive, order(paper.document))
        keeper.run()
        report = verify(archive, TRUST)
        assert (report.verdicts[Aspect.INTEGRITY], report.checked["packages"]) == (Verdict.PASSED, 1)
        (ref,) = archive.objects.vault.versions(f"packages/{package.id}/package.asice")
        assert archive.objects.vault.stat(ref).retain_until is not None
        with archive.catalogue.write() as connection:
            connection.execute(update(t.packages).values(digest="0" * 64))
        codes = {finding.code for finding in verify(archive, TRUST).findings}
        assert "PACKAGE_ALTERED" in codes

    def test_an_order_is_made_by_a_worker(self, archive: Archive, paper: Deposited) -> None:
        ordered = order_package(archive, order(paper.document), ACTOR, wait=refuse_to_wait)
        assert (ordered.state, ordered.digest, ordered.done) == ("building", None, 0)
        assert order_package(archive, order(paper.document), ACTOR).id == ordered.id
        build_ordered(archive, issuer(archive), ordered.id)
        ready = find_package(archive, ordered.id)
        assert (ready.state, ready.done) == ("ready", 1)
        build_ordered(archive, issuer(archive), ordered.id)
        assert find_package(archive, ordered.id) == ready
        assert order_package(archive, order(paper.document), ACTOR).state == "ready"

    def test_who_waits_sees_how_many_papers_are_done(
        self, archive: Archive, intake: Intake, keeper: TestKeeper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = intake.batch("box")
        papers = [intake.deposit(batch, number, ORIGINAL + b"%d" % number) for number in (1, 2, 3)]
        keeper.stamp()
        ordered = order_package(archive, order(*(each.document for each in papers)), ACTOR)
        seen = []

        def report(*_: Any) -> bytes:
            seen.append(find_package(archive, ordered.id).done)
            raise KeyMissing("the vault was put away meanwhile")

        monkeypatch.setattr(make, "report_pdf", report)
        with pytest.raises(KeyMissing):
            build_ordered(archive, issuer(archive), ordered.id)
        assert seen == [3]
        fail_ordered(archive, ordered.id, "KEY_MISSING", "the vault was put away meanwhile")
        again = order_package(archive, order(*(each.document for each in papers)), ACTOR)
        assert (again.id, again.state, again.done) == (ordered.id, "building", 0)

    def test_a_pending_order_keeps_its_checkpoint_while_the_log_grows(
        self, archive: Archive, intake: Intake, keeper: TestKeeper
    ) -> None:
        paper = intake.deposit(intake.batch("box"), 1, ORIGINAL)
        keeper.run()
        ordered = order_package(archive, order(paper.document), ACTOR)
        keeper.run()
        intake.deposit(intake.batch("later"), 1, b"%PDF later")
        keeper.run()
        build_ordered(archive, issuer(archive), ordered.id)
        ready = find_package(archive, ordered.id)
        assert (ready.state, ready.checkpoint) == ("ready", ordered.checkpoint)

    def test_it_comes_back_with_a_rebuild(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper, clock: ManualClock, home: object
    ) -> None:
        wanted = Order((Choice(paper.document, label="Annex 1"),), matter="I C 12/26")
        package = made(archive, wanted)
        keeper.run()
        data = content(archive, package)
        archive.catalogue.close()
        catalogue = Catalogue(f"sqlite:///{home}/new.db")
        upgrade(catalogue)
        objects = make_objects(home, clock, seeded(5))  # type: ignore[arg-type]
        again = Archive(archive.id, archive.origin, catalogue, objects, clock, archive.ids)
        assert not rebuild(again, TRUST).problems
        assert find_package(again, package.id) == package
        assert content(again, package) == data
        assert made(again, wanted).id == package.id
        assert verify(again, TRUST).verdicts[Aspect.INTEGRITY] is Verdict.PASSED
        catalogue.close()


class TestExtracts:
    def test_some_pages_go_out_without_the_rest(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        wanted = Order((Choice(paper.document, (3, 1)),))
        shown = preview(archive, wanted).documents[0].deposits[0]
        assert (shown.extract, shown.pages, shown.page_count, shown.size) == (True, (3, 1), 3, None)
        package = make_package(archive, issuer(archive), wanted, ACTOR, wait=waiting_for(keeper))
        data = content(archive, package)
        files = unpacked(data)
        assert "documents/1/original.pdf" not in files
        assert ORIGINAL not in data
        (name,) = [name for name in files if name.startswith("documents/1/extract-")]
        assert files[name].count(b"/Type /Page ") == 2
        codes = {finding.code for finding in checked(archive, data).findings}
        assert {"DESCENT_ATTESTED", "TIME_PENDING"} <= codes
        assert canonical.load_object(files["documents/1/transfer-note.json"])["extract"]["of"] == 3

        keeper.stamp()
        proven = make_package(archive, issuer(archive), wanted, ACTOR, wait=refuse_to_wait)
        assert unpacked(content(archive, proven))[name] == files[name]
        assert checked(archive, content(archive, proven)).overall is Verdict.PASSED
        assert verify(archive, TRUST).verdicts[Aspect.INTEGRITY] is Verdict.PASSED

    def test_pages_are_drawn_from_the_original_where_it_can_be_read(
        self, archive: Archive, intake: Intake, keeper: TestKeeper
    ) -> None:
        sheets, data = [papers.drawn([f"sheet {number}"]) for number in (1, 2, 3)], io.BytesIO()
        sheets[0].save(data, "PDF", save_all=True, append_images=sheets[1:], resolution=200)
        batch = intake.batch("box")
        whole, broken = (
            intake.deposit(batch, n, each, NAME) for n, each in enumerate((data.getvalue(), ORIGINAL), 1)
        )
        for each in (whole, broken):
            read_pages(archive, each, ["first page", "second page", "third page"])
        keeper.run()
        sizes = []
        with Reader() as reader:
            for each in (whole, broken):
                package = make_package(
                    archive,
                    issuer(archive),
                    Order((Choice(each.document, (2,)),)),
                    ACTOR,
                    wait=waiting_for(keeper),
                    drawing=reader.drawing,
                )
                files = unpacked(content(archive, package))
                (name,) = [name for name in files if name.startswith("documents/1/extract-")]
                with pikepdf.open(io.BytesIO(files[name])) as pdf:
                    picture = pdf.pages[0].Resources.XObject.P
                    sizes.append((int(picture.Width), int(picture.Height)))
                    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
        assert sizes == [sheets[1].size, (140, 198)]

    def test_the_original_goes_out_where_all_its_pages_do(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        second = split(archive, paper, first=(1, 2), second=(3,))
        keeper.run()
        whole = preview(archive, order(paper.document, second))
        assert [each.extract for document in whole.documents for each in document.deposits] == [False, False]
        alone = preview(archive, order(second))
        assert [each.pages for each in alone.documents[0].deposits] == [(3,)]
        package = make_package(
            archive, issuer(archive), order(paper.document, second), ACTOR, wait=waiting_for(keeper)
        )
        index = PackageIndex.parse(unpacked(content(archive, package))[layout.INDEX])
        assert [item.deposits for item in index.documents] == [(1,), (1,)]
        assert checked(archive, content(archive, package)).verdicts[Aspect.LOG] is Verdict.PASSED

    def test_a_split_that_the_stamp_does_not_know_is_not_undone_by_its_checkpoint(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        before = preview(archive, order(paper.document)).checkpoint
        split(archive, paper, first=(1, 2), second=(3,))
        with pytest.raises(ExportNotReady):
            preview(archive, order(paper.document))
        keeper.run()
        after = preview(archive, order(paper.document))
        assert after.documents[0].deposits[0].pages == (1, 2)
        assert after.checkpoint > before
        with pytest.raises(ExportRefused, match="older than these papers"):
            preview(archive, order(paper.document, checkpoint=before))


class TestRefused:
    def test_what_is_void_unknown_or_has_no_such_page(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper
    ) -> None:
        with pytest.raises(ExportRefused, match="there is no document"):
            preview(archive, order("019ac000-0000-7000-8000-00000000dead"))
        with pytest.raises(ExportRefused, match="has 3 pages"):
            preview(archive, Order((Choice(paper.document, (4,)),)))
        with pytest.raises(ExportRefused, match="no signed checkpoint"):
            preview(archive, order(paper.document, checkpoint=10_000))
        with pytest.raises(BadRequest):
            order(paper.document, language="tlh")
        with pytest.raises(BadRequest):
            Order(())
        void(archive, paper)
        keeper.run()
        with pytest.raises(ExportRefused, match="is void"):
            preview(archive, order(paper.document))

    def test_what_the_log_does_not_have_yet(
        self, archive: Archive, intake: Intake, keeper: TestKeeper
    ) -> None:
        keeper.run()
        paper = intake.deposit(intake.batch("box"), 1, ORIGINAL)
        with pytest.raises(ExportNotReady):
            preview(archive, order(paper.document))
        waits: list[float] = []
        with pytest.raises(ExportNotReady):
            make_package(archive, issuer(archive), order(paper.document), ACTOR, wait=waits.append)
        assert 15 <= sum(waits) < 16

    def test_what_is_erased_takes_its_packages_along(
        self, archive: Archive, intake: Intake, paper: Deposited, keeper: TestKeeper
    ) -> None:
        other = intake.deposit(intake.batch("other"), 1, b"%PDF-1.4 another")
        keeper.run()
        keeper.stamp()
        both, alone = (
            made(archive, order(paper.document, other.document)),
            made(archive, order(other.document)),
        )
        ordered = order_package(archive, order(paper.document, language="it"), ACTOR)
        keeper.run()
        erase(archive, paper.deposit, ACTOR, "court-order")
        keeper.run()
        gone = find_package(archive, both.id)
        assert (gone.state, gone.order, gone.documents) == ("erased", None, both.documents)
        with pytest.raises(KeyMissing):
            archive.objects.keyring.secret(f"packages/{both.id}")  # type: ignore[union-attr]
        assert content(archive, alone)
        with pytest.raises(Exception, match="erased"):
            build_ordered(archive, issuer(archive), ordered.id)
        with pytest.raises(ExportRefused, match="erased"):
            preview(archive, order(paper.document))
        assert logged(archive, "package")[-2:] == [("erase", "court-order")] * 2
        assert verify(archive, TRUST).verdicts[Aspect.INTEGRITY] is Verdict.PASSED

    def test_a_paper_without_one_of_its_files_says_so(
        self, archive: Archive, intake: Intake, keeper: TestKeeper
    ) -> None:
        batch = intake.batch("box")
        kept, gone = (intake.deposit(batch, n, ORIGINAL + bytes([n])) for n in (1, 2))
        for each in (kept, gone):
            read_pages(archive, each, ["a page"])
        join(archive, kept, gone)
        keeper.run()
        erase(archive, gone.deposit, ACTOR, "received-in-error")
        keeper.run()
        keeper.stamp()
        package = made(archive, order(kept.document))
        report = checked(archive, content(archive, package))
        assert {finding.code for finding in report.findings} >= {"ERASED", "EXISTED"}
        assert report.overall is Verdict.INDETERMINATE
        assert preview(archive, order(kept.document)).documents[0].erased == (gone.deposit,)


def split(archive: Archive, paper: Deposited, first: tuple[int, ...], second: tuple[int, ...]) -> str:
    """Cut the paper in two; gives the second one."""
    document = archive.ids.new()
    with archive.catalogue.write() as connection:
        row = connection.execute(t.documents.select().where(t.documents.c.id == paper.document)).one()
        values = {**row._mapping, "id": document, "version": 0, "record_n": 0}
        connection.execute(t.documents.insert().values(**values))
        connection.execute(
            t.document_deposits.insert().values(document_id=document, position=1, deposit_id=paper.deposit)
        )
        lay(connection, paper.document, [(paper.deposit, page) for page in first])
        lay(connection, document, [(paper.deposit, page) for page in second])
        for each in (paper.document, document):
            record_document(archive, connection, each, type="compose", actor=ACTOR, reason="split")
    return document


def join(archive: Archive, into: Deposited, other: Deposited) -> None:
    """Put the page of the other paper behind the first one's."""
    with archive.catalogue.write() as connection:
        connection.execute(
            t.document_deposits.insert().values(
                document_id=into.document, position=2, deposit_id=other.deposit
            )
        )
        lay(connection, into.document, [(into.deposit, 1), (other.deposit, 1)])
        record_document(archive, connection, into.document, type="compose", actor=ACTOR, reason="join")


def lay(connection, document: str, pages: list[tuple[str, int]]) -> None:  # type: ignore[no-untyped-def]
    connection.execute(t.document_pages.delete().where(t.document_pages.c.document_id == document))
    connection.execute(
        t.document_pages.insert(),
        [
            {"document_id": document, "position": position, "deposit_id": deposit, "page": page}
            for position, (deposit, page) in enumerate(pages, 1)
        ],
    )


def void(archive: Archive, paper: Deposited) -> None:
    with archive.catalogue.write() as connection:
        connection.execute(update(t.documents).where(t.documents.c.id == paper.document).values(state="void"))
        record_document(archive, connection, paper.document, type="compose", actor=ACTOR, reason="void")


def test_choices_of_one_paper_become_one() -> None:
    wanted = Order((Choice("a", (1, 2)), Choice("b"), Choice("a", (2, 5), "Annex")))
    assert wanted.choices == (Choice("a", (1, 2, 5), "Annex"), Choice("b"))
    assert Order((Choice("a", (1,)), Choice("a"))).choices == (Choice("a"),)
    again = Order.from_json(wanted.to_json())
    assert (again, again.selection) == (replace(wanted, checkpoint=None), wanted.selection)
    assert replace(wanted, matter="I C 1/26").selection != wanted.selection


class TestKilled:
    """A process that dies between any two steps leaves nothing that counts, and the next one finishes."""

    def test_between_the_vault_and_the_catalogue(
        self,
        archive: Archive,
        paper: Deposited,
        keeper: TestKeeper,
        clock: ManualClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("archive.packaging.shelf.finish", _die)
            with pytest.raises(KeyboardInterrupt):
                made(archive, order(paper.document))
        (left,) = packages_of(archive, paper.document)
        assert left.state == "building"
        package = made(archive, order(paper.document))
        assert (package.id, package.state) == (left.id, "ready")
        assert checked(archive, content(archive, package)).overall is Verdict.PASSED
        keeper.run()
        key = f"packages/{package.id}/package.asice"
        assert len(archive.objects.vault.versions(key)) == 2
        clock.advance(days=2)
        assert Sweeper(archive).run(keeper.token()) == 2
        assert len(archive.objects.vault.versions(key)) == 1
        assert checked(archive, content(archive, package)).overall is Verdict.PASSED
        assert verify(archive, TRUST).verdicts[Aspect.INTEGRITY] is Verdict.PASSED

    def test_between_an_extract_and_its_row(
        self, archive: Archive, paper: Deposited, keeper: TestKeeper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = Order((Choice(paper.document, (2,)),))
        with monkeypatch.context() as patched:
            patched.setattr("archive.packaging.extracts.commit_derived", _die)
            with pytest.raises(KeyboardInterrupt):
                make_package(archive, issuer(archive), wanted, ACTOR, wait=refuse_to_wait)
        package = make_package(archive, issuer(archive), wanted, ACTOR, wait=waiting_for(keeper))
        assert checked(archive, content(archive, package)).verdicts[Aspect.INTEGRITY] is Verdict.PASSED
        keeper.run()
        assert verify(archive, TRUST).verdicts[Aspect.INTEGRITY] is Verdict.PASSED


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_it_carries_the_cosignatures_that_have_come_by_then(
    archive: Archive, paper: Deposited, clock: ManualClock
) -> None:
    signer = KeySigner.generate(Algorithm.ED25519)
    key = WitnessKey("witness.example/w1", signer.public_der)
    seen = trust_of({**public_files(), "witness/w1.vkey": f"{key.vkey()}\n".encode()}, "the archive's folder")
    by = replace(issuer(archive), trust=seen)
    before = make_package(archive, by, order(paper.document), ACTOR)
    note = Note.parse(before.signed)
    line = cosign(note.text, key.name, signer, clock.now())
    (cosignature,) = verify_cosignatures(note.with_signatures(line), [key], clock.now())
    keep_cosignature(archive, before.signed, [line], cosignature)

    after = make_package(archive, by, order(paper.document), ACTOR)
    assert (after.id == before.id, after.checkpoint == before.checkpoint) == (False, True)
    verdicts = [
        verify_package(io.BytesIO(content(archive, each)), seen, clock.now()).verdicts[Aspect.WITNESS]
        for each in (before, after)
    ]
    assert verdicts == [Verdict.INDETERMINATE, Verdict.PASSED]
