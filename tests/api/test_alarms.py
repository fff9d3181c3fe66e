"""deploy/alerts.yml: its rules speak of figures that there are, fire when they should, and are explained."""

import inspect
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from api import watching
from tests.api.support import House
from tests.house.repository import ROOT

FILE = ROOT / "deploy" / "alerts.yml"
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for rule in yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"][0]["rules"]
}

# For each alarm: a series with values at which it fires, and with values at which it does not.
SERIES = {
    "TabellionDown": ('up{job="tabellion"}', "0x10000", "1x10000"),
    "PartMissing": ('tabellion_ready{part="vault"}', "0x10000", "1x10000"),
    "BrokerMissing": ('tabellion_spared_ready{part="broker"}', "0x10000", "1x10000"),
    "LogStands": ('tabellion_queue_age_seconds{queue="log"}', "61x10000", "2x10000"),
    "ReceiptsWait": ('tabellion_queue_age_seconds{queue="receipt"}', "400x10000", "299x10000"),
    "ReadingBehind": ('tabellion_queue_age_seconds{queue="read"}', "15000x10000", "14000x10000"),
    "IndexBehind": ('tabellion_queue_age_seconds{queue="index"}', "700x10000", "9x10000"),
    "ManyFailures": ('tabellion_documents{state="failed"}', "0+1x10000", "50x10000"),
    "StampLate": ("tabellion_stamp_lag_seconds", "7201x10000", "7199x10000"),
    "StampRefused": ("tabellion_token_refusals", "1x10000", "0x10000"),
    "WitnessSilent": ("tabellion_witnesses_failing", "1x10000", "0x10000"),
    "ObjectsDamaged": ('tabellion_fixity_faults{vault="first"}', "1x10000", "0x10000"),
    "FixityBehind": ('tabellion_fixity_coverage{vault="second"}', "0.98x10000", "1x10000"),
    "CopiesBehind": ("tabellion_copies_lag_seconds", "90000x10000", "10x10000"),
    "NotVerified": ("tabellion_verified_age_seconds", "300000x10000", "80000x10000"),
    "DiskFills": ("tabellion_free_bytes", "19000000000x10000", "900000000000x10000"),
    "WebhooksDead": ('tabellion_webhook_messages{state="dead"}', "1x10000", "0x10000"),
}
AT = "4320m"


def names_in(text: str) -> set[str]:
    """The figures of ours that an expression or a page names."""
    return set(re.findall(r"\btabellion_[a-z_]+\b", text))


def test_every_figure_that_an_alarm_names_is_sent(house: House) -> None:
    house.hand_in(house.client("operator"))
    sent = names_in(house.client("administrator").get("/metrics").text)
    known = sent | names_in(inspect.getsource(watching))
    for name, rule in RULES.items():
        assert names_in(rule["expr"]) <= known, name
    queues = {queue for rule in RULES.values() for queue in re.findall(r'queue="(\w+)"', rule["expr"])}
    assert queues <= {"read", "log", "receipt", "index"}


@pytest.mark.parametrize("name", RULES)
def test_an_alarm_says_how_urgent_it_is_and_the_page_what_to_do(name: str) -> None:
    assert RULES[name]["labels"]["severity"] in {"page", "ticket"}
    assert RULES[name]["annotations"]["summary"].endswith(".")
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{name}` \| .{{20,}} \|$", page, re.MULTILINE)


def test_every_alarm_fires_when_it_should_and_not_else(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    assert set(SERIES) == set(RULES)
    tests = []
    for name, (series, bad, good) in SERIES.items():
        for values, fires in ((bad, True), (good, False)):
            inputs = [{"series": series, "values": values}]
            if name == "ManyFailures":
                inputs.append({"series": "tabellion_deposits", "values": "0+10x10000"})
            if name == "DiskFills":
                inputs.append({"series": "tabellion_objects_bytes", "values": "0+60000000x10000"})
            tests.append(
                {
                    "interval": "1m",
                    "input_series": inputs,
                    "promql_expr_test": [
                        {
                            "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)',
                            "eval_time": AT,
                            "exp_samples": [{"labels": "{}", "value": int(fires)}],
                        }
                    ],
                }
            )
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(FILE)], "evaluation_interval": "5m", "tests": tests}))
    done = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
