"""Structured logs: one JSON object a line on standard error, with a request or work id, never document text."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_work: ContextVar[str] = ContextVar("work", default="")

# What a plain LogRecord carries anyway, and uvicorn's event over again in colours; all else came through `extra`.
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """One line a record: time, level, logger, event, work id, and the fields given in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        value: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if work := _work.get():
            value["work"] = work
        value |= {name: item for name, item in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[0] is not None:
            value["error"] = record.exc_info[0].__name__
            value["trace"] = self.formatException(record.exc_info)
        # JSON escapes newlines and control characters: a name from a document cannot forge a line.
        return json.dumps(value, ensure_ascii=True, default=str)


def configure_logs(level: str) -> None:
    """Send everything of that level and above to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "pdfminer", "alembic", "PIL", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Kombu says at every start that a transport of files has no host name, the other one each try that got no answer.
    for noisy in ("kombu.connection", "opensearch"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


@contextmanager
def working_on(identifier: str) -> Iterator[None]:
    """Every line logged inside carries this request or work id."""
    token = _work.set(identifier)
    try:
        yield
    finally:
        _work.reset(token)
