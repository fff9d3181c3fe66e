"""How much one file may cost, so that no file can take the machine."""

from dataclasses import dataclass

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file and on the process that reads it. Times are wall seconds, sizes bytes."""

    max_pages: int = 2000
    max_pixels: int = 80_000_000
    """Pixels of a page as decoded; a larger JPEG is decoded at half, a quarter or an eighth of its size."""
    open_seconds: float = 60.0
    page_seconds: float = 60.0
    file_seconds: float = 7200.0
    memory: int = 1800 * _MIB
    """Address space of the reading process (RLIMIT_AS)."""
    recycle_memory: int = 600 * _MIB
    """A reading process that has grown beyond this is replaced before the next file."""
    max_answer: int = 64 * _MIB
    """Bytes of one page's words and pictures."""
