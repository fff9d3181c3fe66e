"""Makes a new archive with an account, and the doors through which papers come into it."""

import random
from collections.abc import Sequence
from pathlib import Path

from bench._doors import CommandDoor, Door, FolderDoor, RestDoor, StationDoor
from bench._service import Service
from bench._tiny import Tiny

DOORS = ("rest", "command", "hot", "station")


def prepare(service: Service) -> str:
    """A new archive with an account that may send and find; gives its token."""
    service.command("init")
    service.command("users", "add", "bench", "--role", "operator", "--role", "collector", "--scope", "all")
    return service.command("users", "token", "bench").strip()


def open_doors(
    names: Sequence[str],
    service: Service,
    token: str,
    scratch: Path,
    papers: Sequence[Tiny],
    rng: random.Random,
    seconds: float = 0.0,
) -> list[Door]:
    """Every paper goes to one door, at random."""
    shares: dict[str, list[Tiny]] = {name: [] for name in names}
    for paper in papers:
        shares[rng.choice(names)].append(paper)
    doors: list[Door] = []
    for name, share in shares.items():
        own = random.Random(rng.random())
        match name:
            case "rest":
                doors.append(RestDoor(service, share, own, seconds, token=token))
            case "command":
                doors.append(CommandDoor(service, share, own, seconds, folder=_made(scratch / "handed")))
            case "hot":
                hot = _made(service.home / "folders" / "hot" / "unassigned")
                doors.append(FolderDoor(service, share, own, seconds, folder=hot))
            case "station":
                service.command("stations", "add", "bench")
                batch = _made(service.home / "folders" / "stations" / "bench" / "box-1")
                doors.append(StationDoor(service, share, own, seconds, folder=batch))
    return doors


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
