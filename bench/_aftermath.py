"""What must be true after the blows: everything there, once, found and proven, and nothing half-done left behind."""

import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from bench._doors import Door
from bench._service import Service
from bench._tiny import Tiny

SEARCHABLE_SECONDS = 180.0
SWEPT_SECONDS = 180.0
TEMPORARY = (".tmp-*", "*.tmp", "*.taken", "*.unfinished", ".claimed/*")


def check_found(service: Service, token: str, papers: Sequence[Tiny], doors: Sequence[Door]) -> list[str]:
    """Each acknowledged paper is found by its word, as one document; waits as long as more and more are found."""
    acknowledged = set().union(*(door.acknowledged for door in doors))
    left = {paper.name: paper for paper in papers if paper.name in acknowledged}
    wrong = [f"{paper.name} was never acknowledged" for paper in papers if paper.name not in acknowledged]
    deadline = time.monotonic() + SEARCHABLE_SECONDS
    with httpx.Client(
        base_url=service.address, headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as client:
        while left and time.monotonic() < deadline:
            for name, paper in list(left.items()):
                total = _total(client, paper.word)
                if total:
                    del left[name]
                    deadline = time.monotonic() + SEARCHABLE_SECONDS
                if total > 1:
                    wrong.append(f"{name} is there {total} times")
            time.sleep(0.5)
    return wrong + [f"{name} is not found by its word" for name in left]


def _total(client: httpx.Client, word: str) -> int:
    answer = client.get("/api/v1/search", params={"q": f'"{word}"', "limit": 5})
    if answer.status_code in (429, 503):  # too many questions at once, or a part that is not quite back
        return 0
    answer.raise_for_status()
    total: int = answer.json()["total"]
    return total


def check_evidence(service: Service, files: int) -> list[str]:
    """A stamp closes, `verify --all` passes, and it has checked as many deposits as there were files."""
    service.command("stamp")
    report = service.json("verify", "--all", codes=(0, 1, 3))
    wrong = [f"verify: {finding['code']} {finding['detail']}" for finding in report["findings"]]
    if report["overall"] != "PASSED":
        wrong.append(f"verify --all is {report['overall']}")
    if report["checked"]["deposits"] != files:
        wrong.append(f"{report['checked']['deposits']} deposits for {files} files")
    return wrong


def check_left_over(home: Path, seconds: float = SWEPT_SECONDS) -> list[str]:
    """No temporary file stays; the keeper that runs is given so many seconds to sweep."""
    deadline = time.monotonic() + seconds
    while (left := _temporary(home)) and time.monotonic() < deadline:
        time.sleep(1)
    return [f"left over: {path.relative_to(home)}" for path in left]


def _temporary(home: Path) -> list[Path]:
    return sorted({path for pattern in TEMPORARY for path in home.rglob(pattern)})
