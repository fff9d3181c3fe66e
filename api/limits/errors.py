"""Refusals of who asks for too much, too often or too slowly.

TooMany
├── RateLimited       RATE_LIMITED        429
├── QuotaReached      QUOTA_REACHED       429
└── TooManyAtOnce     TOO_MANY_AT_ONCE    429
Unavailable
└── Busy              BUSY                503
BadRequest
├── TooSlow           TOO_SLOW            408
└── HeadersTooLarge   HEADERS_TOO_LARGE   431
"""

from tabellion.base.errors import BadRequest, TooMany, Unavailable


class RateLimited(TooMany):
    """An account, a station or an address sends requests faster than it may."""

    code = "RATE_LIMITED"
    advice = "Wait as long as Retry-After says; RateLimit on every answer tells how many requests are left."


class QuotaReached(TooMany):
    """An account or a station has handed over as much as it may for now; nothing of this file was kept."""

    code = "QUOTA_REACHED"
    advice = "Send it again after Retry-After, or have the quota raised by the administrator."


class TooManyAtOnce(TooMany):
    """An account has too many uploads, searches, exports or verifications under way."""

    code = "TOO_MANY_AT_ONCE"
    advice = "Wait for the answers that are under way, then send it again."


class Busy(Unavailable):
    """So many others are served just now that this request's turn did not come in time; nothing was done."""

    code = "BUSY"
    advice = "Send it again in a moment; where that is often, the service needs more api processes or cores."


class TooSlow(BadRequest):
    """The body of a request came too slowly, or stopped coming; nothing of it was kept."""

    code = "TOO_SLOW"
    status = 408
    advice = "Send it again over a better line."


class HeadersTooLarge(BadRequest):
    """A request with more header fields than any of ours has."""

    code = "HEADERS_TOO_LARGE"
    status = 431
    advice = "Send fewer or shorter header fields, cookies among them."
