"""The scripts are runnable, small, and refuse wrong use before they do anything."""

import os
import subprocess

import pytest

from tests.house.repository import ROOT
from tests.services.run import SERVICES

SCRIPTS = sorted([*(ROOT / "script").iterdir(), ROOT / ".ci" / "run"])
PROMISED = {"bootstrap", "server", "test", "lint", "bench", "services", "audit", "sbom"}


def test_every_promised_script_is_there() -> None:
    assert {path.name for path in SCRIPTS} >= PROMISED


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_an_executable_shell_file_that_says_what_it_does(path: os.PathLike[str]) -> None:
    assert os.access(path, os.X_OK)
    subprocess.run(["sh", "-n", path], check=True)
    with open(path, encoding="utf-8") as lines:  # noqa: PTH123 (any path will do)
        assert next(lines) == "#!/bin/sh\n"
        assert next(lines).startswith("# ")


@pytest.mark.parametrize(
    "words",
    [
        ["bootstrap", "--tests"],
        ["server", "--demo"],
        ["audit", "--all"],
        ["sbom"],
        ["bench"],
        ["bench", "nothing"],
        ["bench", "../tests/shared"],
        ["services"],
        ["services", "start", "mainframe"],
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_the_right_one(words: list[str]) -> None:
    script, *arguments = words
    done = subprocess.run([ROOT / "script" / script, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"usage: script/{script}" in done.stderr
    assert done.stdout == ""


def test_the_promised_services_can_be_started() -> None:
    promised = {"postgresql", "redis", "rabbitmq", "s3", "opensearch", "opensearch2"}
    assert set(SERVICES) == promised | {"postgresql-durable"}
