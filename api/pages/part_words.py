"""What is wrong with a part of the service, in the reader's words; what it reported itself stands beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.pages.words import N_

_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.S), text)
    for pattern, text in (
        (
            r"no keeper is alive",
            N_("No keeper runs: what is received is kept, and waits to be sealed, stamped and indexed."),
        ),
        (r"no worker is alive", N_("No worker runs: papers are received, and wait to be read.")),
        (r"does not answer within (?P<seconds>\S+) s", N_("It does not answer within %(seconds)s s.")),
        (
            r"nothing was written to the log for (?P<seconds>\d+) s",
            N_("Nothing was written to the log for %(seconds)s s. Mostly the vault is full, or refuses."),
        ),
        (r"takes no nudges: (?P<error>\w+)", N_("It takes no messages: %(error)s.")),
        (r"there is no index: .*", N_("There is no index. Make it anew: tabellion rebuild --index")),
        (r"INDEX_OUTDATED: .*", N_("The index must be made anew: tabellion rebuild --index")),
    )
)
_SILENT = N_("It does not answer.")
_READ_ONLY = N_(
    "Nothing is added to it, because that would contradict what was published; files are still received. "
    "Bring back the newest catalogue and vault."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A text of the catalogues with the values in it, and the part's own words where it has more to say."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    own_words: str | None = None


def in_words(part: str, reported: str) -> Problem:
    """What `reported`, the one line that logs and REST have, means to an administrator."""
    for pattern, text in _SAID:
        if match := pattern.fullmatch(reported):
            return Problem(text, match.groupdict())
    return Problem(_READ_ONLY if part == "log" else _SILENT, own_words=reported)
