"""`tabellion serve`: all processes under one parent, spoken to over REST, killed, started again, and stopped."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.api.support import papers
from tests.tabellion.processes import PATIENCE, process_children, wait
from tests.tabellion.terminal import Terminal


@dataclass
class Service:
    """A running `tabellion serve`."""

    process: subprocess.Popen[str]
    address: str
    terminal: Terminal
    desk: Path

    def children(self) -> dict[str, int]:
        """Process ids by what they are."""
        return process_children(self.process.pid)

    def status(self, path: str) -> int:
        """The status of an answer; 0 where there is none."""
        try:
            return httpx.get(f"{self.address}{path}", timeout=5).status_code
        except httpx.TransportError:
            return 0

    def remote(self, *roles: str) -> dict[str, str]:
        """Settings with which commands speak to it, as a new account that sees everything."""
        name = "-".join(roles)
        for_roles = [word for role in roles for word in ("--role", role)]
        self.terminal.run("users", "add", name, *for_roles, "--scope", "all")
        token = self.terminal.run("users", "token", name).out.strip()
        return {"TABELLION_URL": self.address, "TABELLION_TOKEN": token, "TABELLION_HOME": "/nowhere"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    terminal = Terminal(tmp_path / "home")
    terminal.run("init")
    with (tmp_path / "log").open("w") as log:
        process = _serve(tmp_path / "home", 0, log)
    with process:
        assert process.stdout is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found
            yield Service(process, found[0], terminal, tmp_path)
        finally:
            process.kill()


def _serve(home: Path, port: int, errors: int | IO[str]) -> subprocess.Popen[str]:
    settings = {"TABELLION_HOME": str(home), "TABELLION_WORKERS": "1", "TABELLION_LANGUAGES": "en"}
    return subprocess.Popen(
        [sys.executable, "-m", "tabellion", "serve", "--port", str(port)],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of the children of a process")
def test_the_whole_life_of_a_service(service: Service) -> None:
    wait(lambda: service.status("/readyz") == 200, "readiness")
    assert sorted(service.children()) == ["api", "keeper", "worker"]

    _a_second_one_on_the_same_port_says_so(service)
    document = _a_paper_goes_its_way_over_rest(service)
    _what_is_killed_comes_back(service)
    assert service.terminal.run("rebuild", "--index", code=1).err.startswith("SERVICE_RUNS")

    held = list(service.children().values())
    service.process.send_signal(signal.SIGINT)
    assert service.process.wait(PATIENCE) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in held)
    assert service.status("/healthz") == 0
    # All of them have said that they ended: nobody needs to wait for them.
    assert service.terminal.run("rebuild", "--index", "--json").json == {"indexed": 1}
    assert service.terminal.run("show", document, "--json").json["state"] == "searchable"


def _a_second_one_on_the_same_port_says_so(service: Service) -> None:
    port = int(service.address.rpartition(":")[2])
    with _serve(service.terminal.home, port, subprocess.PIPE) as second:
        out, errors = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert out == ""
    assert f"127.0.0.1:{port} cannot be used: Address already in use" in errors
    assert "TABELLION_PORT" in errors


def _a_paper_goes_its_way_over_rest(service: Service) -> str:
    path = service.desk / "over rest.pdf"
    path.write_bytes(papers(["Tidewell Joinery", "The quillwort clause"]))
    remote = service.remote("operator", "legal")
    (line,) = service.terminal.run(
        "ingest", path, "--batch", "over REST", "--wait", "--json", environment=remote
    ).lines
    assert line["status"] == "searchable"
    assert line["receipt"]
    (again,) = service.terminal.run(
        "ingest", path, "--batch", "over REST", "--json", environment=remote
    ).lines
    assert again["deposit"] == line["deposit"]
    found = service.terminal.run("search", "quillwort", "--json", environment=remote).json
    assert [hit["document"] for hit in found["hits"]] == [line["document"]]
    shown = service.terminal.run("show", line["document"], "--json", environment=remote).json
    assert shown["deposits"][0]["sha256"] == line["sha256"]
    assert shown["history"][0]["type"] == "receive"
    assert line["sha256"] in service.terminal.run("show", line["document"], environment=remote).out
    report = service.terminal.run("verify", line["document"], "--json", code=3, environment=remote).json
    assert "TIME_PENDING" in [finding["code"] for finding in report["findings"]]
    auditor = _a_stranger_verifies_its_package(service, line["document"], remote)
    _an_auditor_judges_it_by_himself(service, auditor)
    refused = service.terminal.run(
        "search", "x", code=1, environment={**remote, "TABELLION_TOKEN": "tab_wrong"}
    )
    assert refused.err.startswith("REFUSED: NOT_SIGNED_IN")
    document: str = line["document"]
    return document


def _a_stranger_verifies_its_package(
    service: Service, document: str, remote: dict[str, str]
) -> dict[str, str]:
    """Ordered and fetched over REST; the whole log is read from its address by somebody who may read it: he is told."""
    auditor = service.remote("auditor")
    package, trust = service.desk / "one.asice", service.desk / "trust"
    done = service.terminal.run("export", document, "--output", package, "--json", environment=remote).json
    assert (done["pending"], done["size"]) == (True, package.stat().st_size)
    service.terminal.run("keys", "export", "--public", trust)
    log = f"{service.address}/api/v1/log"
    verified = ("verify", package, "--trust", trust, "--log", log, "--json")
    report = service.terminal.run(*verified, code=3, environment=auditor).json
    assert (report["log"], report["completeness"]) == ("PASSED", "PASSED")
    unread = service.terminal.run(*verified, code=3, environment=remote).json
    assert "LOG_UNREADABLE" in [finding["code"] for finding in unread["findings"]]
    unasked = service.terminal.run(*verified, code=3).json
    (why,) = (each["detail"] for each in unasked["findings"] if each["code"] == "LOG_UNREADABLE")
    assert why.endswith("entries are for auditors, whom TABELLION_URL and TABELLION_TOKEN name")
    return auditor


def _an_auditor_judges_it_by_himself(service: Service, auditor: dict[str, str]) -> None:
    """What the pages tell him to copy works on his machine, where there is no archive."""
    trust, checkpoint = service.desk / "trust", service.desk / "checkpoint"
    checkpoint.write_bytes(httpx.get(f"{service.address}/api/v1/log/checkpoint").content)
    command = ("verify", "--all", "--trust", trust, "--since", checkpoint)
    report = service.terminal.run(*command, "--json", code=3, environment=auditor).json
    assert {each["code"] for each in report["findings"]} == {"TIME_PENDING", "WITNESS_NONE"}
    assert (report["log"], report["integrity"], report["origin"]) == ("PASSED", "PASSED", "PASSED")
    told = service.terminal.run(*command, "--sample", "1", code=3, environment=auditor).out
    assert "TIME_PENDING" in told and "None:" not in told
    mirror = service.terminal.run(*command, "--log", trust, "--json", code=3, environment=auditor).json
    assert "LOG_UNREADABLE" in [each["code"] for each in mirror["findings"]]
    itself = service.terminal.run("verify", "--all", code=3, environment=auditor)
    assert "TIME_PENDING: no verified time-stamp covers " in itself.out
    assert "None" not in itself.out
    for words, advice in (
        (("verify", "--all", "--since", checkpoint), "--trust DIR --since FILE"),
        (("show", "--due"), "verify --all --trust DIR"),
        (("fixity",), "verify --all --trust DIR"),
    ):
        refused = service.terminal.run(*words, code=2, environment=auditor).err
        assert refused.startswith("BAD_REQUEST") and advice in refused
    assert service.terminal.run("verify", "--all", "--trust", trust, code=2).err.startswith(
        "BAD_REQUEST: whose"
    )


def _what_is_killed_comes_back(service: Service) -> None:
    before = service.children()
    for kind in ("api", "keeper"):
        os.kill(before[kind], signal.SIGKILL)

    def back() -> bool:
        now = service.children()
        return all(now.get(kind, before[kind]) != before[kind] for kind in ("api", "keeper"))

    wait(back, "another start")
    wait(lambda: service.status("/readyz") == 200, "readiness")
