"""A time-stamp authority by its URL (RFC 3161 section 3.4)."""

from dataclasses import dataclass

import httpx

from archive.errors import AuthorityFailed, AuthorityRefused
from signing.timestamp import TimestampTrust

_ASK, _ANSWER = "application/timestamp-query", "application/timestamp-reply"
_LARGEST = 1 << 20
_TRY_AGAIN = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class HttpAuthority:
    """Sends requests with the client that is handed in, whose timeouts bound the wait."""

    url: str
    trust: TimestampTrust
    client: httpx.Client
    policy: str | None = None

    def stamp(self, request: bytes) -> bytes:
        headers = {"Content-Type": _ASK, "Accept": _ANSWER}
        try:
            with self.client.stream("POST", self.url, content=request, headers=headers) as response:
                status = response.status_code
                if status in _TRY_AGAIN or status >= 500:
                    raise AuthorityFailed(f"{self.trust.authority} answered with HTTP status {status}")
                kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                if status != 200 or kind != _ANSWER:
                    raise AuthorityRefused(
                        f"{self.trust.authority} answered with HTTP status {status} and {kind or 'no type'}"
                    )
                data = b""
                for piece in response.iter_bytes():
                    data += piece
                    if len(data) > _LARGEST:
                        raise AuthorityRefused(f"the answer of {self.trust.authority} is too long")
                return data
        except httpx.TransportError as error:
            raise AuthorityFailed(
                f"{self.trust.authority} does not answer: {type(error).__name__}"
            ) from error
