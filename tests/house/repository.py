"""What must hold of the repository itself, apart from what its code does: the lock file, and no traces of a machine."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

MACHINE_PATH = re.compile(
    r"(?<![\w.~-])/(?:root|home/[\w.-]+|Users/[\w.-]+|work/(?:main|shared)|tmp/[\w.-]+)/[\w.-]+"
)
ADDRESS = re.compile(r"://|--(?:index-url|extra-index-url|find-links|trusted-host)|\s@\s")
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?==(\S+)")


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(pyproject: str) -> set[str]:
    """The distributions that pyproject.toml asks for, extras included."""
    project = tomllib.loads(pyproject)["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    return {normal(re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0]) for line in lines}


def lock_faults(lock: str, pyproject: str) -> Iterator[str]:
    """What is wrong with the lock file: addresses, lines without a hash, names that pyproject.toml does not explain."""
    for number, line in enumerate(lock.splitlines(), 1):
        if not line.startswith("#") and ADDRESS.search(line):
            yield f"requirements.lock:{number}: names an address"
    locked, direct = set(), set()
    for block in re.split(r"\n(?=[\w])", lock):
        pin = PINNED.match(block)
        if pin is None:
            if not block.startswith("#"):
                yield f"requirements.lock: not pinned: {block.splitlines()[0]}"
            continue
        locked.add(normal(pin[1]))
        if "(pyproject.toml)" in block:
            direct.add(normal(pin[1]))
        if "--hash=sha256:" not in block:
            yield f"requirements.lock: {pin[1]} has no hash"
    for name in sorted(wanted(pyproject) - locked):
        yield f"requirements.lock: {name} of pyproject.toml is missing; compile the lock file again"
    for name in sorted(direct - wanted(pyproject)):
        yield f"requirements.lock: {name} is no longer in pyproject.toml; compile the lock file again"


def path_faults(name: str, text: str) -> Iterator[str]:
    """Lines that name a place on the machine of the person who wrote them."""
    for number, line in enumerate(text.splitlines(), 1):
        found = MACHINE_PATH.search(line)
        if found:
            yield f"{name}:{number}: names a path of one machine: {found[0]}"


def tracked(root: Path) -> list[Path]:
    """The files that git knows, as far as they are there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True).stdout
    return [path for name in listed.split(b"\0") if name and (path := root / name.decode()).is_file()]


def faults(root: Path) -> Iterator[str]:
    """Everything that is wrong with this checkout."""
    yield from lock_faults((root / "requirements.lock").read_text(), (root / "pyproject.toml").read_text())
    for path in tracked(root):
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield from path_faults(str(path.relative_to(root)), content.decode("utf-8", "replace"))


if __name__ == "__main__":
    found = list(faults(ROOT))
    for fault in found:
        sys.stderr.write(fault + "\n")
    sys.exit(bool(found))
