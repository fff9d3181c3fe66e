"""A bound on how long one statement may take, for processes in which somebody waits for the answer."""

import time
from typing import Any

from sqlalchemy import Engine, event

_DEADLINE = "tabellion_deadline"
_STEPS = 1_000_000
"""Instructions of SQLite between two looks at the clock: some hundredths of a second."""


def bound_statements(engine: Engine, seconds: float) -> None:
    """Have the database give up a statement, its rows included, after so many seconds: an OperationalError.

    Waiting for a lock counts on PostgreSQL; on SQLite that has a bound of its own (`engine.BUSY_SECONDS`).
    """
    engine.dispose()  # connections that are open already are not told
    if engine.dialect.name != "sqlite":

        @event.listens_for(engine, "connect")
        def tell(connection: Any, _record: Any) -> None:
            connection.execute(f"SET statement_timeout = {int(seconds * 1000)}")
            connection.commit()

        return

    @event.listens_for(engine, "connect")
    def watch(connection: Any, record: Any) -> None:
        deadline = record.info.setdefault(_DEADLINE, [float("inf")])
        connection.set_progress_handler(lambda: int(time.monotonic() > deadline[0]), _STEPS)

    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Any, *_: Any) -> None:
        connection.connection.info[_DEADLINE][0] = time.monotonic() + seconds
