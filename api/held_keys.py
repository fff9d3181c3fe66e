"""What administrators are shown of keys: whose they are, and when they end. Never a private half."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Use = Literal["log", "receipt", "seal", "objects", "authority", "station"]

SOON = timedelta(days=90)
"""A key that ends within this time is pointed at: what follows it has to be made known to others first."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that the archive signs or encrypts with, believes, or lets in.

    `name` is its id, an authority's name or a station's; `until` is its end, None where nothing ends it but another
    key in its place; `retired` says that another has taken its place already.
    """

    use: Use
    name: str
    algorithm: str | None
    since: datetime
    until: datetime | None
    retired: bool = False

    def ends_soon(self, now: datetime) -> bool:
        """Whether a key that is in use has ended, or ends before long."""
        return not self.retired and self.until is not None and self.until <= now + SOON
