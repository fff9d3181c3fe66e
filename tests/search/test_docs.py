"""docs/search.md keeps up with the language."""

import re
from pathlib import Path

import search
from search.needles import Reason
from search.query import FIELDS, parse

PAGE = Path(__file__).parents[2].joinpath("docs", "search.md").read_text(encoding="utf-8")


def test_every_field_is_explained() -> None:
    assert {name for name in FIELDS if f"`{name}:`" not in PAGE} == set()


def test_every_reason_of_refusal_is_explained_and_no_other() -> None:
    folder = Path(search.__file__).parent
    code = (folder / "query.py").read_text() + (folder / "ranges.py").read_text()
    raised = set(re.findall(r'QueryError\(\s*"([A-Z_]+)"', code))
    explained = set(re.findall(r"`([A-Z]+_[A-Z_]+|UNEXPECTED)`", PAGE))
    assert raised == explained


def test_every_reason_of_a_match_is_explained() -> None:
    assert {reason.name.lower() for reason in Reason if f"`{reason.name.lower()}`" not in PAGE} == set()


def test_the_examples_of_fields_are_queries() -> None:
    rows = re.findall(r"^\| `.*\| (.*) \|$", PAGE.split("## Fields")[1].split("##")[0], re.MULTILINE)
    examples = [example for row in rows for example in re.findall(r"`([^`]+)`", row)]
    assert len(examples) > 15
    for example in examples:
        parse(example)
