"""The pages of the throughput bench: bound by language, or the demo's scans where nothing lies beside the checkout."""

from pathlib import Path

import pikepdf
import pytest

from bench._pages import bound_pages
from tests.shared import needs_shared


@needs_shared("evalset", "pages")
def test_eight_files_of_six_pages(tmp_path: Path) -> None:
    files = bound_pages(tmp_path)
    assert [file.pages for file in files] == [6] * 8
    assert {file.models for file in files} >= {"pol", "tha+eng"}
    for file in files:
        with pikepdf.open(file.path) as pdf:
            assert len(pdf.pages) == file.pages


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_the_demo_stands_in(tmp_path: Path) -> None:
    files = bound_pages(tmp_path, ["pl", "it"], source=tmp_path / "absent")
    assert {file.language for file in files} == {"pl", "it"}
    assert all(file.pages >= 1 and file.path.exists() for file in files)
