"""docs/threat-model.md names tests that are there, and every test of this folder that walks or attacks stands in it."""

import re
from pathlib import Path

from tests.house.repository import ROOT

PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_every_test_that_the_page_names_is_there() -> None:
    assert len(NAMED) > 40
    for path, name in NAMED:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not name or re.search(rf"def {name}\(", text), f"{path}::{name}"


def test_every_module_of_this_folder_is_named() -> None:
    here = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert here <= {Path(path).name for path, _ in NAMED}
