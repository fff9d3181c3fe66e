"""Walks DER before any parser sees it, so that what comes from outside is bounded in size, depth and count (X.690)."""

from dataclasses import dataclass

_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_SEQUENCE = 0x30


class DerInvalid(ValueError):
    """Bytes that are not one DER value."""


class DerTooLarge(DerInvalid):
    """More bytes, levels or elements than the limits allow."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes, levels of nesting, and elements that are read."""

    size: int
    depth: int
    count: int


def check(data: bytes, limits: Limits) -> None:
    """Raise `DerInvalid` unless the bytes are exactly one value of definite, minimal lengths within the limits.

    What stands in a primitive value (an OCTET STRING that holds DER) is not looked into.
    """
    if len(data) > limits.size:
        raise DerTooLarge(f"{len(data)} bytes, where {limits.size} are allowed")
    ends: list[int] = []
    position = count = 0
    while position < len(data) or not count:
        count += 1
        if count > limits.count:
            raise DerTooLarge(f"more than {limits.count} elements")
        start, end = _extent(data, position)
        if end > (ends[-1] if ends else len(data)):
            raise DerInvalid(f"the element at {position} reaches beyond what holds it")
        if not ends and end != len(data):
            raise DerInvalid("bytes follow the value")
        if data[position] & _CONSTRUCTED:
            ends.append(end)
            if len(ends) > limits.depth:
                raise DerTooLarge(f"more than {limits.depth} levels")
            position = start
        else:
            position = end
        while ends and ends[-1] == position:
            ends.pop()


def sequence(contents: bytes) -> bytes:
    """The DER of a SEQUENCE with these contents."""
    size = len(contents)
    if size < 0x80:
        return bytes((_SEQUENCE, size)) + contents
    octets = (size.bit_length() + 7) // 8
    return bytes((_SEQUENCE, 0x80 | octets)) + size.to_bytes(octets, "big") + contents


def _extent(data: bytes, position: int) -> tuple[int, int]:
    """Where the contents of the element at `position` start and end."""
    if position + 2 > len(data):
        raise DerInvalid("the value ends in the middle of an element")
    if data[position] & _HIGH_TAG == _HIGH_TAG:
        raise DerInvalid("a tag number of 31 or more, which none of these formats has")
    start, length = position + 2, data[position + 1]
    if length >= 0x80:
        octets = length & 0x7F
        encoded = data[start : start + octets]
        length = int.from_bytes(encoded, "big")
        # X.690 section 10.1: lengths are definite and as short as can be. More than four octets would be over 4 GB.
        if not 1 <= octets <= 4 or len(encoded) < octets or encoded[0] == 0 or length < 0x80:
            raise DerInvalid(f"the length of the element at {position} is not in its DER form")
        start += octets
    return start, start + length
