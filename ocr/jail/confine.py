"""What the reading process may not do: grow, write files, open others', reach the network, outlive its parent.

Each wall stands by itself, so that a kernel or container that lacks one leaves the others; what is missing is told.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

from ocr.jail import landlock, seccomp

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
_WRITABLE_FILE = 64 << 20
# Libraries, fonts, models and the linker's list. Nothing of /etc, of homes, of /proc or of the archive.
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom")

NO_FILTER = "system calls are not filtered: no seccomp here"
NO_LANDLOCK = "files of this user can be read and changed: no Landlock here"
NO_WAY_TO_CLOSE_THE_NETWORK = "the network can be reached: neither seccomp nor a network namespace here"


def confine(memory: int, *, folder: Path | None = None) -> tuple[str, ...]:
    """Set the limits of this process for good, and say in words which of the walls could not be set up.

    `folder` is the only place where it may write, small files; an engine by command needs one, and may start programs.
    """
    weak: tuple[str, ...] = ()
    by_command = folder is not None
    if sys.platform == "linux":
        weak = _wall_in(folder)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size = _WRITABLE_FILE if by_command else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return weak


def _wall_in(folder: Path | None) -> tuple[str, ...]:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A network of its own has no way out. Kernels that forbid it to ordinary users leave the rest of the jail.
    alone = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWNET) == 0
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    libc.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
    by_command = folder is not None
    files = landlock.restrict(readable_places(), folder, may_execute=by_command)
    calls = seccomp.forbid(may_execute=by_command)
    told = {
        NO_FILTER: calls,
        NO_LANDLOCK: files,
        NO_WAY_TO_CLOSE_THE_NETWORK: alone or calls,
    }
    return tuple(words for words, holds in told.items() if not holds)


def readable_places() -> list[Path]:
    """Where modules and models are loaded from: libraries, and the packages that are in use.

    The folder that these packages lie in is not among them: it may be a checkout, with an archive in it.
    """
    loaded = [
        Path(place)
        for name, module in list(sys.modules.items())
        if "." not in name
        for place in getattr(module, "__path__", None) or ()
    ]
    models = [Path(os.environ["TESSDATA_PREFIX"])] if "TESSDATA_PREFIX" in os.environ else []
    return [*map(Path, (*_SYSTEM, sys.prefix, sys.base_prefix)), *loaded, *models]


class OwnMemory:
    """What this process holds; opened before `confine`, which closes /proc."""

    def __init__(self) -> None:
        try:
            self._status = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._status = -1

    def resident(self) -> int:
        """Bytes of memory, or 0 where the system does not tell."""
        try:
            return int(os.pread(self._status, 200, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            return 0


def alarm(seconds: float) -> None:
    """Let the kernel end this process after so many seconds, even where C code never returns; 0 calls it off.

    The parent has the same limit; this one holds where the parent has died.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
