"""What a page shows as it goes into a copy of the paper: the file's own data wherever a PDF can hold that."""

from dataclasses import dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Carried:
    """The data of one picture, and what a PDF must say of it. Whoever holds it need not decode it.

    `width` and `height` in pixels as stored; turned clockwise by `rotation` (0, 90, 180, 270) the page stands upright.
    `black_is_1` is the polarity of Group 4 data; `own` says that these are bytes of the file, not packed anew. A
    `drawing` (`ocr.drawing`) is a page of lines and letters, in points; `redrawn` says that the page was one, and is a
    picture of 200 dpi here.
    """

    data: bytes
    coding: Literal["jpeg", "group4", "drawing"]
    width: int
    height: int
    colours: Literal[1, 3] = 1
    rotation: int = 0
    black_is_1: bool = False
    own: bool = False
    redrawn: bool = False

    def header(self) -> dict[str, Any]:
        """All but the data, as a JSON value."""
        names = ("coding", "width", "height", "colours", "rotation", "black_is_1", "own", "redrawn")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_header(cls, header: dict[str, Any], data: bytes) -> Self:
        """The picture that `header` told of. Raises ValueError for what no picture can be."""
        carried = cls(data, **header)
        known = carried.coding in ("jpeg", "group4", "drawing") and carried.colours in (1, 3)
        if not known or carried.rotation not in (0, 90, 180, 270) or min(carried.width, carried.height) < 1:
            raise ValueError("this is not the header of a picture")
        return carried
