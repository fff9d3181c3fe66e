"""Processes that read ahead: the answers are those of reading here, whatever becomes of the processes."""

import io
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from archive.archive import Archive
from archive.vault import Objects, Ref
from archive.verification import read_ahead
from archive.verification.read_ahead import ReadAhead
from archive.verification.reading import Failure, Wanted, read
from archive.verify import verify
from signing.digests import digest_bytes
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tabellion.base.errors import Unavailable
from tabellion.base.pipes import receive, send
from tests.archive.building import PASSPHRASE, Intake, make_objects, seeded
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST, flip, overwrite, path_of, reopened


class Silent:
    """A vault that does not answer: whoever reads here is found out."""

    def get(self, ref: Ref, start: int = 0, length: int | None = None) -> io.BytesIO:
        raise Unavailable(f"{ref.key} was asked for here")


@pytest.fixture
def objects(home: Path, clock: ManualClock) -> Objects:
    return make_objects(home, clock, seeded(5))


@pytest.fixture
def wanted(objects: Objects, home: Path) -> list[Wanted]:
    """Objects of every fate: whole, altered, missing, without its key, of no bytes, of several chunks."""
    refs = {}
    for number in range(6):
        owner = f"deposits/{number}"
        data = b"" if number == 4 else b"paper %d " % number * 20_000
        refs[owner] = objects.put_bytes(f"{owner}/original", data, owner)
    overwrite(path_of(home, "deposits/1/original"), flip)
    path_of(home, "deposits/2/original").unlink()
    objects.destroy_key("deposits/3")
    return [Wanted(ref, owner, content) for owner, ref in refs.items() for content in (False, True)]


def elsewhere(ahead: ReadAhead, wanted: Wanted) -> object:
    """What a process beside this one found; this one cannot read."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ahead.want([wanted])
        time.sleep(0.02)
        with suppress(Unavailable):
            return ahead.take(wanted)
    raise AssertionError("no process has answered")


def children() -> list[psutil.Process]:
    found = []
    for each in psutil.Process().children():
        with suppress(psutil.Error):  # one that has ended has no command any more
            if "read_child" in " ".join(each.cmdline()):
                found.append(each)
    return found


def test_a_process_finds_what_is_found_here(objects: Objects, wanted: list[Wanted]) -> None:
    here = [read(objects, each) for each in wanted]
    assert here[0] == digest_bytes(b"paper 0 " * 20_000)
    assert {each.kind for each in here if isinstance(each, Failure)} == {"ALTERED", "MISSING", "KEY"}
    with ReadAhead(objects, 1) as ahead:
        objects.vault = Silent()  # type: ignore[assignment]
        assert [elsewhere(ahead, each) for each in wanted] == here


@pytest.mark.parametrize("processes", [0, 2])
def test_all_is_found_in_any_order_and_unasked(
    objects: Objects, wanted: list[Wanted], processes: int
) -> None:
    here = {each: read(objects, each) for each in wanted}
    with ReadAhead(objects, processes) as ahead:
        ahead.want(wanted[:7])
        assert {each: ahead.take(each) for each in reversed(wanted)} == here
        ahead.want(wanted)  # never asked for


def test_where_processes_die_everything_is_read_here(objects: Objects, wanted: list[Wanted]) -> None:
    here = [read(objects, each) for each in wanted]
    with ReadAhead(objects, 2) as ahead:
        for child in children():
            child.send_signal(signal.SIGKILL)
        ahead.want(wanted)
        assert [ahead.take(each) for each in wanted] == here


def test_contents_wait_within_bounds(
    objects: Objects, wanted: list[Wanted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_ahead, "CONTENT", 1)
    monkeypatch.setattr(read_ahead, "BATCH", 1)
    here = [read(objects, each) for each in wanted]
    with ReadAhead(objects, 1) as ahead:
        ahead.want(wanted)
        assert [ahead.take(each) for each in wanted] == here


def test_storage_that_does_not_answer_is_told_where_it_is_asked_for(
    objects: Objects, wanted: list[Wanted]
) -> None:
    with ReadAhead(objects, 0) as ahead:
        objects.vault = Silent()  # type: ignore[assignment]
        ahead.want(wanted)
        with pytest.raises(Unavailable):
            ahead.take(wanted[0])


def test_what_cannot_be_handed_over_is_read_here(objects: Objects, wanted: list[Wanted]) -> None:
    objects.device = open(os.devnull, "rb")  # type: ignore[attr-defined]  # noqa: PTH123, SIM115  # as a session
    with objects.device, ReadAhead(objects, 1) as ahead:  # type: ignore[attr-defined]
        assert not children()
        ahead.want(wanted)
        assert [ahead.take(each) for each in wanted] == [read(objects, each) for each in wanted]


def test_an_interruption_leaves_no_process_and_no_secret_stands_in_its_command(
    objects: Objects, wanted: list[Wanted]
) -> None:
    def interrupted() -> None:
        with ReadAhead(objects, 1) as ahead:
            (child,) = children()
            assert os.getsid(child.pid) != os.getsid(0)
            assert PASSPHRASE.decode() not in " ".join([*child.cmdline(), *child.environ().values()])
            ahead.want(wanted)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not children()


def test_a_process_ends_with_what_it_was_started_by(objects: Objects, wanted: list[Wanted]) -> None:
    asked = io.BytesIO()
    for message in (objects, wanted[:2]):
        send(asked, pickle.dumps(message))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "archive.verification.read_child"],
        input=asked.getvalue(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    answer = receive(io.BytesIO(done.stdout))
    assert pickle.loads(answer) == [read(objects, each) for each in wanted[:2]]  # noqa: S301
    assert done.stderr == b""


def test_the_report_is_the_same_with_and_without_processes(
    archive: Archive, intake: Intake, home: Path
) -> None:
    batch, keeper = intake.batch(), TestKeeper(archive)
    made = [intake.deposit(batch, number, b"paper %d " % number * 9000) for number in range(8)]
    keeper.stamp()
    for deposit in made[2:4]:
        overwrite(path_of(home, f"deposits/{deposit.deposit}/original"), flip)
    path_of(home, f"deposits/{made[5].deposit}/manifest-1.json").unlink()
    seen: list[list[tuple[int, int]]] = []
    reports = []
    for processes in (0, 1):
        steps: list[tuple[int, int]] = []
        report = verify(
            reopened(archive),
            TRUST,
            progress=lambda done, total, steps=steps: steps.append((done, total)),  # type: ignore[misc]
            processes=processes,
        )
        reports.append(report.to_json())
        seen.append(steps)
    assert report.overall is Verdict.FAILED
    assert len(report.findings) == 3
    assert reports[0] == reports[1]
    assert seen[0] == seen[1]
