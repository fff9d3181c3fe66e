"""No package forbids what we do with it, and docs/adr/0003-dependencies.md knows every direct dependency."""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from tests.house.repository import PINNED, ROOT, normal, wanted

PAGE = (ROOT / "docs/adr/0003-dependencies.md").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def licence(found: Distribution) -> str:
    """What the metadata say of the licence: expression, free text's first line, classifiers."""
    metadata = found.metadata
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License")]
    texts = [*(metadata.get_all("License-Expression") or []), *(metadata.get_all("License") or [])]
    return "; ".join([*(text.split("\n")[0] for text in texts), *classifiers])


def locked() -> list[str]:
    return [pin[1] for line in LOCK.splitlines() if (pin := PINNED.match(line))]


def test_every_package_states_a_licence() -> None:
    assert [name for name in locked() if not licence(distribution(name))] == []


def test_no_package_is_under_gpl_or_agpl() -> None:
    strong = re.compile(r"\bA?GPL|(?<!Lesser )(?<!Library )General Public License")
    assert {name: text for name in locked() if strong.search(text := licence(distribution(name)))} == {}


def test_the_page_names_every_package_under_lgpl() -> None:
    weak = re.compile(r"LGPL|Lesser General Public")
    found = {name for name in locked() if weak.search(licence(distribution(name)))}
    sentence = re.search(r"The LGPL packages are (.*?)\. Whoever", PAGE, re.DOTALL)
    assert sentence
    named = {name for name in locked() if re.search(rf"(?<![\w-]){name}(?![\w-])", sentence[1])}
    assert found == named


def test_the_page_has_a_row_for_each_direct_dependency_and_no_other() -> None:
    rows = set(re.findall(r"^\| ([\w-]+) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)) - {"package"}
    assert rows == {
        normal(name) for name in wanted((Path(ROOT) / "pyproject.toml").read_text(encoding="utf-8"))
    }
