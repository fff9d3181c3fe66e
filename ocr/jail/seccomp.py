"""System calls that a process gives up for good, without any privilege, through seccomp (Linux 3.17).

What a reader of files has no use for, and who has taken one over would begin with: new sockets, other processes, other
programs, the kernel's rarer interfaces. They answer EPERM; a call of another architecture's table ends the process.
"""

import ctypes
import errno
import os
import platform
import struct

_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# Classic BPF: load a word of struct seccomp_data, jump where equal, greater or equal, or a bit is set; return.
_LOAD, _EQUAL, _NOT_LESS, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32_CALLS = 0x40000000
_CLONE_NEWUSER = 0x10000000

# Number of the seccomp call itself, audit number of the architecture, and calls by name: asm/unistd_64.h of x86-64, and
# asm-generic/unistd.h, which 64-bit ARM follows.
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "seccomp": 317,
        "clone": 56,
        "tgkill": 234,
        "prlimit64": 302,
        "socket": 41,
        "connect": 42,
        "accept": 43,
        "bind": 49,
        "listen": 50,
        "accept4": 288,
        "execve": 59,
        "execveat": 322,
        "kill": 62,
        "tkill": 200,
        "rt_sigqueueinfo": 129,
        "rt_tgsigqueueinfo": 297,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "personality": 135,
        "pivot_root": 155,
        "chroot": 161,
        "acct": 163,
        "mount": 165,
        "umount2": 166,
        "swapon": 167,
        "swapoff": 168,
        "reboot": 169,
        "init_module": 175,
        "delete_module": 176,
        "finit_module": 313,
        "kexec_load": 246,
        "kexec_file_load": 320,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "unshare": 272,
        "setns": 308,
        "perf_event_open": 298,
        "open_by_handle_at": 304,
        "bpf": 321,
        "userfaultfd": 323,
    },
    "aarch64": {
        "seccomp": 277,
        "clone": 220,
        "tgkill": 131,
        "prlimit64": 261,
        "socket": 198,
        "connect": 203,
        "accept": 202,
        "bind": 200,
        "listen": 201,
        "accept4": 242,
        "execve": 221,
        "execveat": 281,
        "kill": 129,
        "tkill": 130,
        "rt_sigqueueinfo": 138,
        "rt_tgsigqueueinfo": 240,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "personality": 92,
        "pivot_root": 41,
        "chroot": 51,
        "acct": 89,
        "mount": 40,
        "umount2": 39,
        "swapon": 224,
        "swapoff": 225,
        "reboot": 142,
        "init_module": 105,
        "delete_module": 106,
        "finit_module": 273,
        "kexec_load": 104,
        "kexec_file_load": 294,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "unshare": 97,
        "setns": 268,
        "perf_event_open": 241,
        "open_by_handle_at": 265,
        "bpf": 280,
        "userfaultfd": 282,
    },
}
_SPECIAL = ("seccomp", "clone", "tgkill", "prlimit64")
_PROGRAMS = ("execve", "execveat", "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
_CLONE3 = 435
# Calls since Linux 5.1 have one number everywhere: signals and descriptors of other processes, io_uring, mounts.
_NEWER = (424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid(*, may_execute: bool) -> bool:
    """Give the calls up. `may_execute` leaves starting programs and signalling them, for an engine by command.

    False on an architecture whose table is not here, and where the kernel does not filter. The process must have given
    up new privileges before.
    """
    machine = platform.machine()
    if machine not in _CALLS:
        return False
    code = _filter(machine, may_execute=may_execute)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    number = _CALLS[machine]["seccomp"]
    return bool(libc.syscall(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)) == 0)


def _filter(machine: str, *, may_execute: bool) -> bytes:
    """The program: struct sock_filter, eight bytes an instruction; each test that fails falls to the next one."""
    calls = _CALLS[machine]
    refused = _ERRNO | errno.EPERM
    kept = {*_SPECIAL, *(_PROGRAMS if may_execute else ())}
    numbers = sorted({*(number for name, number in calls.items() if name not in kept), *_NEWER})
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _AUDIT[machine], yes=1),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER),
        _step(_NOT_LESS, _X32_CALLS, no=1),
        _step(_RETURN, refused),
        # Its flags lie in memory that a filter does not see; told that there is none, libraries use clone.
        _step(_EQUAL, _CLONE3, no=1),
        _step(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    for number in numbers:
        code += [_step(_EQUAL, number, no=1), _step(_RETURN, refused)]
    # What a process may do to itself only, and threads without a user namespace of their own.
    code += _where(calls["clone"], _step(_ANY_BIT, _CLONE_NEWUSER, no=1), _step(_RETURN, refused))
    code += _where(calls["prlimit64"], _step(_EQUAL, 0, yes=1), _step(_RETURN, refused))
    if not may_execute:
        code += _where(calls["tgkill"], _step(_EQUAL, os.getpid(), yes=1), _step(_RETURN, refused))
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _where(number: int, *tests: bytes) -> list[bytes]:
    """These tests on the first argument of one call; afterwards the call's number is looked at again."""
    tested = [_step(_LOAD, _FIRST_ARGUMENT), *tests, _step(_LOAD, _NUMBER)]
    return [_step(_EQUAL, number, no=len(tested)), *tested]


def _step(what: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", what, yes, no, value)
