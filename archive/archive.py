"""The archive as its rooms see it: identity, catalogue, vault, clock; built once by the wiring and handed on."""

from dataclasses import dataclass, field

from archive.catalogue import Catalogue
from archive.vault import Objects
from tabellion.base.clock import Clock, SystemClock
from tabellion.base.ids import Ids

SYSTEM_ACTOR = "00000000-0000-7000-8000-000000000000"
"""The actor of entries that no person caused: the keeper and the workers."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One installation: one identifier, one log origin, one catalogue, one vault."""

    id: str
    origin: str
    catalogue: Catalogue
    objects: Objects
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=Ids)
