from collections.abc import Iterator

import pytest

from tests.tabellion.devices import Token, token_in
from tests.tabellion.house import House, lived_in


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One archive for all tests that only add to it: each with papers and names of its own."""
    with lived_in(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """A PKCS#11 device: one for all tests of a process, because its module knows only one."""
    with token_in(tmp_path_factory.mktemp("softhsm")) as token:
        yield token
