"""Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as every app knows them."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

KEY_SIZE = 20
"""Bytes of a key: the 160 bits that RFC 4226 section 4 (R6) recommends."""

DIGITS = 6
PERIOD = 30
AROUND = 1
"""Steps before and after the present one that are taken: a clock may be half a minute off (RFC 6238 section 5.2)."""


def step_of(now: datetime) -> int:
    """The time step of an instant."""
    return int(now.timestamp()) // PERIOD


def code_at(key: bytes, step: int) -> str:
    """The code of a time step (RFC 4226 section 5.3)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(key: bytes, code: str, now: datetime, after: int) -> int | None:
    """The step whose code this is, among the present one and those around it; None where there is none.

    A step that is not later than `after`, the last one that was used, counts no more: a code that somebody looked at
    over a shoulder is worth nothing (RFC 6238 section 5.2).
    """
    given, found = code.encode(), None
    for step in range(step_of(now) - AROUND, step_of(now) + AROUND + 1):
        if secrets.compare_digest(code_at(key, step).encode(), given) and step > after:
            found = step
    return found


def text_of(key: bytes) -> str:
    """The key in Base32, as it is typed."""
    return base64.b32encode(key).decode().rstrip("=")


def grouped(key: bytes) -> str:
    """The key in groups of four letters, as it is read aloud."""
    text = text_of(key)
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address_of(key: bytes, issuer: str, account: str) -> str:
    """The `otpauth:` address that is shown as a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    parameters = f"secret={text_of(key)}&issuer={quote(issuer, safe='')}"
    return f"otpauth://totp/{label}?{parameters}&algorithm=SHA1&digits={DIGITS}&period={PERIOD}"
