"""The process that foreign files are verified in: bounded in memory and time, and it always answers."""

import io
import tempfile
import zipfile
from datetime import UTC, datetime

import pytest

from api import verifying
from api.verifying import Ended, StepSeen, watch
from tests.archive.packaging.making import public_files

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def walk(data: bytes, **options: object) -> tuple[list[StepSeen], Ended]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        seen = list(watch(file, options.get("trust", public_files()), "a test", "embedded", NOW))  # type: ignore[arg-type]
    *steps, ended = seen
    assert isinstance(ended, Ended)
    assert all(isinstance(step, StepSeen) for step in steps)
    return steps, ended  # type: ignore[return-value]


def bomb() -> bytes:
    """A zip that says that it is small, and unpacks to a gigabyte of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip", zipfile.ZIP_STORED)
        with archive.open("package.json", "w", force_zip64=True) as file:
            for _ in range(256):
                file.write(bytes(1 << 22))
    return out.getvalue()


def test_what_is_no_package_takes_all_thirteen_steps_to_say_so() -> None:
    steps, ended = walk(b"no zip")
    assert [step.number for step in steps] == list(range(1, 14))
    assert (steps[0].verdict, steps[-1].verdict) == ("FAILED", "FAILED")
    assert ended.report is not None and ended.report["overall"] == "FAILED"
    assert not ended.receipt


def test_a_bomb_is_refused_and_not_unpacked() -> None:
    _, ended = walk(bomb())
    assert ended.report is not None and ended.report["overall"] == "FAILED"
    assert "ZIP_LIMITS" in {finding["code"] for finding in ended.report["findings"]}


def test_trust_that_cannot_be_read_ends_it_with_a_code() -> None:
    steps, ended = walk(b"no zip", trust={"seal.pem": b"no certificate"})
    assert (steps, ended.report, ended.code) == ([], None, "TRUST_INVALID")


def test_one_that_takes_too_long_or_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "SECONDS", 0)
    _, ended = walk(b"no zip")
    assert (ended.report, ended.code) == (None, "LIMITS_REACHED")
    monkeypatch.setattr(verifying, "SECONDS", 120)
    monkeypatch.setattr(verifying, "MEMORY", 1 << 20)
    _, ended = walk(b"PK" + bytes(1 << 22))
    assert ended.report is None or ended.report["overall"] == "FAILED"
