"""The demo's papers, made once for all tests of this folder."""

import pytest

from tabellion.demo import DemoPaper, Registry, portfolio, registry


@pytest.fixture(scope="session")
def papers() -> list[DemoPaper]:
    return portfolio()


@pytest.fixture(scope="session")
def records() -> Registry:
    return registry()
