"""What tests fetch is fetched by one of them at a time, and a failure says why."""

import sys
import threading
import time
from pathlib import Path

import pytest

from tests.services import tools
from tests.services.process import ServiceError


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "TOOLS", tmp_path / "tools")


def test_one_at_a_time_is_alone_under_a_name() -> None:
    within, most = [], []

    def enter() -> None:
        with tools.alone("something"):
            within.append(1)
            most.append(len(within))
            time.sleep(0.02)
            within.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_others_go_on_under_another_name() -> None:
    with tools.alone("something"), tools.alone("something else"):
        assert {path.name for path in tools.TOOLS.iterdir()} == {"something.lock", "something else.lock"}


def test_what_cannot_be_fetched_says_why() -> None:
    with pytest.raises(ServiceError, match="the tool cannot be fetched: no such thing"):
        tools.fetch([sys.executable, "-c", "raise SystemExit('no such thing')"], "the tool")


def test_what_is_not_fetched_in_time_is_given_up() -> None:
    with pytest.raises(ServiceError, match="the tool cannot be fetched within 0 s"):
        tools.fetch([sys.executable, "-c", "import time; time.sleep(600)"], "the tool", seconds=0.2)
