"""Writes docs/errors.md from the error classes themselves: `.venv/bin/python -m tests.house.errors_page`."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from ocr.errors import REASONS
from signing.errors import TokenReason
from tabellion.base.errors import TabellionError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "errors.md"
ROOMS = ("api", "archive", "ingest", "ocr", "search", "signing", "tabellion")

HEAD = """# Errors

Every error that Tabellion names. REST answers with RFC 9457 problem+json, whose `code` is the first column; the
command line prints code, message and what to do on standard error and ends with the exit code. A thing that
the caller may not see is answered exactly like one that does not exist.

This page is written from the code by `.venv/bin/python -m tests.house.errors_page`; a test keeps the two in step.

| code | HTTP | exit | what it is | what to do |
|---|---|---|---|---|
"""
READING = """
## Why a file or a page could not be read

The `reason` of `READING_REFUSED`, of a failed document, and of a page's `error`. The original is kept and sealed
as received in every case; the other pages of a file are read.

| reason | what it is | what to do | worth a retry |
|---|---|---|---|
"""
TOKENS = """
## Why a time-stamp token was refused

The `reason` of `TOKEN_REFUSED`: the condition of token acceptance that failed. Only `{busy}` is retried by itself.

"""


def error_classes() -> list[type[TabellionError]]:
    """Every error of every room, after importing all of their modules (migration scripts run only inside Alembic)."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if "migrations" not in module.name.split("."):
                importlib.import_module(module.name)

    def below(parent: type[TabellionError]) -> Iterator[type[TabellionError]]:
        yield parent
        for child in parent.__subclasses__():
            yield from below(child)

    return [found for found in below(TabellionError) if found.__module__.split(".")[0] in ROOMS]


def meaning(error: type[TabellionError]) -> str:
    """The first sentence of the class's docstring."""
    return (error.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def page() -> str:
    """The text of docs/errors.md."""
    rows: dict[str, str] = {}
    for error in error_classes():
        row = f"| `{error.code}` | {error.status} | {error.exit_code} | {meaning(error)} | {error.advice} |\n"
        rows.setdefault(error.code, row)
    reading = (
        f"| `{code}` | {reason.meaning} | {reason.advice} | {'yes' if reason.retry else 'no'} |\n"
        for code, reason in sorted(REASONS.items())
    )
    tokens = "\n".join(f"- `{reason}`" for reason in sorted(TokenReason))
    return (
        HEAD
        + "".join(row for _, row in sorted(rows.items()))
        + READING
        + "".join(reading)
        + TOKENS.format(busy=TokenReason.AUTHORITY_BUSY)
        + tokens
        + "\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
