"""Audits a running service from the auditor's machine: what it hands out over REST is judged here, by his own trust."""

import base64
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509

from signing.other_tokens import OtherToken
from signing.verdict import Report
from signing.verifier import read_folder, trust_of
from signing.verifier.audit import Choose, audit
from signing.verifier.files import read_small
from signing.verifier.handed_out import BrokenOff, NotHanded, StampHelp, TimeProof
from signing.verifier.other_tokens import by_imprint
from signing.verifier.walked_log import Progress
from tabellion.base.clock import SystemClock
from tabellion.base.errors import BadRequest
from tabellion.doors import remote_client
from tabellion.settings import Settings
from tabellion.verifying import chosen_policy, reading_log

_HIDDEN = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND})
_PIECE = 1 << 20
_PAGE = 200


class RestArchive:
    """A service as an auditor finds it over REST."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._opens_all: bool | None = None

    @property
    def opens_all(self) -> bool:
        """As the service says; where it does not say that all is open, what is kept back stays undecided."""
        if self._opens_all is None:
            try:
                self._opens_all = "all" in self._json("/api/v1/me")["scopes"]
            except (OSError, NotHanded, ValueError, TypeError, LookupError):
                self._opens_all = False
        return self._opens_all

    def listed(self) -> Mapping[str, str]:
        """The deposits of all papers that the service lists to the account."""
        found: dict[str, str] = {}
        cursor: str | None = None
        while True:
            asked: dict[str, str | int] = {"limit": _PAGE} | ({} if cursor is None else {"cursor": cursor})
            with self._understood("its list of papers"):
                answer = self._json("/api/v1/documents", **asked)
                for document in answer["documents"]:
                    for deposit in document["deposits"]:
                        found.setdefault(str(deposit), str(document["document"]))
                cursor = answer["next"]
            if cursor is None:
                return found

    def is_logged(self, deposit: str) -> bool:
        """Whether there is a receipt, which is signed once the log has the entry."""
        with self._understood("what it says of a deposit"):
            return bool(self._json(f"/api/v1/deposits/{deposit}")["receipt"])

    def manifest(self, digest: str) -> bytes:
        """The manifest with that SHA-256."""
        return self._get(f"/api/v1/manifests/{digest}").content

    def time_proof(self, digest: str) -> TimeProof | None:
        """The record of a manifest; None while it is pending."""
        with self._understood("a time proof"):
            answer = self._json(f"/api/v1/manifests/{digest}/time")
            if answer["record"] is None:
                return None
            return TimeProof(str(answer["stamp"]), _der(answer["record"]))

    def stamp_help(self, stamp: str) -> StampHelp:
        """What the service adds to the tokens of a stamp."""
        with self._understood(f"the proof of stamp {stamp}"):
            answer = self._json(f"/api/v1/stamps/{stamp}/proof")
            return StampHelp(
                [x509.load_der_x509_certificate(_der(each)) for each in answer["certificates"]],
                [x509.load_der_x509_crl(_der(each)) for each in answer["lists"]],
                by_imprint(
                    OtherToken(_der(each["token"]), None if each["record"] is None else _der(each["record"]))
                    for each in answer["others"]
                ),
            )

    def receipt(self, deposit: str) -> bytes:
        """The signed receipt."""
        return self._get(f"/api/v1/deposits/{deposit}/receipt").content

    def original(self, deposit: str) -> Iterator[bytes]:
        """The original's bytes in pieces."""
        try:
            with self._client.stream("GET", f"/api/v1/deposits/{deposit}/original") as response:
                if not response.is_success:
                    response.read()
                    raise _refusal(response)
                yield from response.iter_bytes(_PIECE)
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise BrokenOff("it breaks off in the middle", hidden=False) from error
        except httpx.HTTPError as error:
            raise _silent(error) from error

    def _get(self, path: str, **params: str | int) -> httpx.Response:
        try:
            response = self._client.get(path, params=params)
        except httpx.HTTPError as error:
            raise _silent(error) from error
        if not response.is_success:
            raise _refusal(response)
        return response

    def _json(self, path: str, **params: str | int) -> Any:
        return self._get(path, **params).json()

    @contextmanager
    def _understood(self, what: str) -> Iterator[None]:
        """An answer of another shape than it should have is one that was not handed out."""
        try:
            yield
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise NotHanded(f"{what} is malformed", hidden=False) from error


def audit_service(
    settings: Settings,
    trust: Path,
    *,
    policy: str | None = None,
    since: Path | None = None,
    log: str | None = None,
    sample: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """The report on the service of the settings, by the trust in a folder. `log` may be a mirror of its log.

    Raises `BadRequest` where no service is named, `TrustInvalid` for a folder that is none.
    """
    if settings.url is None:
        raise BadRequest(
            "whose archive?",
            advice="Set TABELLION_URL to its address and TABELLION_TOKEN to a token of an auditor.",
        )
    trusted = trust_of(read_folder(trust), str(trust), chosen_policy(policy))
    where = log or f"{settings.url.rstrip('/')}/api/v1/log"
    try:
        remembered = None if since is None else read_small(since)
    except (OSError, ValueError) as error:
        raise BadRequest(f"the checkpoint cannot be read: {error}") from error
    with remote_client(settings) as client, reading_log(where, settings) as read:
        if read is None:
            raise BadRequest("the log has no address")
        return audit(
            RestArchive(client),
            read,
            trusted,
            SystemClock().now(),
            remembered=remembered,
            choose=None if sample is None else drawn(sample),
            progress=progress,
        )


def drawn(count: int) -> Choose:
    """Draws so many by chance that nobody can foresee."""

    def choose(deposits: Sequence[str]) -> Sequence[str]:
        return random.SystemRandom().sample(deposits, min(count, len(deposits)))

    return choose


def _refusal(response: httpx.Response) -> NotHanded:
    try:
        said = response.json()
        why = f"{response.status_code} {said['code']}: {said['title']}"
    except (ValueError, TypeError, LookupError):
        why = f"it answers {response.status_code}"
    return NotHanded(why, hidden=response.status_code in _HIDDEN)


def _silent(error: httpx.HTTPError) -> OSError:
    return OSError(f"the service does not answer: {type(error).__name__}")


def _der(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
