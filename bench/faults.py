"""Nothing that was acknowledged is lost or doubled, whatever is killed: files come in through three doors meanwhile.

Each round is an archive of its own. While files come in by REST, by `tabellion ingest` and through watched folders, the
server, its workers and its keeper are killed with SIGKILL at random moments. Afterwards every acknowledged file must be
there once and be found by its word, `verify --all` must pass, and no temporary file may be left.

With `--services` there is one archive, on PostgreSQL, a broker, an object store and OpenSearch. These and its own
processes are killed or frozen and brought back, each in turn, and their disk fills up once.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench._aftermath import check_evidence, check_found, check_left_over
from bench._chaos import BLOWS, Chaos
from bench._doors import Door
from bench._fire import Fire, FirePlan, run_under_fire
from bench._opening import DOORS, open_doors, prepare
from bench._service import Service, ServiceFailed
from bench._tables import publish, say, table
from bench._tiny import tiny_papers
from tests.services.process import free_port


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds of how many files; the files of a round are spread over about so many seconds.

    There is a blow in `every` seconds on average.
    """

    rounds: int
    files: int
    seed: int
    seconds: float = 20.0
    every: float = 4.0
    doors: tuple[str, ...] = DOORS


@dataclass(slots=True)
class Round:
    """What one round did, and in words what was wrong afterwards."""

    number: int
    files: int
    acknowledged: int = 0
    retries: int = 0
    intake_seconds: float = 0.0
    seconds: float = 0.0
    blows: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run_round(plan: Plan, number: int, scratch: Path) -> Round:
    """One archive, one intake under fire, one check of what is left."""
    rng = random.Random(f"{plan.seed}/{number}")
    result = Round(number, plan.files)
    papers = list(tiny_papers(rng, plan.files))
    service = Service(scratch / "home", free_port(), scratch / "serve.log")
    started = time.monotonic()
    doors: list[Door] = []
    chaos = Chaos(service, random.Random(rng.random()), plan.every)
    try:
        token = prepare(service)
        doors += open_doors(plan.doors, service, token, scratch, papers, rng, plan.seconds)
        service.start()
        service.wait_ready()
        began = time.monotonic()
        _take_in(doors, chaos)
        result.intake_seconds = time.monotonic() - began
        service.wait_ready()
        result.wrong += check_found(service, token, papers, doors)
        result.wrong += check_left_over(service.home)
        service.stop()
        result.wrong += check_evidence(service, plan.files)
    except ServiceFailed as error:
        result.wrong.append(str(error))
    finally:
        service.kill_all()
    result.acknowledged = sum(len(door.acknowledged) for door in doors)
    result.blows = {blow: chaos.blows[blow] for blow in BLOWS}
    if not chaos.blows:
        result.wrong.append("no blow fell, so that nothing was shown")
    result.retries = sum(door.retries for door in doors)
    result.seconds = time.monotonic() - started
    return result


def _take_in(doors: Sequence[Door], chaos: Chaos) -> None:
    """Open all doors at once, strike until everything is acknowledged."""
    with chaos:
        for door in doors:
            door.start()
        for door in doors:
            door.join()


def run(plan: Plan) -> list[Round]:
    """All rounds, one after another; the archive of a round that failed is kept and named."""
    rounds = []
    for number in range(1, plan.rounds + 1):
        scratch = Path(tempfile.mkdtemp(prefix=f"faults-{number}-"))
        result = run_round(plan, number, scratch)
        rounds.append(result)
        say(f"round {number}: {len(result.wrong) or 'nothing'} wrong, {sum(result.blows.values())} blows")
        if result.wrong:
            say("\n".join(f"  {line}" for line in [*result.wrong[:20], f"left for inspection: {scratch}"]))
        else:
            remove(scratch)
    return rounds


