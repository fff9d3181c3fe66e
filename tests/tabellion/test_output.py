"""What reaches a terminal or a program: nothing that moves the cursor, and always the same JSON value."""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabellion.commands.output import plain, print_json, print_table

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
)


@given(st.text())
def test_a_line_stays_one_harmless_line(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert text.isprintable() is (shown == text) or " " in shown


@given(st.lists(st.text("abc ", max_size=70), min_size=3, max_size=3), st.integers(44, 120))
def test_a_wrapped_table_fits_its_terminal_and_loses_no_word(cells: list[str], columns: int) -> None:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setenv("COLUMNS", str(columns))
        print_table(("A", "B", "C"), [cells], wrapped=True)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    assert Counter("".join(lines[1:]).replace(" ", "")) == Counter("".join(cells).replace(" ", ""))


@given(VALUES)
def test_json_keeps_its_value_and_has_nothing_that_a_terminal_obeys(value: Any) -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        print_json(value)
    printed = out.getvalue()
    assert json.loads(printed) == value
    assert printed.endswith("\n")
    assert printed[:-1].isprintable()


def test_a_terminal_of_few_letters_gets_escapes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "TABELLION_LANGUAGES": "żółw"}
    command = [sys.executable, "-m", "tabellion", "config"]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=True)
    assert b"\\u017c\xf3\\u0142w" in ran.stdout


def test_tables_are_as_wide_as_their_cells() -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        print_table(("A", "LONG"), [("one", None), (2, "x\ny")])
    assert out.getvalue().splitlines() == ["A    LONG", "one", "2    x y"]
