"""One bucket, asked through the minio client; errors in our words, what gets lost on the way asked again.

The client does everything but what it has no words for: a PUT with a condition and with metadata, a DELETE that asks
to bypass a lock, and the list of unfinished uploads. Those are sent from here, signed by the client's signer over all
their headers and the SHA-256 of the body, which the store compares with what arrives.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import certifi
import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.signer import sign_v4_s3
from minio.time import to_amz_date
from urllib3.util import Retry, Timeout

from archive.vault.errors import VaultMissing
from archive.vault.s3.address import Address
from tabellion.base.clock import Clock
from tabellion.base.errors import DiskFull, Unavailable

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0
CONNECTIONS = 16

RETRY = Retry(
    total=5,
    # A store that hangs, instead of being away, is waited for four times at most.
    read=3,
    # Waits of 0, 0.5, 1, 2 and 4 seconds, each with up to a quarter of a second on top: many do not come at once.
    backoff_factor=0.25,
    backoff_jitter=0.25,
    status_forcelist=(500, 502, 503, 504),
    raise_on_status=False,
)
"""How a request is asked again that got lost or met a store in trouble; of POST, only what never reached the store."""

GONE = frozenset({"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "InvalidArgument"})
"""How stores say that a version is not there: unknown key, unknown version, a delete marker, no form of theirs."""

_FULL = frozenset({"InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "EntityTooLarge"})


class Precondition(Exception):
    """The condition of a conditional request does not hold."""


class Store:
    """A bucket. It can be pickled, and opens connections of its own where it arrives."""

    def __init__(
        self, address: Address, clock: Clock, retry: Retry = RETRY, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.address = address
        self.answer_seconds = answer_seconds
        self.bucket = address.bucket
        self.retry = retry
        self._clock = clock
        self._http = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            timeout=Timeout(connect=CONNECT_SECONDS, read=answer_seconds),
            retries=retry,
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(address.ca_file) if address.ca_file else certifi.where(),
        )
        self.client = Minio(
            address.host,
            access_key=address.access_key,
            secret_key=address.secret_key,
            secure=address.secure,
            region=address.region,
            http_client=self._http,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Store, (self.address, self._clock, self.retry, self.answer_seconds)

    def put_if(self, key: str, body: bytes, metadata: Mapping[str, str], etag: str | None) -> str:
        """Store a small object where the newest version has that ETag, or where there is none; gives the version.

        Raises `Precondition` where that is not so (any more).
        """
        condition = {"If-None-Match": "*"} if etag is None else {"If-Match": f'"{etag}"'}
        headers = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        headers["Content-Type"] = "application/octet-stream"
        answer = self.send("PUT", key, headers={**headers, **condition}, body=body)
        return answer.headers.get("x-amz-version-id", "")

    def send(
        self,
        method: str,
        key: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> urllib3.BaseHTTPResponse:
        """One signed request to the bucket; raises `Precondition`, S3Error and what urllib3 raises."""
        scheme = "https" if self.address.secure else "http"
        path = f"/{self.bucket}" + (f"/{quote(key)}" if key else "")
        asked = "?" + urlencode(sorted(query.items()), quote_via=quote) if query else ""
        url = f"{scheme}://{self.address.host}{path}{asked}"
        digest, now = hashlib.sha256(body).hexdigest(), self._clock.now()
        signed = sign_v4_s3(
            method=method,
            url=urlsplit(url),
            region=self.address.region,
            headers={
                **(headers or {}),
                "Host": self.address.host,
                "Content-MD5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
                "x-amz-content-sha256": digest,
                "x-amz-date": to_amz_date(now),
            },
            credentials=Credentials(self.address.access_key, self.address.secret_key),
            content_sha256=digest,
            date=now,
        )
        answer = self._http.request(method, url, body=body, headers={k: str(v) for k, v in signed.items()})
        if answer.status in (409, 412):
            raise Precondition
        if answer.status >= 300:
            raise self._error(answer, key)
        return answer

    def _error(self, answer: urllib3.BaseHTTPResponse, key: str) -> MinioException:
        try:
            return S3Error.fromxml(answer)
        except Exception:  # not what S3 answers: a proxy, or nothing at all
            return ServerError(f"{key}: the store answers {answer.status}", answer.status)


@contextmanager
def in_our_words(what: str, *, versioned: bool = True) -> Iterator[None]:
    """Turn what the client and the network raise into `VaultMissing`, `DiskFull` or `Unavailable`."""
    try:
        yield
    except S3Error as error:
        code = error.code or ""
        if versioned and (code in GONE or code == "BadRequest"):
            raise VaultMissing(f"{what} is not in the vault") from error
        if code in _FULL:
            raise DiskFull(f"no room in the object store: {code}") from error
        raise Unavailable(f"the object store refuses {what}: {code} {error.message or ''}".strip()) from error
    except (ServerError, InvalidResponseError) as error:
        raise Unavailable(f"the object store does not serve {what}: {error}"[:300]) from error
    except urllib3.exceptions.HTTPError as error:
        cause = getattr(error, "reason", None) or error
        raise Unavailable(f"the object store does not answer: {type(cause).__name__}") from error
