"""Commands name the address at which the service of their archive listens, whatever port their own shell names."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tabellion.running_address import FILE, address_of, left_address
from tabellion.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


def test_a_running_service_is_found_and_one_that_ended_is_not(settings: Settings) -> None:
    assert address_of(settings) == "http://127.0.0.1:8000"
    with left_address(settings.home, "127.0.0.1", 8377) as address:
        assert address == address_of(settings) == "http://127.0.0.1:8377"
    assert address_of(settings) == "http://127.0.0.1:8000"
    assert list(settings.home.iterdir()) == []


def test_what_is_set_comes_first(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, public_url="https://archive.example")
    with left_address(tmp_path, "::1", 8377) as address:
        assert address == "http://[::1]:8377"
        assert address_of(settings) == "https://archive.example"


def test_what_a_killed_service_left_is_not_believed(settings: Settings) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = {"address": "http://127.0.0.1:8377", "process": ended.pid}
    (settings.home / FILE).write_text(json.dumps(left))
    assert address_of(settings) == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "left", ["", "[]", "{}", '{"address": 1, "process": "x"}', '{"address": "x", "process": -1}']
)
def test_what_is_no_address_is_not_believed(settings: Settings, left: str) -> None:
    (settings.home / FILE).write_text(left)
    assert address_of(settings) == "http://127.0.0.1:8000"


def test_the_next_service_keeps_its_own(settings: Settings) -> None:
    other = {"address": "http://127.0.0.1:9000", "process": 1}
    with left_address(settings.home, "127.0.0.1", 8377):
        (settings.home / FILE).write_text(json.dumps(other))
    assert address_of(settings) == "http://127.0.0.1:9000"
