"""The pictures of a page that go with its reading."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageImages:
    """JPEG pictures of the upright page: one to look at, about 1400 pixels wide, and a thumbnail about 220 wide."""

    number: int
    page_jpeg: bytes
    thumb_jpeg: bytes
