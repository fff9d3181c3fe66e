"""Judges that run on Java: their jars come from Maven once and are kept, and a small program asks them."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "var" / "tools"


@dataclass(frozen=True)
class JavaJudge:
    """A judge of that name: `folder` holds its `pom.xml` and `program`, `jars` is where what it needs is kept."""

    name: str
    folder: Path
    program: str
    jars: Path
    fetch_seconds: int
    ask_seconds: int

    @property
    def needed(self) -> pytest.MarkDecorator:
        """Skips where it cannot run here."""
        there = shutil.which("java") and (shutil.which("mvn") or self.jars.exists())
        return pytest.mark.skipif(not there, reason=f"{self.name} needs Java, and Maven to fetch it")

    def ask(self, arguments: Sequence[str]) -> list[str]:
        """The lines that its program answers."""
        done = subprocess.run(
            ["java", "-cp", f"{_jars(self)}/*", str(self.folder / self.program), *arguments],
            capture_output=True,
            text=True,
            timeout=self.ask_seconds,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.splitlines()


@cache
def _jars(judge: JavaJudge) -> Path:
    if not judge.jars.exists():
        fetched = judge.jars.with_suffix(".part")
        command = ["mvn", "-q", "-B", "-f", str(judge.folder / "pom.xml"), "dependency:copy-dependencies"]
        done = subprocess.run(
            [*command, f"-DoutputDirectory={fetched}"],
            capture_output=True,
            text=True,
            timeout=judge.fetch_seconds,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"{judge.name} cannot be fetched: {done.stdout.strip()[-300:]}")
        fetched.rename(judge.jars)
    return judge.jars
