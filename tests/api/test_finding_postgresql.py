"""Reports, webhooks, kept searches and re-scans once more on PostgreSQL: the same tests, another catalogue."""

# ruff: noqa: F401  # tests and fixtures are imported to be collected here as well

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.app import build_app
from api.hooks.telling import tell
from archive.archive import Archive
from archive.catalogue import Catalogue
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids
from tests.api.conftest import PASSPHRASE
from tests.api.hooks.test_webhooks import (
    LOOPBACK,
    administrator,
    receiver,
    test_a_change_is_told_once_signed_and_with_identifiers_only,
    test_it_is_tried_again_ever_later_and_then_given_up,
)
from tests.api.pages.test_reports import TestFigures, north
from tests.api.pages.test_rescans import (
    test_of_two_scans_the_better_one_stands_in_the_answer_and_names_the_other,
    twice,
)
from tests.api.pages.test_searching import TestKeptSearches
from tests.api.support import House
from tests.api.test_watching import test_what_is_watched

pytestmark = pytest.mark.services


@pytest.fixture
def archive(postgresql_catalogue: Catalogue, template: Path, tmp_path: Path, clock: ManualClock) -> Archive:
    """As the others' one, but for its catalogue."""
    (tmp_path / "archive.key").write_bytes((template / "archive.key").read_bytes())
    (tmp_path / "archive.key").chmod(0o600)
    vault = FolderVault(tmp_path / "vault", clock)
    keys = KeyRing(vault, ArchiveKeyFile(tmp_path / "archive.key", PASSPHRASE, os.urandom), os.urandom, clock)
    ids = Ids(clock)
    objects = Objects(vault, keys, os.urandom)
    return Archive(ids.new(), "localhost/test", postgresql_catalogue, objects, clock=clock, ids=ids)


@pytest.fixture
def house(house: House, service: Any) -> Iterator[House]:
    """The house, whose administrator may name receivers on the loopback."""
    options = replace(service.options, private_networks=(LOOPBACK,))
    house.app = build_app(replace(service, options=options), "0.0")
    tell(house.archive, house.keeper.token())
    yield house
