"""The same requests once more on PostgreSQL, which refuses characters and numbers that SQLite keeps."""

import os
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.catalogue import Catalogue
from archive.vault import ArchiveKeyFile, FolderVault, KeyRing, Objects
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids
from tests.api.conftest import PASSPHRASE
from tests.api.support import House
from tests.api.test_gate import Held, held
from tests.security.test_schema import (
    test_a_value_that_a_database_does_not_take_is_a_wrong_request,
    wrong_answers,
)

__all__ = ["held", "test_a_value_that_a_database_does_not_take_is_a_wrong_request"]

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


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_tells(house: House, held: Held) -> None:
    assert wrong_answers(house, held, "everybody") == []
