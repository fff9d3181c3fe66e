"""An archive with two time-stamp authorities and a witness outside, all of them processes of their own."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.catalogue import schema as t
from signing.authority import POLICY
from signing.note import NoteKey
from tabellion.base.clock import SystemClock
from tabellion.initialise import initialise
from tabellion.settings import load_settings
from tabellion.wiring import opened
from tests.tabellion.house import PASSWORD, House, lived_in
from tests.tabellion.processes import wait
from tests.tabellion.servers.running import Running, running
from tests.tabellion.terminal import Ran


@dataclass(frozen=True)
class Outside:
    """The house, and what is outside."""

    house: House
    witness: Running
    environment: dict[str, str]

    def run(self, *arguments: str | Path, code: int | None = 0) -> Ran:
        """A command with the settings of the house, which name those outside."""
        return self.house.terminal.run(*arguments, code=code, environment=self.environment)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The witness learns the log's key once the archive is there, as in life; the archive then asks it."""
    folder = tmp_path_factory.mktemp("outside")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patched:
        described = []
        for name in ("one", "two"):
            arguments = ("tsa", "--directory", folder / name, "--name", name)
            tsa = stack.enter_context(running(*arguments, lines=3))
            described.append(
                f'[[authority]]\nname = "{name}"\noperator = "{name} Ltd"\nurl = "{tsa.address}"\n'
                f'ca = "{name}/ca.pem"\npolicies = ["{POLICY}"]\ntime_class = "ordinary"\n'
            )
        (folder / "authorities.toml").write_text("\n".join(described))
        urls = [line.split('"')[1] for text in described for line in text.splitlines() if "url" in line]
        environment = {
            "TABELLION_TSA_FILE": str(folder / "authorities.toml"),
            "TABELLION_TSA_URLS": " ".join(urls),
            "TABELLION_TSA_OPERATORS": "2",
            "TABELLION_WITNESS_POLICY_FILE": str(folder / "witnesses"),
            "TABELLION_WITNESS_MINUTES": "0.01",
        }
        (folder / "witnesses").write_text("quorum none\n")
        for name, value in environment.items():
            patched.setenv(name, value)
        (folder / "house").mkdir()
        settings = load_settings(home=folder / "house" / "home", languages="en,pl")
        initialise(settings, SystemClock(), "root", PASSWORD)
        with opened(settings) as parts:
            log = NoteKey(parts.archive.origin, parts.chest.log.public_der).vkey()
        arguments = ("--name", "w.example/1", "--log", log)
        witness = stack.enter_context(
            running("witness", "--directory", folder / "witness", *arguments, lines=3)
        )
        vkey = witness.said[1]
        (folder / "witnesses").write_text(f"witness w {vkey} {witness.address}\nquorum w\n")
        patched.setattr("tests.tabellion.house.initialise", lambda *_: None)
        with lived_in(folder / "house") as house:
            yield Outside(house, witness, environment)


@pytest.fixture(scope="module")
def paper(outside: Outside) -> str:
    """A paper that both authorities have stamped and the witness has seen."""
    house = outside.house
    path = house.paper("letter.pdf", ["A letter that others vouch for"])
    (line,) = outside.run("ingest", path, "--batch", "box", "--wait", "--json").lines
    outside.run("stamp")

    def count(table: str) -> int:
        with house.parts.archive.catalogue.read() as connection:
            return connection.scalar(select(func.count()).select_from(t.metadata.tables[table])) or 0

    wait(lambda: count("stamp_tokens") == 1, "the second token")

    def seen() -> bool:
        report = outside.run("verify", line["document"], "--json", code=None).json
        return bool(report["witness"] == "PASSED")

    wait(seen, "the witness")
    return str(line["document"])


def test_who_vouches_is_in_the_report(outside: Outside, paper: str) -> None:
    report = outside.run("verify", paper, "--json").json
    assert report["headline"].startswith("PASSED under policy embedded")
    assert (report["time_class"], report["time_authorities"]) == ("ordinary", ["one", "two"])
    assert {each["use"] for each in report["trust"]} >= {"log", "witness", "time (one)", "time (two)"}


def test_a_stranger_is_given_all_of_it(outside: Outside, paper: str, tmp_path: Path) -> None:
    package = tmp_path / "p.asice"
    outside.run("keys", "export", "--public", tmp_path / "trust")
    assert (tmp_path / "trust" / "log.policy").read_text().startswith("witness w w.example/1+")
    assert list((tmp_path / "trust" / "witness").iterdir())
    outside.run("export", paper, "--output", package)
    report = outside.run("verify", package, "--trust", tmp_path / "trust", "--json").json
    assert report["overall"] == "PASSED"
    assert report["witness"] == "PASSED"
    assert report["time_authorities"] == ["one", "two"]


def test_an_auditors_checkpoint_is_compared(outside: Outside, paper: str, tmp_path: Path) -> None:
    archive = outside.house.parts.archive
    kept = tmp_path / "kept"
    signed = archive.objects.vault.read_pointer("log/checkpoint")
    assert signed is not None
    kept.write_bytes(signed)
    assert outside.run("verify", "--all", "--since", kept, "--json", code=None).json["log"] == "PASSED"
    lines = signed.decode().split("\n")
    lines[1] = str(int(lines[1]) + 1)
    kept.write_text("\n".join(lines))
    report = outside.run("verify", "--all", "--since", kept, "--json", code=1).json
    assert "CHECKPOINT_SIGNATURE" in json.dumps(report["findings"])
