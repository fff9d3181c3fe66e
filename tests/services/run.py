"""Starts and stops real servers on loopback: `script/services start NAME...` and `script/services stop`."""

import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.services import opensearch, postgresql, rabbitmq, redis, s3
from tests.services.process import Running, ServiceError, forget, recall, remember, stop

SERVICES: dict[str, Callable[[], Running]] = {
    "postgresql": postgresql.start,
    "postgresql-durable": partial(postgresql.start, durable=True),
    "redis": redis.start,
    "rabbitmq": rabbitmq.start,
    "s3": s3.start,
    "opensearch": partial(opensearch.start, opensearch.CURRENT),
    "opensearch2": partial(opensearch.start, opensearch.PREVIOUS),
}
USAGE = f"usage: script/services start NAME... | stop, where NAME is one of: {' '.join(SERVICES)}"


def start_all(directory: Path, names: Sequence[str]) -> list[Running]:
    """Start what does not run yet; where one fails, those that this call started are stopped again."""
    present = {running.name: running for running in recall(directory) if running.alive()}
    started = []
    try:
        for name in names:
            if name not in present:
                present[name] = SERVICES[name]()
                started.append(present[name])
                remember(directory, present[name])
    except BaseException:
        for running in started:
            stop(running)
            forget(directory, running)
        raise
    return [present[name] for name in names]


def stop_all(directory: Path) -> None:
    """Stop everything that was started from this directory."""
    for running in recall(directory):
        stop(running)
        forget(directory, running)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 a server failed, 2 wrong use."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    directory = Path(os.environ.get("TABELLION_SERVICES_DIR") or "var/services")
    match list(arguments):
        case ["stop"]:
            stop_all(directory)
        case ["start", *names] if names:
            unknown = [name for name in names if name not in SERVICES]
            if unknown:
                sys.stderr.write(f"script/services cannot start {', '.join(unknown)}\n{USAGE}\n")
                return 2
            try:
                running = start_all(directory, names)
            except ServiceError as error:
                sys.stderr.write(f"script/services: {error}\n")
                return 1
            for server in running:
                for name, value in server.settings.items():
                    sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        case _:
            sys.stderr.write(USAGE + "\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
