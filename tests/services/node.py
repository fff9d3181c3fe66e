"""Programs of Node that tests use, from the lock file beside, in a folder of their own below var/."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.services.process import ServiceError

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / "var" / "tools" / "node"
_PATIENCE = 120


def tools() -> Path:
    """The folder with `node_modules`, installed with the digests of the lock file. Raises ServiceError."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise ServiceError("Node and npm are not on PATH")
    TOOLS.parent.mkdir(parents=True, exist_ok=True)
    with (TOOLS.parent / "node.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests of several processes ask at once
        return _installed()


def _installed() -> Path:
    wanted = (HERE / "npm" / "package-lock.json").read_bytes()
    there = TOOLS / "package-lock.json"
    if there.is_file() and there.read_bytes() == wanted and (TOOLS / "complete").exists():
        return TOOLS
    shutil.rmtree(TOOLS, ignore_errors=True)
    TOOLS.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "npm" / name, TOOLS / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    if done.returncode:
        raise ServiceError(f"npm could not install the tools of the tests: {done.stderr.strip()[-300:]}")
    (TOOLS / "complete").touch()
    return TOOLS
