"""`tabellion renew` and `show --due`: what is due, why, and done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing.algorithm_policy import policy_bytes
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from tabellion.base.clock import SystemClock
from tabellion.initialise import initialise
from tabellion.settings import load_settings
from tests.tabellion.house import PASSWORD, lived_in
from tests.tabellion.terminal import Terminal


@pytest.fixture
def sunset(tmp_path: Path) -> Path:
    """A policy file by which SHA-256 ends in half a year."""
    ends = (datetime.now(UTC) + timedelta(days=180)).replace(microsecond=0)
    rules = tuple(
        replace(rule, sunset=ends) if rule.algorithm == "sha256" else rule for rule in BUILT_IN.rules
    )
    path = tmp_path / "algorithms.json"
    path.write_bytes(policy_bytes(AlgorithmPolicy(2, rules)))
    return path


def test_a_sunset_makes_renewals_due_and_renew_makes_them(tmp_path: Path, sunset: Path) -> None:
    with lived_in(tmp_path) as house:
        path = house.paper("paper.pdf", ["A paper for thirty years"])
        (line,) = house.terminal.run("ingest", path, "--batch", "box", "--wait", "--json").lines
        house.terminal.run("stamp")
        assert house.terminal.run("renew", "--json").json == {"renewals": []}
        (calm,) = house.terminal.run("show", "--due", "--json").json["due"]
        assert (calm["reason"], calm["due"], calm["stamps"]) == ("certificate-end", False, 1)
        assert "nothing is due" in house.terminal.run("renew", "--dry-run").out
    terminal, policy = Terminal(tmp_path / "home"), {"TABELLION_ALGORITHMS_FILE": str(sunset)}
    assert (
        "the hash sha256 is trusted no longer then"
        in terminal.run("renew", "--dry-run", environment=policy).out
    )
    # One that itself signs with SHA-256 gives nothing that would last longer.
    terminal.run("keys", "rotate", "--use", "authority", "--algorithm", "ecdsa-p384-sha384")
    (renewal,) = terminal.run("renew", "--json", environment=policy).json["renewals"]
    assert (renewal["kind"], renewal["algorithm"], renewal["covers"]) == ("hashtree-renewal", "sha512", 1)
    assert terminal.run("renew", "--json", environment=policy).json == {"renewals": []}
    assert terminal.run("verify", "--all", "--json", environment=policy).json["overall"] == "PASSED"
    history = terminal.run("show", line["document"], "--json").json
    assert history["evidence"][0]["existed_by"] is not None


def test_a_policy_that_cannot_be_read_is_refused(tmp_path: Path, sunset: Path) -> None:
    initialise(load_settings(home=tmp_path / "home"), SystemClock(), "root", PASSWORD)
    sunset.write_text("{}")
    policy = {"TABELLION_ALGORITHMS_FILE": str(sunset)}
    said = Terminal(tmp_path / "home").run("renew", "--dry-run", code=2, environment=policy)
    assert "TABELLION_ALGORITHMS_FILE" in said.err
