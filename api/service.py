"""What the routes are handed: the parts of the service, made once by the wiring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from api.held_keys import HeldKey
from api.limits import Limits
from api.provider import Provider
from api.remembering import Remembered
from api.totals import Totals
from archive.archive import Archive
from archive.fixity import Figures
from archive.outside import Network
from archive.packages import Drawing
from archive.stored import Stored
from search import Finder
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.verdict import Report

SPARED = frozenset({"broker"})
"""Parts that are shown and watched without being needed: the service is ready without them, and only less prompt."""


@dataclass(frozen=True, slots=True)
class Options:
    """The settings that routes need."""

    zone: ZoneInfo
    session_length: timedelta
    max_upload_bytes: int
    secure_cookies: bool
    test_authority: bool
    languages: tuple[str, ...]
    retention: timedelta
    algorithms: AlgorithmPolicy = BUILT_IN
    private_networks: tuple[Network, ...] = ()
    # Names under which the service answers; none: under any.
    hosts: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    # How long who asks for a copy waits for it, before he is told to ask again.
    copy_seconds: float = 10.0
    # Roles whose people must show a second factor.
    second_factor_roles: frozenset[str] = frozenset()
    # The address under which people reach the service; without it, passkeys work on localhost only.
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """The parts behind the routes."""

    archive: Archive
    finder: Finder
    options: Options
    nudge: Callable[[], None]
    # The documents to verify, or None for all of them.
    verify: Callable[[Sequence[str] | None], Report]
    # Close the open stamp now and give its id; the keeper fetches the token.
    close_stamp: Callable[[], str]
    # The files of the folder of trust that this archive publishes.
    public_files: Callable[[], Mapping[str, bytes]]
    # Part by name and what is wrong with it, or None where it answers.
    health: Callable[[], Mapping[str, str | None]]
    # Who else may say who somebody is.
    provider: Provider | None = None
    # Draws pages of originals for extracts; without it, the pictures for the screen serve.
    drawing: Drawing | None = None
    # Seconds that each part took to answer when it was last asked; bytes that are free where the home lies.
    took: Callable[[], Mapping[str, float]] = dict
    free_bytes: Callable[[], int] | None = None
    # The keys of the archive with their ends, for administrators.
    keys: Callable[[], Sequence[HeldKey]] = tuple
    # What is counted over all objects: asked often, and slow where there are millions.
    stored: Remembered[Stored] = field(default_factory=lambda: Remembered(300.0))
    fixity: Remembered[Figures | None] = field(default_factory=lambda: Remembered(60.0))
    # The same over all papers, files and pieces of work.
    totals: Remembered[Totals] = field(default_factory=lambda: Remembered(60.0))
