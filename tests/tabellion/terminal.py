"""Runs commands of `tabellion` as a person at a terminal would, in this process."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tabellion.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document of the answer."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON documents of an answer that streams."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Terminal:
    """A terminal without a screen, at one archive."""

    home: Path

    def run(
        self, *arguments: str | Path, code: int | None = 0, environment: Mapping[str, str] | None = None
    ) -> Ran:
        """Run a command with these settings; it must end with `code` (None: whatever it is). Nobody types anything."""
        with (
            _environment({"TABELLION_HOME": str(self.home), **(environment or {})}),
            _streams() as streams,
            mock.patch.object(sys, "argv", ["tabellion", *map(str, arguments)]),
        ):
            ended = _call()
        out, err = (stream.buffer.getvalue().decode() for stream in streams)
        assert code in (None, ended), f"{arguments} ended with {ended}\n{out}\n{err}"
        return Ran(ended, out, err)


def _call() -> int:
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("a command always ends with an exit code")


@contextlib.contextmanager
def _streams() -> Iterator[tuple[Any, Any]]:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        mock.patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        yield out, err


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TABELLION_")}
    with mock.patch.dict(os.environ, {**kept, **values}, clear=True):
        yield
