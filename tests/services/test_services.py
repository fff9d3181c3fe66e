"""Servers start, answer, are found again, and leave nothing behind."""

import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.services import blows, process, run
from tests.services.process import Running, ServiceError, birth, launch, new_folder, recall, remember, stop


def sleeper(name: str, *, answers: bool = True) -> Running:
    command = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]
    return launch(
        name, command, new_folder(name, None), answers=lambda: answers, settings={"TABELLION_X": "a b"}
    )


def test_a_server_is_remembered_and_stopped(tmp_path: Path) -> None:
    running = sleeper("sleeper")
    remember(tmp_path, running)
    assert stat.S_IMODE((tmp_path / "sleeper.json").stat().st_mode) == 0o600
    assert recall(tmp_path) == [running]
    assert running.alive()
    run.stop_all(tmp_path)
    assert not running.alive()
    assert not Path(running.folder).exists()
    assert recall(tmp_path) == []


def test_helpers_of_a_server_end_with_it(tmp_path: Path) -> None:
    noted = tmp_path / "helper"
    command = ["sh", "-c", f"sleep 600 & echo $! > {noted}.new; mv {noted}.new {noted}; exec sleep 600"]
    running = launch("parent", command, new_folder("parent", None), answers=noted.exists, settings={})
    helper = int(noted.read_text())
    assert birth(helper) is not None
    stop(running)
    deadline = time.monotonic() + 60
    while birth(helper) is not None:
        assert time.monotonic() < deadline, "the helper still runs"
        time.sleep(0.01)


def test_a_server_that_was_killed_comes_back_on_its_folder(tmp_path: Path) -> None:
    noted = "helper"
    command = ["sh", "-c", f"setsid sleep 600 & echo $! >> {noted}; wait"]
    folder = new_folder("killed", None)

    def told() -> bool:
        return (folder / noted).exists() and (folder / noted).read_text().endswith("\n")

    running = launch("killed", command, folder, answers=told, settings={})
    remember(tmp_path, running)
    helper = int((folder / noted).read_text())
    blows.kill(running)
    assert not running.alive()
    assert birth(helper) is None, "one of a session of its own is left"
    blows.kill(running)
    (recalled,) = recall(tmp_path)
    again = blows.bring_back(recalled)
    try:
        while len((folder / noted).read_text().split()) < 2:
            time.sleep(0.01)
        assert (again.alive(), again.folder, again.pid != running.pid) == (True, str(folder), True)
    finally:
        blows.kill(again)
        stop(again)


def test_a_frozen_server_goes_on_when_it_is_thawed() -> None:
    running = sleeper("frozen")

    def wait_for(states: str) -> None:
        while Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()[0] not in states:
            time.sleep(0.01)

    try:
        blows.freeze(running)
        wait_for("T")
        blows.thaw(running)
        wait_for("SR")
    finally:
        stop(running)


def test_a_process_id_of_another_process_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    stranger = Running("stranger", os.getpid(), (birth(os.getpid()) or 0) - 1, str(folder), {})
    assert not stranger.alive()
    stop(stranger)
    assert not folder.exists()


def test_a_server_that_ends_early_shows_its_log() -> None:
    command = [sys.executable, "-c", "raise SystemExit('no room for me')"]
    with pytest.raises(ServiceError, match="no room for me"):
        launch("short", command, new_folder("short", None), answers=lambda: False, settings={})


def test_a_server_that_stays_silent_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", 1.0)
    with pytest.raises(ServiceError, match="did not come up"):
        sleeper("silent", answers=False)


def test_where_one_fails_the_others_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Running] = []

    def good() -> Running:
        started.append(sleeper("good"))
        return started[0]

    def bad() -> Running:
        raise ServiceError("nothing to install it from")

    monkeypatch.setattr(run, "SERVICES", {"good": good, "bad": bad})
    with pytest.raises(ServiceError):
        run.start_all(tmp_path, ["good", "bad"])
    assert not started[0].alive()
    assert recall(tmp_path) == []


@pytest.mark.parametrize("arguments", [[], ["start"], ["start", "mainframe"], ["stop", "postgresql"]])
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(arguments) == 2
    assert "usage: script/services start NAME" in capsys.readouterr().err


@pytest.mark.services
def test_postgresql_answers(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert re.match(r"\d+", connection.execute(text("SHOW server_version")).scalar_one())
    engine.dispose()


def test_lines_that_a_shell_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABELLION_SERVICES_DIR", str(tmp_path))
    monkeypatch.setattr(run, "SERVICES", {"sleeper": lambda: sleeper("sleeper")})
    try:
        assert run.main(["start", "sleeper"]) == 0
        lines = capsys.readouterr().out
    finally:
        assert run.main(["stop"]) == 0
    command = ["sh", "-c", lines + 'printf %s "$TABELLION_X"']
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout == "a b"
