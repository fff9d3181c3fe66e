"""Signatures of messages as Standard Webhooks 1.0.0 has them: HMAC-SHA-256 over id, timestamp and body."""

import base64
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
TOLERANCE_SECONDS: Final = 300
"""How far a receiver should let the timestamp be from his own clock."""


def shown_secret(secret: bytes) -> str:
    """The secret as its receiver is given it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers_of(secret: bytes, message: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers of a message; `at` is the present in seconds since the epoch."""
    signed = hmac.digest(secret, f"{message}.{at}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
