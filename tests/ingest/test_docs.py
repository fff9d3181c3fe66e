"""docs/intake.md says what the code does."""

from pathlib import Path

import pytest

from ingest.reasons import CLOSE_REASONS, VOID_REASONS
from ingest.settling import IGNORED_ENDS

PAGE = (Path(__file__).parents[2] / "docs" / "intake.md").read_text()


@pytest.mark.parametrize(("code", "meaning"), [*CLOSE_REASONS.items(), *VOID_REASONS.items()])
def test_every_reason_is_explained(code: str, meaning: str) -> None:
    assert f"| `{code}` | {meaning} |" in PAGE


@pytest.mark.parametrize("end", IGNORED_ENDS)
def test_what_is_ignored_is_said(end: str) -> None:
    assert end in PAGE
