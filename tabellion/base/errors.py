"""One tree of errors for all rooms.

    TabellionError            INTERNAL                500  70
    ├── BadRequest            BAD_REQUEST             400   2
    ├── SettingsError         SETTINGS                500   2
    ├── NotInitialised        NOT_INITIALISED         503   2
    ├── NotSignedIn           NOT_SIGNED_IN           401   1
    ├── Forbidden             NOT_FOUND               404   1   (forbidden and unknown answer alike)
    ├── NotFound              NOT_FOUND               404   1
    ├── Conflict              CONFLICT                409   1
    ├── TooLarge              TOO_LARGE               413   1
    ├── TooMany               TOO_MANY_REQUESTS       429   1
    ├── Unavailable           UNAVAILABLE             503   1
    │   └── DiskFull          DISK_FULL               507   1
    ├── Unreadable            UNREADABLE              422   1   (a file that could not be read, with a reason code)
    └── EvidenceError         EVIDENCE                422   1   (a verification that did not hold)

Each carries a stable `code`, the HTTP status, the exit code, and `diagnostics()`: what a person should do.
Rooms add leaves with codes of their own; docs/errors.md lists every code, and a test keeps that list complete.
"""

from typing import ClassVar


class TabellionError(Exception):
    """The root: something went wrong that we can name."""

    code: ClassVar[str] = "INTERNAL"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 70
    advice: ClassVar[str] = (
        "Look into the log of the service with the request id; report it if it comes back."
    )

    def __init__(self, message: str, *, advice: str | None = None, details: str | None = None) -> None:
        """`details` are for who runs the service, on the terminal and in its log: no answer to others has them."""
        super().__init__(message)
        self.message = message
        self.details = details
        self._advice = advice

    def diagnostics(self) -> str:
        """What a person should do about it, apart from the message."""
        return self._advice or self.advice


class BadRequest(TabellionError):
    """The words of the call are off."""

    code = "BAD_REQUEST"
    status = 400
    exit_code = 2
    advice = "Correct the request as the message says and send it again."


class SettingsError(TabellionError):
    """The settings contradict each other, the archive, or safety."""

    code = "SETTINGS"
    exit_code = 2
    advice = "`tabellion config` prints the settings in force and where each comes from."


class NotInitialised(TabellionError):
    """There is no archive where the settings point."""

    code = "NOT_INITIALISED"
    status = 503
    exit_code = 2
    advice = "Run `tabellion init`, or point TABELLION_HOME to the archive that you mean."


class NotSignedIn(TabellionError):
    """Nobody, or nobody any more, is behind the request."""

    code = "NOT_SIGNED_IN"
    status = 401
    exit_code = 1
    advice = "Sign in, or send a valid token."


class NotFound(TabellionError):
    """There is no such thing, as far as the caller may know."""

    code = "NOT_FOUND"
    status = 404
    exit_code = 1
    advice = "Check the identifier; what you may not see or do is answered in the same way."


class Forbidden(NotFound):
    """The gate said no; from outside it looks like `NotFound`."""


class Conflict(TabellionError):
    """The request contradicts what is already there."""

    code = "CONFLICT"
    status = 409
    exit_code = 1
    advice = "Look at the present state and decide again."


class TooLarge(TabellionError):
    """More bytes, pages or pixels than the limits allow."""

    code = "TOO_LARGE"
    status = 413
    exit_code = 1
    advice = "Send it in smaller parts, or have the limit raised by the administrator."


class TooMany(TabellionError):
    """Too many tries in too short a time."""

    code = "TOO_MANY_REQUESTS"
    status = 429
    exit_code = 1
    advice = "Wait a moment and try again."

    def __init__(self, message: str, *, advice: str | None = None, seconds: float = 900.0) -> None:
        """After `seconds` another try may be granted."""
        super().__init__(message, advice=advice)
        self.seconds = seconds


class Unavailable(TabellionError):
    """A part that is needed does not answer just now; nothing was done."""

    code = "UNAVAILABLE"
    status = 503
    exit_code = 1
    advice = "Try again; /readyz and the administrator's page say which part is down."


class DiskFull(Unavailable):
    """There is no room to keep the bytes durably; nothing was accepted."""

    code = "DISK_FULL"
    status = 507
    advice = "Free space or add storage, then send it again: nothing of it was accepted."


class Unreadable(TabellionError):
    """A file that is kept as it is, but whose pages cannot be read."""

    code = "UNREADABLE"
    status = 422
    exit_code = 1
    advice = "The original is kept as it was received; ask the sender for another copy."


class EvidenceError(TabellionError):
    """Something that should hold does not."""

    code = "EVIDENCE"
    status = 422
    exit_code = 1
    advice = "Do not rely on this item; the findings say what differs."
