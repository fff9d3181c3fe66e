"""A time-stamp authority by its URL (RFC 3161 section 3.4)."""

from dataclasses import dataclass

from archive.authorities.port import RevocationSource
from archive.errors import AuthorityFailed, AuthorityRefused
from archive.outside import BadAnswer, NoAnswer, Outside, ok
from signing.timestamp import TimestampTrust

_ASK, _ANSWER = "application/timestamp-query", "application/timestamp-reply"
_LARGEST = 1 << 20
_TRY_AGAIN = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class HttpAuthority:
    """Sends requests over `outside`, which bounds the wait. `operator` is who runs it, as its user says."""

    url: str
    trust: TimestampTrust
    outside: Outside
    operator: str
    policy: str | None = None
    revocation: RevocationSource | None = None

    def stamp(self, request: bytes) -> bytes:
        headers = {"Content-Type": _ASK, "Accept": _ANSWER}
        name = self.trust.authority
        try:
            answer = self.outside.post(self.url, request, headers, _LARGEST)
        except NoAnswer as error:
            raise AuthorityFailed(f"{name} does not answer: {error}") from error
        except BadAnswer as error:
            raise AuthorityRefused(f"{name}: {error}") from error
        if answer.status in _TRY_AGAIN or answer.status >= 500:
            raise AuthorityFailed(f"{name} answered with HTTP status {answer.status}")
        if not ok(answer) or answer.kind != _ANSWER:
            raise AuthorityRefused(
                f"{name} answered with HTTP status {answer.status} and {answer.kind or 'no type'}"
            )
        return answer.body