def remove(folder: Path) -> None:
    """Remove a folder with read-only files in it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
            path.rmdir()
        else:
            path.unlink()
    folder.rmdir()


def summary(plan: Plan, rounds: Sequence[Round]) -> dict[str, Any]:
    """The JSON document."""
    return {
        "seed": plan.seed,
        "files": sum(one.files for one in rounds),
        "acknowledged": sum(one.acknowledged for one in rounds),
        "blows": sum(sum(one.blows.values()) for one in rounds),
        "passed": not any(one.wrong for one in rounds),
        "rounds": [asdict(one) for one in rounds],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds and print them; exit code 1 where anything was wrong."""
    parser = argparse.ArgumentParser(prog="script/bench faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--files", type=int, metavar="N", help="a round's; default: 200, with --services 2000"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument(
        "--doors", default=",".join(DOORS), help="which, separated by commas; default: all of them"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    alone = parser.add_argument_group("without --services")
    alone.add_argument("--rounds", type=int, default=20, metavar="N")
    alone.add_argument("--seconds", type=float, default=20.0, help="over which a round's files are spread")
    alone.add_argument(
        "--every", type=float, default=4.0, metavar="SECONDS", help="between two blows, on average"
    )
    served = parser.add_argument_group("with --services")
    served.add_argument(
        "--services", action="store_true", help="one archive on real servers, which are struck too"
    )
    served.add_argument("--blows", type=int, default=30, metavar="N")
    served.add_argument("--broker", choices=("redis", "rabbitmq"), default="redis")
    served.add_argument(
        "--disk", type=int, default=3000, metavar="MIB", help="of the disk that fills up; 0: it does not"
    )
    options = parser.parse_args(arguments)
    doors = tuple(options.doors.split(","))
    if options.services:
        files = options.files or 2000
        return _under_fire(
            FirePlan(files, options.blows, options.seed, doors, options.disk, options.broker), options.json
        )
    return _in_rounds(
        Plan(options.rounds, options.files or 200, options.seed, options.seconds, options.every, doors),
        options.json,
    )


def _in_rounds(plan: Plan, as_json: bool) -> int:
    rounds = run(plan)
    result = summary(plan, rounds)
    heads = ("round", "files", "held", "retries", *BLOWS, "intake s", "all s", "wrong")
    rows = [
        (
            one.number,
            one.files,
            one.acknowledged,
            one.retries,
            *(one.blows.get(blow, 0) for blow in BLOWS),
            one.intake_seconds,
            one.seconds,
            len(one.wrong),
        )
        for one in rounds
    ]
    verdict = "passed" if result["passed"] else "FAILED"
    people = table(heads, rows) + f"\n\nSeed {plan.seed}, {result['blows']} blows: {verdict}."
    publish(result, people, as_json=as_json)
    return 0 if result["passed"] else 1


def _under_fire(plan: FirePlan, as_json: bool) -> int:
    fire = run_under_fire(plan)
    publish({**asdict(fire), "passed": not fire.wrong}, _told(fire), as_json=as_json)
    return 1 if fire.wrong else 0


def _told(fire: Fire) -> str:
    """The run for people: the blows in their order, then what was wrong."""
    heads = ("blow", "how", "lasted s", "ready s", "acknowledged s", "found s")
    rows = [
        (blow["part"], blow["how"], blow["down"], blow["ready"], blow["acknowledged"], blow["found"])
        for blow in fire.blows
    ]
    lines = [
        table(heads, rows),
        "",
        f"{fire.acknowledged} of {fire.files} files acknowledged in {fire.intake_seconds:.0f} s, "
        f"found after {fire.searchable_seconds:.0f} s; {fire.retries} retries, "
        f"of which refused: {', '.join(f'{what} {count}' for what, count in fire.refusals.items()) or 'none'}",
        *fire.notes,
        *(f"wrong: {line}" for line in fire.wrong[:40]),
        f"Seed {fire.seed}, {len(fire.blows)} blows: {'FAILED' if fire.wrong else 'passed'}.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
