"""The same requests once more on PostgreSQL, which refuses characters and numbers that SQLite keeps."""

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.catalogue import Catalogue
from tabellion.base.clock import ManualClock
from tests.api.support import House
from tests.api.test_gate import Held, held
from tests.archives import archive_beside
from tests.security.test_schema import (
    test_a_value_that_a_database_does_not_take_is_a_wrong_request,
    wrong_answers,
)

__all__ = ["held", "test_a_value_that_a_database_does_not_take_is_a_wrong_request"]

pytestmark = pytest.mark.services


@pytest.fixture
def archive(postgresql_catalogue: Catalogue, template: Path, tmp_path: Path, clock: ManualClock) -> Archive:
    """As the others' one, but for its catalogue."""
    return archive_beside(postgresql_catalogue, template, tmp_path, clock)


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_tells(house: House, held: Held) -> None:
    assert wrong_answers(house, held, "everybody") == []
