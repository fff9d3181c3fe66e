"""One archive on real servers, under blows to every part: the run of `script/bench faults --services`."""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench._aftermath import check_evidence, check_found, check_left_over
from bench._blows import PARTS, Assault, Blow, schedule
from bench._disk import NoDisk, SmallDisk
from bench._doors import Door, RestDoor
from bench._opening import open_doors, prepare
from bench._remains import check_leases, check_once, check_vault, found_at, looked_into, wait_until_quiet
from bench._servers import SERVERS, Servers
from bench._service import Service, ServiceFailed
from bench._tables import say
from bench._tiny import tiny_papers
from tests.services.process import free_port

LARGE_EVERY = 100
"""Every so many papers one is large enough to be sent to an object store in parts."""


@dataclass(frozen=True, slots=True)
class FirePlan:
    """How many files under how many blows to which parts; what of them lies on a server, does so.

    The disk is filled once besides where it has so many MiB, not 0. `haste`: see Assault. `workers`: 0, one a core.
    """

    files: int
    blows: int
    seed: int
    doors: tuple[str, ...]
    disk: int = 3000
    broker: str = SERVERS["broker"]
    parts: tuple[str, ...] = PARTS
    haste: float = 1.0
    workers: int = 0

    @property
    def servers(self) -> dict[str, str]:
        """The parts that lie on servers, and which."""
        names = {**SERVERS, "broker": self.broker}
        return {part: name for part, name in names.items() if part in self.parts}


@dataclass(slots=True)
class Fire:
    """What a run did, and in words what was wrong afterwards."""

    seed: int
    files: int
    acknowledged: int = 0
    retries: int = 0
    intake_seconds: float = 0.0
    searchable_seconds: float = 0.0
    seconds: float = 0.0
    refusals: dict[str, int] = field(default_factory=dict)
    blows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def run_under_fire(plan: FirePlan) -> Fire:
    """Servers, service, intake under blows, and a look at what is left; all is kept where something was wrong."""
    scratch = Path(tempfile.mkdtemp(prefix="faults-"))
    scratch.chmod(0o711)  # servers run as users of their own, below it
    result = Fire(plan.seed, plan.files)
    disk: SmallDisk | None = SmallDisk(scratch / "disk", plan.disk) if plan.disk else None
    try:
        if disk is not None:
            disk.mount()
    except NoDisk as error:
        result.notes.append(f"the disk was not filled, since none can be mounted here: {error}")
        shutil.rmtree(scratch / "disk")
        disk = None
    room = scratch / "disk"
    room.mkdir(exist_ok=True)
    servers = Servers(room, plan.servers)
    started = time.monotonic()
    try:
        servers.start()
        _run(plan, scratch, servers, disk, result)
    except (ServiceFailed, httpx.HTTPError) as error:
        result.wrong.append(str(error))
    finally:
        result.seconds = time.monotonic() - started
        if result.wrong:
            for log in scratch.glob("disk/tabellion-*/server.log"):
                shutil.copyfile(log, scratch / f"{log.parent.name}.log")
        servers.stop()
        if disk is not None:
            disk.unmount()
    if result.wrong:
        result.notes.append(f"logs: {scratch}")
    else:
        shutil.rmtree(scratch)
    return result


def _run(plan: FirePlan, scratch: Path, servers: Servers, disk: SmallDisk | None, result: Fire) -> None:
    rng = random.Random(plan.seed)
    papers = list(tiny_papers(rng, plan.files, large_every=LARGE_EVERY))
    settings = {**_settings(servers), "TABELLION_WORKERS": str(plan.workers)}
    home = servers.room / "home"
    service = Service(home, free_port(), scratch / "serve.log", settings)
    standby = Service(home, service.port, scratch / "standby.log", settings, only="keeper")
    token = prepare(service)
    doors = open_doors(plan.doors, service, token, servers.room, papers, rng)
    blows = schedule(rng, plan.blows, plan.parts, disk=disk is not None)
    assault = Assault(service, standby, servers, disk, blows, random.Random(rng.random()), say, plan.haste)
    try:
        service.start()
        standby.start()
        service.wait_ready()
        began = time.monotonic()
        _take_in(doors, assault)
        result.intake_seconds = time.monotonic() - began
        service.wait_ready()
        say(f"everything is acknowledged after {result.intake_seconds:.0f} s")
        result.wrong += check_found(service, token, papers, doors)
        result.searchable_seconds = time.monotonic() - began
        say(f"everything is found after {result.searchable_seconds:.0f} s")
        with looked_into(home, settings) as parts:
            result.wrong += wait_until_quiet(parts.archive)
            result.wrong += check_left_over(home)
            say("nothing is under way any more")
            standby.stop()
            service.stop()
            result.wrong += check_leases(parts.archive)
            result.wrong += check_once(parts.archive, papers)
            result.wrong += check_vault(parts.archive)
            result.blows = _felt(blows, doors, found_at(parts.archive))
        say("looked into catalogue and vault; everything is verified now")
        result.wrong += check_evidence(service, plan.files)
    finally:
        standby.kill_all()
        service.kill_all()
        refusals = sum((door.refusals for door in doors if isinstance(door, RestDoor)), Counter[str]())
        result.refusals = dict(refusals)
        result.wrong += [
            f"{count} answers were {what}" for what, count in refusals.items() if what[:3] == "500"
        ]
        result.acknowledged = sum(len(door.acknowledged) for door in doors)
        result.retries = sum(door.retries for door in doors)
        result.blows = result.blows or _felt([blow for blow in blows if blow.ended], doors, [])


def _settings(servers: Servers) -> dict[str, str]:
    """What the service is told: its servers, and that its passphrase and temporary files lie on that disk too."""
    temporary, passphrase = servers.room / "tmp", servers.room / "passphrase"
    temporary.mkdir()
    passphrase.touch(mode=0o600)
    passphrase.write_text("nobody guesses this\n")
    return {**servers.settings, "TABELLION_KEY_PASSPHRASE_FILE": str(passphrase), "TMPDIR": str(temporary)}


def _take_in(doors: Sequence[Door], assault: Assault) -> None:
    """Open all doors and strike; returns when every blow has fallen and everything is acknowledged."""
    for door in doors:
        door.pace = assault.progress
    assault.start()
    for door in doors:
        door.start()
    assault.join()
    for door in doors:
        door.join()


def _felt(blows: Sequence[Blow], doors: Sequence[Door], found: Sequence[float]) -> list[dict[str, Any]]:
    """Each blow, with the seconds from its end until the next upload was acknowledged, and the next paper found."""
    acknowledged = sorted(
        instant for door in doors if isinstance(door, RestDoor) for instant in door.instants
    )

    def after(instants: Sequence[float], instant: float) -> float | None:
        return next((each - instant for each in instants if each > instant), None)

    return [
        {
            **asdict(blow),
            "acknowledged": after(acknowledged, blow.ended),
            "found": after(found, blow.ended),
        }
        for blow in blows
    ]
