"""Messages between a process and its helpers: length and checksum before the bytes, so that a bent one is noticed."""

import os
import struct
import zlib
from typing import BinaryIO

_HEAD = struct.Struct(">QI")


class FrameBroken(Exception):
    """What came is not what was sent: something else wrote into the pipe, or bytes were lost."""


def own_output() -> BinaryIO:
    """Standard output of this process, for messages alone: what a library prints goes to standard error from now on."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def send(stream: BinaryIO, message: bytes) -> None:
    """Write a message; returns when the pipe has it. Raises BrokenPipeError where nobody reads."""
    stream.write(_HEAD.pack(len(message), zlib.crc32(message)))
    stream.write(message)
    stream.flush()


def receive(stream: BinaryIO) -> bytes:
    """The next message. Raises EOFError where the other side has gone, FrameBroken for anything but a message."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError("the other side has gone")
    length, checksum = _HEAD.unpack(head)
    try:
        message = stream.read(length)
    except (OverflowError, MemoryError) as error:
        raise FrameBroken(f"a message of {length} bytes") from error
    if len(message) < length:
        raise EOFError("the other side has gone within a message")
    if zlib.crc32(message) != checksum:
        raise FrameBroken("the checksum of a message differs")
    return message
