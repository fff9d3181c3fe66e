"""Lists of a station, `<something>.done`: which files are complete, with their SHA-256, in the form of sha256sum."""

import re
from dataclasses import dataclass

from tabellion.base.errors import BadRequest

SUFFIX = ".done"
LARGEST = 64 << 20
_LINE = re.compile(r"(?P<escaped>\\?)(?P<sha256>[0-9a-fA-F]{64})[ \t][ *](?P<name>.+)")
_ESCAPES = {r"\\": "\\", r"\n": "\n", r"\r": "\r"}
_NUMBER = re.compile(r"(?<!\d)(\d{1,6})(?:\.[^.]*)?$", re.ASCII)


class ListUnreadable(BadRequest):
    """A list of a station that is not in the form of sha256sum."""

    code = "LIST_UNREADABLE"
    advice = "Write the list with `sha256sum FILES > NAME.done` in the batch's folder, as the last thing."


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list: a file beside it, the digest it must have, its number where the names carry them."""

    name: str
    sha256: str
    sequence: int | None = None


def parse_done_list(data: bytes) -> list[Listed]:
    """The lines of a list. Raises `ListUnreadable`, also for names that lie outside the folder or come twice.

    Files are numbered by the last digits of their names (`page_0017.tif`, from 1 in every batch) where every name has
    some and no two the same.
    """
    try:
        text = data.decode("utf-8", "surrogateescape")
        listed = [_parse(line) for line in text.split("\n") if line.strip()]
    except ValueError as error:
        raise ListUnreadable(f"the list cannot be read: {error}") from error
    if not listed:
        raise ListUnreadable("the list is empty")
    if len({item.name for item in listed}) != len(listed):
        raise ListUnreadable("a file stands twice in the list")
    found = [_NUMBER.search(item.name) for item in listed]
    numbers = [int(match[1]) for match in found if match is not None]
    if len(numbers) == len(listed) == len(set(numbers)) and 0 not in numbers:
        return [Listed(item.name, item.sha256, number) for item, number in zip(listed, numbers, strict=True)]
    return listed


def _parse(line: str) -> Listed:
    match = _LINE.fullmatch(line.removesuffix("\r"))
    if match is None:
        raise ValueError(f"{line[:80]!r} is not a digest and a name")
    name = match["name"].removeprefix("./")
    if match["escaped"]:
        name = re.sub(r"\\[\\nr]", lambda found: _ESCAPES[found[0]], name)
    if "/" in name or "\x00" in name or name in (".", ".."):
        raise ValueError(f"{name[:80]!r} does not lie in the folder of the list")
    return Listed(name, match["sha256"].lower())
