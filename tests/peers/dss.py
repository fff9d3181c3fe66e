"""EU DSS as a judge: its jars come from Maven once, `Judge.java` asks it, and the answers come back as facts."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

HERE = Path(__file__).parent
JARS = HERE.parents[1] / "var" / "tools" / "dss"

needs_dss = pytest.mark.skipif(
    not (shutil.which("java") and (shutil.which("mvn") or JARS.exists())),
    reason="EU DSS needs Java, and Maven to fetch it",
)


@dataclass(frozen=True)
class Opinion:
    """What DSS said: per record its indication, per file of a record `found intact`, and so on, in DSS' own words."""

    lines: tuple[str, ...]

    def of(self, kind: str) -> list[list[str]]:
        """The words of each line of that kind: record, file, timestamp, signature."""
        return [line.split()[1:] for line in self.lines if line.split()[0] == kind]


@cache
def _jars() -> Path:
    if not JARS.exists():
        fetched = JARS.with_suffix(".part")
        command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        done = subprocess.run(
            [*command, f"-DoutputDirectory={fetched}"],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"EU DSS cannot be fetched: {done.stdout.strip()[-300:]}")
        fetched.rename(JARS)
    return JARS


def judge(
    folder: Path,
    document: Path,
    anchors: Sequence[x509.Certificate] = (),
    detached: Sequence[Path] = (),
    at: str | None = None,
) -> Opinion:
    """DSS' opinion of a container or record; `folder` is scratch space, `at` an RFC 3339 instant."""
    arguments = [str(document)]
    for number, anchor in enumerate(anchors):
        path = folder / f"anchor-{number}.der"
        path.write_bytes(anchor.public_bytes(Encoding.DER))
        arguments += ["--anchor", str(path)]
    for file in detached:
        arguments += ["--detached", str(file)]
    if at is not None:
        arguments += ["--at", at]
    done = subprocess.run(
        ["java", "-cp", f"{_jars()}/*", str(HERE / "Judge.java"), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Opinion(tuple(done.stdout.splitlines()))
