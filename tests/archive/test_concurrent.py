"""Verification beside a keeper and an intake that go on: what is on its way is pending, and never a failure."""

import os
from pathlib import Path
from threading import Event, Thread

from archive.archive import Archive
from archive.catalogue import Catalogue
from archive.erase import erase
from archive.verify import verify
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids
from tests.archive.building import ACTOR, Intake, make_archive, make_objects
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST


def another(archive: Archive, home: Path, clock: ManualClock) -> Archive:
    """The same archive with connections and randomness of its own, as another process has it."""
    catalogue = Catalogue(f"sqlite:///{home}/catalogue.db")
    ids = Ids(clock, os.urandom)
    return Archive(archive.id, archive.origin, catalogue, make_objects(home, clock, os.urandom), clock, ids)


def test_verification_beside_a_living_archive(home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock)
    stop, errors, rounds = Event(), [], []
    keeping, receiving = another(archive, home, clock), another(archive, home, clock)

    def keep() -> None:
        keeper = TestKeeper(keeping)
        try:
            while not stop.is_set():
                keeper.stamp()
                rounds.append(1)
        except BaseException as error:
            errors.append(error)

    def receive() -> None:
        intake = Intake(receiving)
        batch, number = intake.batch(), 0
        try:
            while not stop.is_set():
                number += 1
                made = intake.deposit(batch, number, b"paper %d" % number, f"{number}.pdf")
                if number % 3 == 0:
                    erase(receiving, made.deposit, ACTOR, "received-in-error")
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=keep), Thread(target=receive)]
    for thread in threads:
        thread.start()
    found = []
    try:
        for _ in range(4):
            report = verify(another(archive, home, clock), TRUST)
            found += [finding.to_json() for finding in report.findings if report.overall is Verdict.FAILED]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert found == []
    assert rounds
    TestKeeper(archive).stamp()
    assert verify(another(archive, home, clock), TRUST).overall is Verdict.PASSED
