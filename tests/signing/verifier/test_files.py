"""The folder of a log that grows while it is read."""

from pathlib import Path

import pytest

from signing.verifier.files import folder_log


def put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


@pytest.mark.parametrize("wider", ["tile/0/000.p/5", "tile/0/000"])
def test_a_partial_tile_that_was_superseded_is_the_beginning_of_a_wider_one(
    tmp_path: Path, wider: str
) -> None:
    hashes = bytes(range(5 * 32))
    put(tmp_path, wider, hashes)
    assert folder_log(tmp_path)("tile/0/000.p/3") == hashes[:96]


def test_a_bundle_is_handed_out_whole(tmp_path: Path) -> None:
    put(tmp_path, "tile/entries/000.p/4", b"entries")
    assert folder_log(tmp_path)("tile/entries/000.p/3") == b"entries"


def test_a_narrower_one_will_not_do(tmp_path: Path) -> None:
    put(tmp_path, "tile/0/000.p/2", bytes(64))
    for path in ("tile/0/000.p/3", "tile/0/001", "checkpoint"):
        with pytest.raises(FileNotFoundError):
            folder_log(tmp_path)(path)
