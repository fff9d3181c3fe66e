"""Programs of Node that tests use, from the lock file beside, in a folder of their own below var/."""

import shutil
from pathlib import Path

from tests.services.process import ServiceError
from tests.services.tools import TOOLS, alone, fetch

HERE = Path(__file__).parent
FOLDER = TOOLS / "node"


def tools() -> Path:
    """The folder with `node_modules`, installed with the digests of the lock file. Raises ServiceError."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise ServiceError("Node and npm are not on PATH")
    with alone("node"):
        return _installed()


def _installed() -> Path:
    wanted = (HERE / "npm" / "package-lock.json").read_bytes()
    there = FOLDER / "package-lock.json"
    if there.is_file() and there.read_bytes() == wanted and (FOLDER / "complete").exists():
        return FOLDER
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "npm" / name, FOLDER / name)
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    fetch(["npm", "--prefix", str(FOLDER), *words], "what tests use of Node")
    (FOLDER / "complete").touch()
    return FOLDER
