"""Asks which of the locked versions have published advisories; says so where nobody can be asked.

Exit codes are those of the command line: 0 none has, 1 some have, 3 it could not be decided.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from tests.house.repository import ROOT
from tests.house.sbom import Locked, locked

SERVICE = "https://pypi.org/pypi"
"""The package index's own interface, whose answers carry the advisories of a version."""

SECONDS = 10.0
PATIENCE = 3
"""So many packages without an answer in a row, and the service is taken for one that is not to be reached."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """A published weakness of a version that is locked, and the versions without it."""

    package: str
    identifier: str
    fixed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found, of how many packages there was an answer, and of which there was none."""

    advisories: tuple[Advisory, ...]
    answered: int
    unanswered: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code."""
        return 1 if self.advisories else 3 if self.unanswered else 0


def audit(packages: Sequence[Locked], service: str = SERVICE) -> Audit:
    """Ask about each package; stops where several in a row have no answer."""
    advisories: list[Advisory] = []
    unanswered: list[str] = []
    answered = silent = 0
    with httpx.Client(timeout=SECONDS) as client:
        for place, package in enumerate(packages):
            found = _asked(client, service, package)
            if found is None:
                unanswered.append(package.name)
                silent += 1
            else:
                answered, silent = answered + 1, 0
                advisories += found
            if silent == PATIENCE:
                unanswered += [each.name for each in packages[place + 1 :]]
                break
    return Audit(tuple(advisories), answered, tuple(unanswered))


def _asked(client: httpx.Client, service: str, package: Locked) -> list[Advisory] | None:
    """The advisories of a version, without those that were withdrawn; None: no answer."""
    try:
        answer = client.get(f"{service}/{package.name}/{package.version}/json")
        told = answer.json()["vulnerabilities"] if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
    if told is None:
        return None
    return [
        Advisory(f"{package.name} {package.version}", each["id"], tuple(each.get("fixed_in") or ()))
        for each in told
        if not each.get("withdrawn")
    ]


def main() -> int:
    """Audit the lock file of this checkout and print what was found."""
    packages = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    done = audit(packages, os.environ.get("TABELLION_ADVISORIES_URL", SERVICE))
    for each in done.advisories:
        mended = f"; fixed in {', '.join(each.fixed_in)}" if each.fixed_in else ""
        sys.stdout.write(f"{each.package}: {each.identifier}{mended}\n")
    said = f"audit: {done.answered} of {len(packages)} locked packages asked about, {len(done.advisories)} advisories"
    if done.answered == 0:
        said = "audit: the service of advisories cannot be reached from here; nothing was audited"
    elif done.unanswered:
        said += f"; no answer about {', '.join(done.unanswered)}"
    sys.stdout.write(said + "\n")
    return done.code


if __name__ == "__main__":
    sys.exit(main())
