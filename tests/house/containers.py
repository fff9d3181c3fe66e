"""Runs services of docker-compose.yml without an engine: what the file says of each, done with the kernel's own means.

A service gets a root of its own (an overlay over this machine's, in the place of its image), read-only where the file
says so, its user, no capabilities, its volumes, tmpfs and secrets, nothing of our environment, and one network without
a way out, in which all services have their names. Everything ends with the process that started it.

Run as `unshare --mount --net --pid --fork --kill-child python -m tests.house.containers FOLDER NAME...`: it starts the
services one by one, each when those before it are healthy, runs what is written to its standard input (a line each:
JSON of the service and the words of the command), and ends when that does. It answers in lines of JSON.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from tests.house.repository import ROOT
from tests.services import opensearch, s3

PATIENCE = 120.0
_POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
_IMAGES = {
    "tabellion": {
        "TABELLION_HOME": "/var/lib/tabellion/home",
        "TABELLION_HOST": "0.0.0.0",  # noqa: S104 (as the Dockerfile has it)
        "TABELLION_PORT": "8000",
    },
    "postgres": {"PGDATA": "/var/lib/postgresql/data"},
}
"""What images set for what runs in them, by their names."""


def compose() -> dict[str, Any]:
    """The file, with its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def words_of(value: str | Sequence[str]) -> list[str]:
    """A command as the engine sees it: `$$` is a dollar."""
    some = shlex.split(value) if isinstance(value, str) else list(value)
    return [word.replace("$$", "$") for word in some]


