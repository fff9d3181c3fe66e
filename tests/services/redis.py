"""Redis with an append-only file, so that what it acknowledged outlives it."""

import secrets
import subprocess

from tests.services.process import Running, free_port, launch, new_folder
from tests.services.tools import need


def start() -> Running:
    """A new, empty Redis that asks for a password."""
    server = need("redis-server", "redis-server")
    client = need("redis-cli", "redis-tools")
    folder = new_folder("redis", None)
    port, password = free_port(), secrets.token_hex(16)

    def answers() -> bool:
        command = [client, "-p", str(port), "--no-auth-warning", "-a", password, "ping"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() == "PONG"

    words = f"--bind 127.0.0.1 --port {port} --requirepass {password} --appendonly yes --dir {folder}".split()
    return launch(
        "redis",
        [server, *words, "--save", ""],
        folder,
        answers=answers,
        settings={"TABELLION_BROKER_URL": f"redis://:{password}@127.0.0.1:{port}/0"},
    )
