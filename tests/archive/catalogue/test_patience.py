"""A statement that takes too long is given up, the next one on the same connection is not."""

import time

import pytest
from sqlalchemy import text

from archive.catalogue import Catalogue, CatalogueUnavailable
from archive.catalogue.patience import bound_statements

ENDLESS = text("WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT max(n) FROM up")
COUNTED = text(
    "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 5000) SELECT count(*) FROM up"
)


def test_a_statement_is_given_up_and_the_connection_is_not(catalogue: Catalogue) -> None:
    bound_statements(catalogue.engine, 0.5)
    for _ in range(2):
        begun = time.monotonic()
        with pytest.raises(CatalogueUnavailable), catalogue.read() as connection:
            connection.execute(ENDLESS).scalar()
        assert time.monotonic() - begun < 60
        with catalogue.read() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def test_time_between_statements_does_not_count(catalogue: Catalogue) -> None:
    bound_statements(catalogue.engine, 0.5)
    with catalogue.read() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
        time.sleep(0.6)
        assert connection.scalar(COUNTED) == 5000
