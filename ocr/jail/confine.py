"""What the reading process may not do: grow, write files, dump core, reach the network, outlive its parent."""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_WRITABLE_FILE = 64 << 20


def confine(memory: int, *, may_write: bool) -> None:
    """Set the limits of this process for good. `may_write` allows small temporary files, for an engine by command."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # A network of its own has no way out. Kernels that forbid it to ordinary users leave the rest of the jail.
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWNET)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size = _WRITABLE_FILE if may_write else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def resident() -> int:
    """Bytes of memory that this process holds, or 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as status:  # noqa: PTH123
            return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def alarm(seconds: float) -> None:
    """Let the kernel end this process after so many seconds, even where C code never returns; 0 calls it off.

    The parent has the same limit; this one holds where the parent has died.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
