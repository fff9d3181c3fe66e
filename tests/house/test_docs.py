"""The pages for readers keep their promises: links lead somewhere, settings and commands exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tabellion.cli import COMMANDS
from tabellion.settings import Settings
from tests.house.repository import ROOT, tracked

PAGES = [path for path in tracked(ROOT) if path.suffix == ".md"]
SETTINGS = {f"TABELLION_{name.upper()}" for name in Settings.model_fields}
OF_TESTS = re.compile(r"TABELLION_(TEST|SERVICES)_\w+")


def found(pattern: str, page: Path) -> Iterator[str]:
    for match in re.finditer(pattern, page.read_text(encoding="utf-8")):
        yield match[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
class TestPage:
    def test_links_lead_somewhere(self, page: Path) -> None:
        # Pictures are taken from the running product and may come later than the page.
        targets = [
            link.partition("#")[0]
            for link in found(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)", page)
            if "://" not in link
        ]
        assert [link for link in targets if link and not (page.parent / link).exists()] == []

    def test_settings_that_are_named_exist(self, page: Path) -> None:
        names = {
            name for name in found(r"\b(TABELLION_[A-Z_]+[A-Z])\b", page) if not OF_TESTS.fullmatch(name)
        }
        assert names - SETTINGS == set()

    def test_commands_that_are_named_exist(self, page: Path) -> None:
        assert set(found(r"(?:^|`)tabellion ([a-z]+)\b", page)) - set(COMMANDS) == set()

    def test_scripts_that_are_named_exist(self, page: Path) -> None:
        assert {
            name for name in found(r"\bscript/([a-z-]+)", page) if not (ROOT / "script" / name).exists()
        } == set()
