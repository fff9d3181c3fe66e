from collections.abc import Iterator

import pytest

from tests.tabellion.house import House, lived_in


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One archive for all tests that only add to it: each with papers and names of its own."""
    with lived_in(tmp_path_factory.mktemp("house")) as house:
        yield house
