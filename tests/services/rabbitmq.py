"""RabbitMQ with folders, ports and a port mapper (epmd) of its own, as user rabbitmq where we are root."""

import os
import secrets
import shutil
import socket

from tests.services.process import Running, ServiceError, free_port, launch, new_folder
from tests.services.tools import install

# Not the wrapper on PATH, which leaves the folder and writes to /var/log.
SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


def start() -> Running:
    """A new RabbitMQ without queues, with one account."""
    if shutil.which(SERVER) is None:
        install("rabbitmq-server")
    if shutil.which(SERVER) is None:
        raise ServiceError(f"no {SERVER}, though its package is installed")
    user = "rabbitmq" if os.geteuid() == 0 else None
    folder = new_folder("rabbitmq", user)
    port, mapper, password = free_port(), free_port(), secrets.token_hex(16)
    configuration = folder / "rabbitmq.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\n"
        f"default_user = tabellion\ndefault_pass = {password}\n"
        "log.console = true\nlog.file = false\n"
    )
    if user is not None:
        shutil.chown(configuration, user)

    def answers() -> bool:
        """It answers the protocol header with a method frame (AMQP 0-9-1, section 2.2.4)."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    return launch(
        "rabbitmq",
        # Erlang would start an epmd that outlives everything; this one is of our session and ends with it.
        ["sh", "-c", f"epmd -address 127.0.0.1 & exec {SERVER}"],
        folder,
        answers=answers,
        settings={"TABELLION_BROKER_URL": f"amqp://tabellion:{password}@127.0.0.1:{port}//"},
        user=user,
        environment={
            "HOME": str(folder),  # where Erlang keeps its cookie
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_NODENAME": f"{folder.name}@localhost",
            "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        },
    )
