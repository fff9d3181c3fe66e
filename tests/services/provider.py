"""A real provider of sign-ins (OpenID Connect): the certified oidc-provider, on Node."""

import os
import secrets
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.services.node import tools
from tests.services.process import Running, free_port, launch, new_folder

SCRIPT = Path(__file__).with_name("provider.mjs")


def start(back: Sequence[str]) -> Running:
    """A new provider, which sends people back to these addresses; `settings` are issuer and secret of the client."""
    port, secret, folder = free_port(), secrets.token_hex(16), new_folder("provider", None)
    issuer = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "SECRET": secret,
        "BACK": " ".join(back),
        "TOOLS": str(tools()),
        "NODE_ENV": "test",
    }
    return launch(
        "provider",
        ["node", str(SCRIPT)],
        folder,
        environment=environment,
        answers=lambda: _answers(f"{issuer}/.well-known/openid-configuration"),
        settings={"issuer": issuer, "secret": secret},
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (loopback, built above)
            return bool(answer.status == 200)
    except OSError:
        return False
