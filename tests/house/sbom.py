"""The bill of materials: every locked package with licence, hashes and what needs it, as CycloneDX 1.6 JSON.

It is a function of the lock file and of what is installed from it: the same lock, the same bytes.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tests.house.repository import PINNED, ROOT, normal

_NAMESPACE = uuid.UUID("6f1c1a52-5d0b-4c0e-9d1e-1f5b3b1f7a11")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """A line of the lock file with its SHA-256 hashes, one for each file that may be installed."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{normal(self.name)}@{self.version}"


def locked(lock: str) -> list[Locked]:
    """The packages of a lock file, by name."""
    found = []
    for block in re.split(r"\n(?=[\w])", lock):
        if pin := PINNED.match(block):
            found.append(Locked(pin[1], pin[2].rstrip("\\ "), tuple(_HASH.findall(block))))
    return sorted(found, key=lambda package: normal(package.name))


def bill(root: Path = ROOT) -> dict[str, Any]:
    """The document. Packages that only development needs have the scope `excluded`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    packages = {normal(package.name): package for package in locked(lock)}
    needs = {name: sorted(_needs(name) & packages.keys()) for name in packages}
    direct = sorted({normal(Requirement(line).name) for line in project["dependencies"]} & packages.keys())
    product = _closure(direct, needs)
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
                "purl": own,
            }
        },
        "components": [_component(package, name in product) for name, package in packages.items()],
        "dependencies": [
            {"ref": own, "dependsOn": [packages[name].purl for name in direct]},
            *(
                {"ref": packages[name].purl, "dependsOn": [packages[each].purl for each in needs[name]]}
                for name in packages
            ),
        ],
    }


def _component(package: Locked, needed: bool) -> dict[str, Any]:
    licence = _licence(package.name)
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": "required" if needed else "excluded",
        **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
        "purl": package.purl,
        "properties": [{"name": "tabellion:lock:sha256", "value": each} for each in package.hashes],
    }


def _licence(name: str) -> str:
    found = _installed(name)
    if found is None:
        return ""
    said = found.metadata.get_all("License-Expression") or found.metadata.get_all("License") or []
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in found.metadata.get_all("Classifier") or []
        if line.startswith("License")
    ]
    first = next((line.strip() for text in said for line in text.splitlines() if line.strip()), "")
    return first if first and len(first) < 100 else "; ".join(classifiers)


def _needs(name: str) -> set[str]:
    """What a package asks for on this machine, extras left out."""
    found = _installed(name)
    requirements = [Requirement(line) for line in (found.requires if found is not None else None) or []]
    return {
        normal(each.name)
        for each in requirements
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _closure(direct: list[str], needs: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(direct)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs[name]
    return found


def written() -> Iterator[str]:
    """The document as text."""
    yield json.dumps(bill(), indent=2, ensure_ascii=False, sort_keys=True)
    yield "\n"


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8") as out:
        out.writelines(written())