class Containers:
    """Services of these names, in a folder: `volumes/NAME`, `secrets`, and a root for each."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._names = names
        self._file = compose()
        self._roots: dict[str, Path] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        _do("ip", "link", "set", "lo", "up")
        _do("mount", "--make-rprivate", "/")
        roots = folder / "roots"
        roots.mkdir()
        _do("mount", "-t", "tmpfs", "tmpfs", str(roots))

    def start(self, name: str) -> str:
        """Start a service and wait until it is healthy; one that is not started again runs to its end. What it said."""
        service = self._file["services"][name]
        if service["restart"] == "no":
            return _do(*self.within(name, words_of(service["command"])))
        if name == "postgresql":
            self._initdb(service)
        command = [
            *words_of(service.get("entrypoint", [])),
            *words_of(service.get("command", ["tabellion", "serve"])),
        ]
        if name == "opensearch":
            command = self._unpack_opensearch(service)
        log = (self._folder / f"{name}.log").open("wb")
        self._running[name] = subprocess.Popen(
            self.within(name, command), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        if "test" in (check := service.get("healthcheck", {})):
            kind, *words = words_of(check["test"])
            self._wait(name, words if kind == "CMD" else ["sh", "-c", *words])
        return ""

    def within(self, name: str, command: Sequence[str]) -> list[str]:
        """The command that runs another in the service's place, as its user."""
        service = self._file["services"][name]
        root = self._root(name, service)
        user, group = service["user"].split(":")
        capabilities = ["-all", *(f"+{one.lower()}" for one in service.get("cap_add", ()))]
        image = _IMAGES.get(service["image"].partition(":")[0], {})
        environment = {"PATH": self._path(), **image, **service.get("environment", {})}
        if "opensearch" not in self._names:
            environment.pop("TABELLION_SEARCH_URL", None)  # it takes longer to start than all others together
        return [
            "chroot", str(root),
            "setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs",
            f"--bounding-set={','.join(capabilities)}",
            "env", "-i", "-C", "/", *(f"{key}={value}" for key, value in environment.items()),
            *command,
        ]  # fmt: skip

    def _wait(self, name: str, check: Sequence[str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(self.within(name, check), capture_output=True, check=False).returncode:
            if self._running[name].poll() is not None or time.monotonic() > deadline:
                said = (self._folder / f"{name}.log").read_text(errors="replace")
                raise SystemExit(f"{name} did not become healthy:\n{said[-3000:]}")
            time.sleep(0.2)

    def _root(self, name: str, service: Mapping[str, Any]) -> Path:
        """The root of a service, mounted once."""
        if name in self._roots:
            return self._roots[name]
        base = self._folder / "roots" / name
        upper, work, root = (base / part for part in ("upper", "work", "root"))
        for path in (upper, work, root):
            path.mkdir(parents=True)
        _do(
            "mount",
            "-t",
            "overlay",
            "-o",
            f"lowerdir=/,upperdir={upper},workdir={work}",
            "overlay",
            str(root),
        )
        _do("mount", "--rbind", "/dev", str(root / "dev"))
        _do("mount", "-t", "proc", "proc", str(root / "proc"))
        # An image is open to its users; of this machine's, who made the Python may have closed his home.
        for path in [*Path(sys.base_prefix).parents, *ROOT.parents, ROOT]:
            inside = root / path.relative_to("/")
            inside.chmod(inside.stat().st_mode | 0o055)
        programs = {ROOT: base / "checkout", Path(sys.base_prefix): base / "python"}
        for path, aside in programs.items():
            self._bind(root / path.relative_to("/"), aside)
        names = " ".join(self._file["services"])
        (root / "etc/hosts").write_text(f"127.0.0.1 localhost {names}\n")
        user, group = service["user"].split(":")
        with (root / "etc/passwd").open("a") as accounts:
            accounts.write(f"user{user}:x:{user}:{group}::/tmp:/bin/sh\n")
        for secret in service.get("secrets", ()):
            self._bind(self._folder / "secrets" / secret, root / "run/secrets" / secret)
        for place in service.get("tmpfs", ()):
            self._tmpfs(root, place)
        for volume in service.get("volumes", ()):
            self._volume(root, volume, service["user"])
        for path, aside in programs.items():
            # What an image has elsewhere may lie on this machine where the service has a tmpfs, as below /tmp.
            if not (inside := root / path.relative_to("/")).exists():
                self._bind(aside, inside)
        if service["read_only"]:
            _do("mount", "-o", "remount,ro", str(root))
        self._roots[name] = root
        return root

    def _volume(self, root: Path, volume: str, user: str) -> None:
        source, target, *_ = volume.split(":")
        place = root / target.removeprefix("/")
        if source.startswith("."):
            self._bind(ROOT / source, place)
            return
        folder = self._folder / "volumes" / source
        if not folder.exists():
            folder.mkdir(parents=True)
            # A new volume takes after the folder of the image; those of ours and of PostgreSQL belong to their users.
            if source != "objects":
                os.chown(folder, *map(int, user.split(":")))
        self._bind(folder, place)

    def _tmpfs(self, root: Path, place: str) -> None:
        target, _, options = place.partition(":")
        folder = root / target.removeprefix("/")
        folder.mkdir(parents=True, exist_ok=True)
        _do("mount", "-t", "tmpfs", "-o", options or "mode=1777", "tmpfs", str(folder))

    @staticmethod
    def _bind(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.touch()
        _do("mount", "--bind", str(source), str(target))

    def _initdb(self, service: Mapping[str, Any]) -> None:
        """What the image does before the server starts, by the same variables."""
        told = service["environment"]
        user, password = told["POSTGRES_USER"], told["POSTGRES_PASSWORD_FILE"]
        words = [f"--username={user}", f"--pwfile={password}", *shlex.split(told["POSTGRES_INITDB_ARGS"])]
        _do(*self.within("postgresql", ["initdb", *words]))
        create = f"echo 'CREATE DATABASE {told['POSTGRES_DB']}' | postgres --single postgres"
        _do(*self.within("postgresql", ["sh", "-c", create]))

    def _unpack_opensearch(self, service: Mapping[str, Any]) -> list[str]:
        """What the image holds and does: the program in its place, settings out of variables with a dot in the name."""
        home = self._root("opensearch", service) / "usr/share/opensearch"
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            _do("unzip", "-q", str(opensearch.archive(opensearch.CURRENT.version)), "-d", folder)
            _do("cp", "-rT", str(next(Path(folder).iterdir())), str(home))
        _do("chown", "-R", service["user"], str(home))
        told = {name: value for name, value in service["environment"].items() if "." in name}
        java = f"OPENSEARCH_JAVA_HOME={opensearch.java(opensearch.CURRENT.java)}"
        words = (f"-E{name}={value}" for name, value in told.items())
        return ["env", java, "/usr/share/opensearch/bin/opensearch", *words]

    def _path(self) -> str:
        programs = [ROOT / ".venv/bin", s3.program().parent, _POSTGRESQL]
        return ":".join([*map(str, programs), "/usr/local/bin", "/usr/bin", "/bin"])


def _do(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(arguments: Sequence[str]) -> None:
    """Start the services of these names in their order, then do what is asked."""
    folder, *names = arguments
    containers = Containers(Path(folder), names)
    for name in names:
        _say({"name": name, "said": containers.start(name)})
    for line in sys.stdin:
        name, *command = json.loads(line)
        done = subprocess.run(containers.within(name, command), capture_output=True, text=True, check=False)
        _say({"code": done.returncode, "said": done.stdout + done.stderr})


def _say(value: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
