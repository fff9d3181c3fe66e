"""What a process in the jail cannot do, whoever starts it; each wall alone, as a kernel without the others has it."""

import io
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr.jail.child import Child, jail_environment
from ocr.jail.confine import NO_LANDLOCK, readable_places
from ocr.limits import Limits
from tests.house.repository import ROOT
from tests.ocr.papers import drawn, saved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are those of Linux")

NOBODY = 65534
PRELUDE = """
import ctypes, errno, json, os, resource, signal, socket, sys, threading
from pathlib import Path
from ocr.jail import confine, landlock, seccomp
outside, place = int(sys.argv[1]), sys.argv[3]
if int(sys.argv[2]):
    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)

def tried(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"

def clone(flags):
    if libc.syscall(ctypes.c_long({"x86_64": 56, "aarch64": 220}[os.uname().machine]), flags | 17, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "clone")

def unshare(flags):
    if libc.unshare(flags) < 0:
        raise OSError(ctypes.get_errno(), "unshare")
"""
ATTEMPTS = {
    "a connection": "lambda: socket.socket().connect(('127.0.0.1', outside))",
    "a socket": "lambda: socket.socket()",
    "a raw socket": "lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "a local socket": "lambda: socket.socket(socket.AF_UNIX)",
    "a foreign file": "lambda: open('/etc/hostname').read()",
    "the parent's environment": "lambda: open(f'/proc/{os.getppid()}/environ').read()",
    "a listing": "lambda: os.listdir('/')",
    "a new file": "lambda: open(place + '/new', 'w')",
    "a new folder": "lambda: os.mkdir(place + '/folder')",
    "a removal": "lambda: os.unlink(place + '/victim')",
    "a program": "lambda: os.execv('/bin/true', ['true'])",
    "a signal to the parent": "lambda: os.kill(os.getppid(), 0)",
    "limits of the parent": "lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
    "a user namespace": "lambda: unshare(0x10000000)",
    "a user namespace by clone": "lambda: clone(0x10000000)",
    "a library": "lambda: open('/usr/lib/os-release').read()",
    "a thread": "lambda: threading.Thread(target=print, kwargs={'end': ''}).start()",
    "its own limits": "lambda: resource.getrlimit(resource.RLIMIT_NOFILE)",
    "chance": "lambda: open('/dev/urandom', 'rb').read(1)",
    "nothing": "lambda: open('/dev/null', 'w').write('x')",
}
HARMLESS = {"a library", "a thread", "its own limits", "chance", "nothing"}


def inside(walls: str, user: int, port: int) -> dict[str, str]:
    """What came of each attempt behind these walls: `done`, or the name of an error."""
    attempts = ", ".join(f"{name!r}: tried({code})" for name, code in ATTEMPTS.items())
    code = f"{PRELUDE}\nheld = {walls}\nprint(json.dumps([held, {{{attempts}}}]))"
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)  # so that nothing but the jail forbids it
        Path(place, "victim").touch()
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, str(port), str(user), place],
            env=jail_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    held, ends = json.loads(done.stdout)
    assert held in (True, []), f"a wall that this kernel has was not set up: {held}"
    found: dict[str, str] = ends
    return found


@pytest.fixture(params=["as it is", "as an ordinary user"])
def user(request: pytest.FixtureRequest) -> int:
    if request.param == "as it is":
        return 0
    if os.getuid() != 0:
        pytest.skip("it is one already")
    return NOBODY


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class TestWalls:
    def test_together_leave_reading_of_libraries_and_nothing_else(self, user: int, listener: int) -> None:
        ends = inside("confine.confine(4 << 30)", user, listener)
        assert {name for name, end in ends.items() if end == "done"} == HARMLESS, ends
        assert set(ends.values()) == {"done", "EPERM", "EACCES"}

    @pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="no table of its calls")
    def test_without_landlock_there_is_still_no_network_and_no_other_process(
        self, user: int, listener: int
    ) -> None:
        ends = inside("seccomp.forbid(may_execute=False)", user, listener)
        refused = {name for name, end in ends.items() if end == "EPERM"}
        assert refused >= {
            "a connection",
            "a socket",
            "a local socket",
            "a program",
            "a signal to the parent",
            "limits of the parent",
            "a user namespace",
            "a user namespace by clone",
        }
        assert {ends[name] for name in HARMLESS} == {"done"}

    def test_without_a_filter_files_are_still_closed(self, user: int, listener: int) -> None:
        ends = inside("landlock.restrict(confine.readable_places(), None, may_execute=False)", user, listener)
        files = {
            "a foreign file",
            "the parent's environment",
            "a listing",
            "a new file",
            "a new folder",
            "a removal",
            "a program",
        }
        assert {ends[name] for name in files} == {"EACCES"}
        assert ends["a connection"] in ("EACCES", "done")  # forbidden from the fourth version on
        assert {ends[name] for name in HARMLESS} == {"done"}


def test_the_home_of_an_archive_in_a_checkout_is_closed() -> None:
    """Modules are read from the checkout, in which the archive of a trial lies: its keys are beside them."""
    places = readable_places()
    assert not any(place == ROOT or place in ROOT.parents for place in places)
    assert ROOT / "ocr" in places


class TestReader:
    def test_has_all_walls_on_this_machine(self, tmp_path: Path) -> None:
        child = Child.begin(Limits())
        try:
            child.ready()
            assert child.weak == ()
            status = Path(f"/proc/{child.process}/status").read_text()
            assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status
            assert "CapEff:\t0000000000000000" in status and "CapPrm:\t0000000000000000" in status
            # Landlock holds for the thread that asked for it and for its children: there is no other one.
            assert "Threads:\t1" in status
        finally:
            child.end()

    def test_by_command_it_writes_in_a_folder_of_its_own_that_goes_with_it(self) -> None:
        """tesserocr is hidden from it, so that each page goes to the program as a temporary file."""
        code = """
import importlib.util, runpy, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "tesserocr" else found(name, *more)
runpy.run_module("ocr.jail", run_name="__main__", alter_sys=True)
"""
        child = Child.begin(Limits(), start=["-c", code])
        try:
            child.ready()
            assert child.weak == ()
            assert child.folder.is_dir()
            assert child.folder.stat().st_mode & 0o777 == 0o700
            page = io.BytesIO(saved(drawn(("Paid in full",)), "PNG"))
            with tempfile.TemporaryFile() as file:
                file.write(page.getvalue())
                file.flush()
                child.ask({"do": "open", "languages": ["en"]}, 60, file.fileno())
                header, _ = child.ask({"do": "page", "number": 1}, 60)
            assert "Paid in full" in str(header["page"])
            assert list(child.folder.iterdir()) == []
            (child.folder / "left by a page that was killed").touch()
        finally:
            child.end()
        assert not child.folder.exists()

    def test_a_wall_that_is_missing_is_named_in_the_log(self, caplog: pytest.LogCaptureFixture) -> None:
        """As on a kernel, or in a container, without Landlock: reading goes on behind the other walls."""
        code = """
import runpy
from ocr.jail import landlock
landlock.restrict = lambda *places, **options: False
runpy.run_module("ocr.jail", run_name="__main__", alter_sys=True)
"""
        child = Child.begin(Limits(), start=["-c", code])
        try:
            child.ready()
            assert child.weak == (NO_LANDLOCK,)
            (told,) = [record for record in caplog.records if record.name == "ocr.jail.child"]
            assert told.levelname == "WARNING" and vars(told)["missing"] == [NO_LANDLOCK]
            assert "Seccomp:\t2" in Path(f"/proc/{child.process}/status").read_text()
        finally:
            child.end()
