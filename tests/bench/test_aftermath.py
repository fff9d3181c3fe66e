"""The checks after the blows see what they are there to see."""

from pathlib import Path

import pytest

from bench._aftermath import check_left_over


@pytest.mark.parametrize(
    "name", ["vault/deposits/1/.tmp-7-1", "broker/.0001.tmp", "folders/hot/unassigned/.claimed/2/letter.pdf"]
)
def test_left_over_files_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "archive.json").write_text("{}")
    assert check_left_over(tmp_path, seconds=0) == []
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    (wrong,) = check_left_over(tmp_path, seconds=0)
    assert wrong.startswith("left over: ")
    assert wrong.split(": ")[1] in name
