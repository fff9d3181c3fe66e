"""PostgreSQL in a cluster of its own, as user postgres where we are root (it refuses to run as root)."""

import os
import secrets
import signal
import subprocess
from pathlib import Path

from tests.services.process import Running, ServiceError, free_port, launch, new_folder, stop
from tests.services.tools import install


def programs() -> Path:
    """The folder of the newest PostgreSQL of this machine."""

    def newest() -> Path | None:
        versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
        return max(versions, key=lambda path: int(path.parent.name), default=None)

    found = newest()
    if found is None:
        install("postgresql")
        found = newest()
    if found is None:
        raise ServiceError("no PostgreSQL below /usr/lib/postgresql, though its package is installed")
    return found


def start(*, durable: bool = False) -> Running:
    """A new, empty database `tabellion`, owned by a user of that name.

    Only a durable one still has what it acknowledged after it was killed.
    """
    bin_folder = programs()
    user = "postgres" if os.geteuid() == 0 else None
    folder = new_folder("postgresql", user)
    port, password = free_port(), secrets.token_hex(16)
    environment = os.environ | {"PGPASSWORD": password, "LC_ALL": "C.UTF-8"}

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(bin_folder / program), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )

    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user is not None:
        os.chown(secret, folder.stat().st_uid, folder.stat().st_gid)
    words = [
        "--username=tabellion",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    made = run("initdb", "--pgdata=data", f"--pwfile={secret}", *words)
    if made.returncode:
        raise ServiceError(f"initdb failed: {made.stderr.strip()}")

    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
    }
    if not durable:
        # Test data need not survive a loss of power, and fsync would be most of the tests' time.
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    running = launch(
        "postgresql-durable" if durable else "postgresql",
        [
            str(bin_folder / "postgres"),
            "-D",
            "data",
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        folder,
        answers=lambda: run("pg_isready", "--host=127.0.0.1", f"--port={port}").returncode == 0,
        settings={
            "TABELLION_DATABASE_URL": f"postgresql+psycopg://tabellion:{password}@127.0.0.1:{port}/tabellion"
        },
        user=user,
        stop_signal=signal.SIGINT,  # its "fast shutdown": sessions are cut, data are closed
    )
    created = run("createdb", "--host=127.0.0.1", f"--port={port}", "--username=tabellion", "tabellion")
    if created.returncode:
        stop(running)
        raise ServiceError(f"createdb failed: {created.stderr.strip()}")
    return running
