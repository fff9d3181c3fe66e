"""One warm reader for the tests that only read; those that break it make their own."""

from collections.abc import Iterator

import pytest

from ocr import LANGUAGES, Limits, Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    with Reader(Limits(page_seconds=120, open_seconds=120), tuple(LANGUAGES)) as warm:
        yield warm
