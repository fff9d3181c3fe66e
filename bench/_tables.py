"""Prints what was measured: a table for people, or one JSON document."""

import json
import sys
from collections.abc import Sequence
from typing import Any, TextIO


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as their widest cell; the first flush left, the others flush right."""
    cells = [list(heads), *[[_shown(value) for value in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def publish(result: dict[str, Any], people: str, *, as_json: bool, out: TextIO = sys.stdout) -> None:
    """Write the result in the form that was asked for."""
    out.write((json.dumps(result, indent=2, ensure_ascii=False) if as_json else people) + "\n")
    out.flush()


def say(text: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
