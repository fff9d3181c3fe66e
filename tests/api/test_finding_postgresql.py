"""Reports, webhooks, kept searches and re-scans once more on PostgreSQL: the same tests, another catalogue."""

# ruff: noqa: F401  # tests and fixtures are imported to be collected here as well

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.app import build_app
from api.hooks.telling import tell
from archive.archive import Archive
from archive.catalogue import Catalogue
from tabellion.base.clock import ManualClock
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
from tests.archives import archive_beside

pytestmark = pytest.mark.services


@pytest.fixture
def archive(postgresql_catalogue: Catalogue, template: Path, tmp_path: Path, clock: ManualClock) -> Archive:
    """As the others' one, but for its catalogue."""
    return archive_beside(postgresql_catalogue, template, tmp_path, clock)


@pytest.fixture
def house(house: House, service: Any) -> Iterator[House]:
    """The house, whose administrator may name receivers on the loopback."""
    options = replace(service.options, private_networks=(LOOPBACK,))
    house.app = build_app(replace(service, options=options), "0.0")
    tell(house.archive, house.keeper.token())
    yield house
