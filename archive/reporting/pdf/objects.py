"""PDF objects (ISO 32000-1 section 7): their spelling, and a file that they are written to one after another."""

import hashlib
import zlib
from datetime import UTC, datetime
from typing import Protocol

_LEVEL = 6


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take all of them."""


def number(value: float) -> bytes:
    """A number with at most three decimals, never in exponential form."""
    # Adding zero turns -0.0 into 0.0.
    return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".").encode()


def name(value: str) -> bytes:
    """A name of ASCII letters, digits and a few signs."""
    return b"/" + value.encode("ascii")


def text_string(value: str) -> bytes:
    """A text string (section 7.9.2.2), in hexadecimal UTF-16 with its mark."""
    return b"<" + ("\ufeff" + value).encode("utf-16-be").hex().encode() + b">"


def date(value: datetime) -> bytes:
    """A date (section 7.9.4) in UTC."""
    return value.astimezone(UTC).strftime("(D:%Y%m%d%H%M%SZ)").encode()


def ref(target: int) -> bytes:
    """A reference to an object."""
    return b"%d 0 R" % target


def array(*items: bytes) -> bytes:
    """An array."""
    return b"[" + b" ".join(items) + b"]"


def dictionary(**members: bytes | None) -> bytes:
    """A dictionary in the order given; what is None is left out."""
    pairs = (name(key) + b" " + value for key, value in members.items() if value is not None)
    return b"<<" + b" ".join(pairs) + b">>"


class ObjectFile:
    """Writes objects as they come and remembers where each stands; `finish` adds the table of them."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._position = 0
        self._places: list[int | None] = [None]
        # Four bytes above 127 tell programs that this is no text (ISO 19005-2 section 6.1.2).
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """The number of an object that is put later."""
        self._places.append(None)
        return len(self._places) - 1

    def put(self, body: bytes, number: int | None = None) -> int:
        """Write an object, under a reserved number or a new one; gives the number."""
        target = self.reserve() if number is None else number
        self._places[target] = self._position
        self._write(b"%d 0 obj\n" % target + body + b"\nendobj\n")
        return target

    def put_stream(
        self, data: bytes, number: int | None = None, *, raw: bool = False, **members: bytes
    ) -> int:
        """Write a stream, compressed unless `raw`; `members` are those of its dictionary beside length and filter."""
        if not raw:
            data = zlib.compress(data, _LEVEL)
            members["Filter"] = b"/FlateDecode"
        head = dictionary(**members, Length=b"%d" % len(data))
        return self.put(head + b"\nstream\n" + data + b"\nendstream", number)

    def finish(self, root: int, info: int) -> None:
        """Write the cross-reference table and the trailer; the file's identifier is the digest of all before."""
        start = self._position
        lines = [b"xref\n0 %d\n0000000000 65535 f \n" % len(self._places)]
        for place in self._places[1:]:
            if place is None:
                raise ValueError("an object was announced and not written")
            lines.append(b"%010d 00000 n \n" % place)
        self._write(b"".join(lines))
        identifier = b"<" + self._digest.hexdigest()[:32].encode() + b">"
        trailer = dictionary(
            Size=b"%d" % len(self._places), Root=ref(root), Info=ref(info), ID=array(identifier, identifier)
        )
        self._write(b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % start)

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._position += len(data)
