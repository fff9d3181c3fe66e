"""Messages over a socket pair: a JSON header, then the pictures it announces; a file travels as a descriptor."""

import json
import os
import socket
import struct
import time
from typing import Any

_HEAD = struct.Struct(">I")


class ChannelClosed(Exception):
    """The other side is gone."""


class MessageTooLarge(Exception):
    """The other side announced more than may be taken."""


def send(sock: socket.socket, header: dict[str, Any], *attachments: bytes) -> None:
    """One message."""
    raw = json.dumps({**header, "attachments": [len(item) for item in attachments]}).encode()
    try:
        sock.sendall(b"".join((_HEAD.pack(len(raw)), raw, *attachments)))
    except OSError as error:
        raise ChannelClosed from error


def receive(
    sock: socket.socket, *, deadline: float | None = None, limit: int = 1 << 30
) -> tuple[dict[str, Any], list[bytes]]:
    """The next message; raises TimeoutError at the monotonic deadline, and refuses more than `limit` bytes."""
    (size,) = _HEAD.unpack(_exactly(sock, _HEAD.size, deadline))
    if size > limit:
        raise MessageTooLarge
    header: dict[str, Any] = json.loads(_exactly(sock, size, deadline))
    sizes: list[int] = header.pop("attachments")
    if size + sum(sizes) > limit:
        raise MessageTooLarge
    return header, [_exactly(sock, item, deadline) for item in sizes]


def send_file(sock: socket.socket, descriptor: int) -> None:
    """Hand over an open file."""
    try:
        socket.send_fds(sock, [b"F"], [descriptor])
    except OSError as error:
        raise ChannelClosed from error


def receive_file(sock: socket.socket) -> int:
    """The descriptor that `send_file` handed over; the receiver closes it."""
    _, descriptors, _, _ = socket.recv_fds(sock, 1, 1)
    if not descriptors:
        raise ChannelClosed
    os.set_inheritable(descriptors[0], False)
    return descriptors[0]


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    parts = []
    while size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        else:
            sock.settimeout(None)
        try:
            part = sock.recv(min(size, 1 << 20))
        except TimeoutError:
            raise
        except OSError as error:
            raise ChannelClosed from error
        if not part:
            raise ChannelClosed
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
