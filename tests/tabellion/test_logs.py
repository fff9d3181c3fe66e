"""Structured logs: JSON lines that nothing can forge, with the id of the work."""

import json
import logging
from collections.abc import Iterator

import pytest

from tabellion.base.logs import JsonFormatter, configure_logs, working_on


@pytest.fixture
def untouched() -> Iterator[None]:
    """The root logger as it was, whatever the test does to it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("untouched")
def test_lines_are_json_with_the_work_and_what_was_added(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    log = logging.getLogger("ingest.worker")
    with working_on("work-1"):
        log.info("read", extra={"pages": 3})
    log.debug("not urgent enough")
    log.warning("alone")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"], first["logger"]) == ("read", "info", "ingest.worker")
    assert (first["work"], first["pages"]) == ("work-1", 3)
    assert first["time"].endswith("+00:00")
    assert "work" not in second


@pytest.mark.parametrize("text", ['a\nb {"level": "info"}', "\x1b[2J", "\u202e", "\u2028", '"quoted"'])
def test_a_value_from_outside_cannot_forge_a_line(text: str) -> None:
    record = logging.makeLogRecord(
        {"name": "x", "levelname": "INFO", "msg": "%s", "args": (text,), "file": text}
    )
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["event"] == json.loads(line)["file"] == text


def test_an_error_is_told_with_its_kind_and_place() -> None:
    try:
        raise LookupError("gone")
    except LookupError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, __file__, 1, "failed", (), __import__("sys").exc_info()
        )
    value = json.loads(JsonFormatter().format(record))
    assert value["error"] == "LookupError"
    assert "gone" in value["trace"]
