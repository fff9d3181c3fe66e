"""docs/evidence.md is what other implementers read: its tables are those of the code, in the code's order."""

from pathlib import Path

from signing.entry import ENTRY_TYPES, OBJECT_TYPES, REASONS, REGISTRY_VERSION
from signing.errors import UNDECIDED, RecordReason, TokenReason
from signing.manifest import Claimed, EvidenceManifest
from signing.verdict import POLICIES
from signing.verifier import REASONS as VERIFIER_REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()


def _table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    lines = PAGE.split(f"# {heading}\n", 1)[1].split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        code, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows.append([code.strip("`"), *cells])
    return rows


def test_types():
    rows = [[kind.name, kind.chain, kind.meaning, kind.subject] for kind in ENTRY_TYPES.values()]
    assert _table(f"Types (registry version {REGISTRY_VERSION})") == rows


def test_reasons():
    rows = [[reason.code, ", ".join(sorted(reason.types)), reason.meaning] for reason in REASONS.values()]
    assert _table(f"Reasons (registry version {REGISTRY_VERSION})") == rows


def test_reasons_of_refused_tokens():
    assert sorted(row[0] for row in _table("Errors of evidence")) == sorted(TokenReason)


def test_reasons_of_refused_records():
    rows = _table("Reasons of refused evidence records")
    assert [row[0] for row in rows] == list(RecordReason)
    assert {row[0] for row in rows if row[2] == "INDETERMINATE"} == UNDECIDED


def test_members_of_a_manifest():
    named = "\n".join(cell for row in _table("Manifest") for cell in row)
    names = [*EvidenceManifest.__dataclass_fields__, *Claimed.__dataclass_fields__]
    assert [name for name in names if name not in named] == []


def test_objects_and_policies():
    assert [name for name in OBJECT_TYPES if name not in PAGE] == []
    assert [name for name in POLICIES if f"`{name}`" not in PAGE] == []


def test_reasons_of_verified_packages():
    rows = [
        [each.code, each.aspect or "-", each.verdict or "-", each.meaning]
        for each in VERIFIER_REASONS.values()
    ]
    assert _table("Reasons of verified packages") == rows
