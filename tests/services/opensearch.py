"""OpenSearch (the core alone, Apache-2.0) from Maven Central, with a Java that is new enough for its version."""

import json
import os
import re
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.services.process import Running, ServiceError, free_port, launch, new_folder
from tests.services.tools import MAVEN, alone, fetch, need

ARTIFACT = "org.opensearch.distribution.integ-test-zip:opensearch"


@dataclass(frozen=True, slots=True)
class Release:
    """A version of OpenSearch and the oldest Java that runs it."""

    name: str
    version: str
    java: int


CURRENT = Release("opensearch", "3.3.0", 21)
PREVIOUS = Release("opensearch2", "2.19.3", 11)


def archive(version: str) -> Path:
    """The distribution in the local Maven repository, fetched once by Maven, which checks its digest."""
    folder = "org/opensearch/distribution/integ-test-zip/opensearch"
    path = Path.home() / ".m2/repository" / folder / version / f"opensearch-{version}.zip"
    if not path.exists():
        words = [f"-Dartifact={ARTIFACT}:{version}:zip", "-Dtransitive=false"]
        command = [need("mvn", "maven"), "-q", "-B", "dependency:get", *words]
        with alone(MAVEN):
            fetch(command, f"OpenSearch {version}")
    return path


def java(oldest: int) -> Path:
    """The home of the oldest JDK of this machine that is new enough."""
    found = {}
    for release in sorted(Path("/usr/lib/jvm").glob("*/release")):
        version = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(errors="replace"), re.MULTILINE)
        if version and int(version[1]) >= oldest:
            found[int(version[1])] = release.parent
    if not found:
        raise ServiceError(f"no JDK of version {oldest} or later below /usr/lib/jvm")
    return found[min(found)]


def start(release: Release, *, data: Path | None = None, heap: str = "512m") -> Running:
    """A new node that is a cluster of its own; as user nobody where we are root (it refuses to run as root).

    It is empty and leaves nothing, unless a folder for its data is given: that one stays, and may hold a former one's.
    """
    home, source = java(release.java), archive(release.version)
    user = "nobody" if os.geteuid() == 0 else None
    folder = new_folder(release.name, None)
    # The system's unzip keeps the permissions of the programs; zipfile does not.
    subprocess.run([need("unzip", "unzip"), "-q", str(source), "-d", str(folder)], check=True)
    base = folder / f"opensearch-{release.version}"
    port = free_port()
    data = data or folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    options = {
        "cluster.name": release.name,
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": free_port(),
        "path.data": str(data),
        "path.logs": str(folder / "logs"),
        # A test must not turn read-only because the machine's disk is nearly full.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    (base / "config/opensearch.yml").write_text(json.dumps(options))  # JSON is YAML
    if user is not None:
        for path in (folder, *folder.rglob("*"), data, *data.rglob("*")):
            shutil.chown(path, user, "nogroup")

    def answers() -> bool:
        try:
            address = f"http://127.0.0.1:{port}/_cluster/health"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return json.load(answer)["status"] in {"green", "yellow"}
        except OSError:
            return False

    return launch(
        release.name,
        [str(base / "bin/opensearch")],
        folder,
        answers=answers,
        settings={"TABELLION_SEARCH_URL": f"opensearch+http://127.0.0.1:{port}"},
        user=user,
        environment={"OPENSEARCH_JAVA_HOME": str(home), "OPENSEARCH_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}"},
    )
