"""Judges that run on Java: their jars come from Maven once and are kept, and a small program asks them.

The program is compiled and warmed up once for all tests of a process, which takes longer than most questions: it
reads a question a line, words parted by tabulators, and ends each answer with a line of one full stop.
"""

import atexit
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.services.process import ServiceError
from tests.services.tools import MAVEN, alone, fetch

# A short life: no time for the second compiler.
_QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dstdout.encoding=UTF-8")


@dataclass(frozen=True)
class JavaJudge:
    """A judge of that name: `folder` holds its `pom.xml` and `program`, `jars` is where what it needs is kept."""

    name: str
    folder: Path
    program: str
    jars: Path

    @property
    def needed(self) -> pytest.MarkDecorator:
        """Skips where it cannot run here."""
        there = shutil.which("java") and (shutil.which("mvn") or self.jars.exists())
        return pytest.mark.skipif(not there, reason=f"{self.name} needs Java, and Maven to fetch it")

    def ask(self, words: Sequence[str]) -> list[str]:
        """The lines that its program answers."""
        assert not any(set(word) & {"\t", "\n"} for word in words)
        running = _running(self)
        assert running.stdin is not None
        running.stdin.write("\t".join(words) + "\n")
        running.stdin.flush()
        return list(_answer(running))


def _answer(running: subprocess.Popen[str]) -> Iterator[str]:
    assert running.stdout is not None
    for line in running.stdout:
        if line == ".\n":
            return
        assert not line.startswith("! "), line
        yield line.rstrip("\n")
    raise AssertionError(f"the judge ended with {running.wait()}")


@cache
def _running(judge: JavaJudge) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        ["java", *_QUICK, "-cp", f"{_jars(judge)}/*", str(judge.folder / judge.program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    atexit.register(process.kill)
    return process


@cache
def _jars(judge: JavaJudge) -> Path:
    with alone(MAVEN):
        if not judge.jars.exists():
            fetched = judge.jars.with_suffix(".part")
            shutil.rmtree(fetched, ignore_errors=True)
            command = ["mvn", "-q", "-B", "-f", str(judge.folder / "pom.xml"), "dependency:copy-dependencies"]
            try:
                fetch([*command, f"-DoutputDirectory={fetched}"], judge.name)
            except ServiceError as error:
                pytest.skip(str(error))
            fetched.rename(judge.jars)
    return judge.jars
