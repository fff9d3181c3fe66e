"""veraPDF as a judge: its jars come from Maven once, `PdfJudge.java` asks it, and the answers come back as facts."""

import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "verapdf"
JARS = HERE.parents[2] / "var" / "tools" / "verapdf"

needs_verapdf = pytest.mark.skipif(
    not (shutil.which("java") and (shutil.which("mvn") or JARS.exists())),
    reason="veraPDF needs Java, and Maven to fetch it",
)


@cache
def _jars() -> Path:
    if not JARS.exists():
        fetched = JARS.with_suffix(".part")
        command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        done = subprocess.run(
            [*command, f"-DoutputDirectory={fetched}"],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"veraPDF cannot be fetched: {done.stdout.strip()[-300:]}")
        fetched.rename(JARS)
    return JARS


def judge(files: Iterable[Path]) -> list[str]:
    """What veraPDF says: `file NAME 2b compliant` for each that is PDF/A-2b, and the rules that do not hold."""
    done = subprocess.run(
        ["java", "-cp", f"{_jars()}/*", str(HERE / "PdfJudge.java"), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()
