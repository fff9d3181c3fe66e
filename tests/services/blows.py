"""What may befall a server: killed or frozen with all its processes, and brought back on the data that it has."""

import signal
import time

import psutil

from tests.services.process import PATIENCE, Running, ServiceError, spawn


def kill(running: Running) -> None:
    """SIGKILL to every process of the server; returns when they are gone. Its folder stays."""
    family = _signal(running, signal.SIGKILL)
    if psutil.wait_procs(family, PATIENCE)[1]:
        raise ServiceError(f"{running.name} still runs after SIGKILL")
    deadline = time.monotonic() + PATIENCE
    while running.alive() and time.monotonic() < deadline:
        time.sleep(0.01)


def freeze(running: Running) -> None:
    """SIGSTOP to every process of the server: connections stay and nobody answers."""
    _signal(running, signal.SIGSTOP)


def thaw(running: Running) -> None:
    """SIGCONT to every process of the server."""
    _signal(running, signal.SIGCONT)


def bring_back(running: Running) -> Running:
    """Start a server that is gone again, on the same data and ports; who asks it must wait until it answers."""
    return spawn(running)


def _signal(running: Running, number: signal.Signals) -> list[psutil.Process]:
    """To the server first, so that it starts nothing meanwhile; then to all that descend from it.

    Not to its session alone: the processes of PostgreSQL each have one of their own.
    """
    if not running.alive():
        return []
    try:
        leader = psutil.Process(running.pid)
        if number is not signal.SIGCONT:
            leader.send_signal(signal.SIGSTOP)
        family = [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    for process in family:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
    return family
