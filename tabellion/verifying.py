"""Verifies a package or receipt in a file: with a folder of trust, else with what the archive at hand publishes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from signing.verdict import Policy, Report
from signing.verifier import ReadLog, Trust, read_folder, trust_of
from signing.verifier.files import folder_log, named_policy, read_small, time_of, verify_file
from tabellion.base.clock import SystemClock
from tabellion.base.errors import BadRequest, NotInitialised
from tabellion.public_trust import own_trust
from tabellion.settings import Settings
from tabellion.waiting_client import Waiting
from tabellion.wiring import opened

LARGEST_LOG_FILE = 32 << 20
_SECONDS = 30.0


def check_file(
    path: Path,
    settings: Settings,
    *,
    trust: Path | None,
    policy: str | None,
    at: str | None,
    original: Path | None,
    since: Path | None,
    log: str | None,
) -> Report:
    """The report on a file. Raises `BadRequest` for words that are off, `TrustInvalid` for a folder that is none."""
    if not path.is_file():
        raise BadRequest(
            f"there is no file {path}", advice="Name a document by its id, a package or receipt by its file."
        )
    try:
        with reading_log(log, settings) as read:
            return verify_file(
                path,
                trust_for(settings, trust, chosen_policy(policy)),
                SystemClock().now() if at is None else time_of(at),
                original=original,
                remembered=None if since is None else read_small(since),
                log=read,
            )
    except (OSError, ValueError) as error:
        raise BadRequest(str(error)) from error


def chosen_policy(named: str | None) -> Policy | None:
    """The policy of that name, or of a file; None: the one of the folder of trust, else `embedded`."""
    try:
        return named_policy(named)
    except OSError as error:
        raise BadRequest(f"the policy cannot be read: {error.strerror}") from error


def trust_for(settings: Settings, folder: Path | None, policy: Policy | None) -> Trust:
    """The trust in a folder; without one, in the archive's own keys, which the report then says."""
    if folder is not None:
        return trust_of(read_folder(folder), str(folder), policy)
    try:
        with opened(settings) as parts:
            return own_trust(parts, policy)
    except NotInitialised as error:
        raise BadRequest(
            "whom do you trust?",
            advice="Name the folder that `tabellion keys export --public DIR` wrote as --trust DIR.",
        ) from error


@contextmanager
def reading_log(where: str | None, settings: Settings) -> Iterator[ReadLog | None]:
    """Reads the files of a log in a folder, or at an address: `https://HOST/api/v1/log`, or any tlog-tiles mirror.

    The token of the settings goes to the service of the settings and to nobody else.
    """
    if where is None:
        yield None
    elif urlsplit(where).scheme not in ("http", "https"):
        yield folder_log(Path(where))
    else:
        with _client(where, settings) as client:
            yield address_log(client, where.rstrip("/"))


def _client(where: str, settings: Settings) -> httpx.Client:
    base = where.rstrip("/")
    ours = settings.url is not None and f"{base}/".startswith(f"{settings.url.rstrip('/')}/")
    headers = {}
    if ours and settings.token is not None:
        headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
    return httpx.Client(headers=headers, timeout=_SECONDS, transport=Waiting(httpx.HTTPTransport()))


def address_log(client: httpx.Client, base: str) -> ReadLog:
    """Reads the files of a log below an address."""

    def read(path: str) -> bytes:
        # What a reader of the log cannot get is an OSError, whichever way the log is read.
        data = b""
        try:
            with client.stream("GET", f"{base}/{path}") as response:
                if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                    raise OSError(
                        f"{base}/{path} answers {response.status_code}: entries are for auditors, whom "
                        "TABELLION_URL and TABELLION_TOKEN name"
                    )
                if response.status_code != httpx.codes.OK:
                    raise OSError(f"{base}/{path} answers {response.status_code}")
                for piece in response.iter_bytes():
                    data += piece
                    if len(data) > LARGEST_LOG_FILE:
                        raise OSError(f"{base}/{path} is too large")
        except httpx.HTTPError as error:
            raise OSError(f"{base} does not answer: {type(error).__name__}") from error
        return data

    return read
