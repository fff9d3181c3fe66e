"""What can go wrong in finding.

BadRequest
├── QueryError        QUERY             400   2   (with a reason and the position in the query)
└── CursorError       CURSOR            400   2
Unavailable
├── IndexBusy         INDEX_BUSY        503   1
├── IndexOutdated     INDEX_OUTDATED    503   1
├── IndexUnreachable  INDEX_UNREACHABLE 503   1
└── IndexRefused      INDEX_REFUSED     503   1
"""

from tabellion.base.errors import BadRequest, Unavailable


class QueryError(BadRequest):
    """A query that cannot be understood; `reason` is stable, `position` counts characters from 0."""

    code = "QUERY"
    advice = "Correct the query at the position named, or put the words in quotes; docs/search.md has the language."

    def __init__(self, reason: str, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.reason = reason
        self.position = position


class CursorError(BadRequest):
    """A cursor that was not handed out for this query, or whose list has expired."""

    code = "CURSOR"
    advice = "Send the query again without a cursor."


class IndexBusy(Unavailable):
    """Another process writes the index, or the writer could not be brought back."""

    code = "INDEX_BUSY"
    advice = "Only the keeper writes the index: stop the other one, and look for a full disk."


class IndexOutdated(Unavailable):
    """The index was written by another version of the analyser, or its files are missing."""

    code = "INDEX_OUTDATED"
    advice = "Run `tabellion rebuild --index`: the index is made anew from what the archive holds."


class IndexUnreachable(Unavailable):
    """The search server does not answer, or is overloaded, for longer than somebody waits."""

    code = "INDEX_UNREACHABLE"
    advice = (
        "Papers are received and kept meanwhile, and found when the search server is back: look after it."
    )


class IndexRefused(Unavailable):
    """The search server refuses what is asked of it: its credentials, its rights, its limits."""

    code = "INDEX_REFUSED"
    advice = "Check the user and password in TABELLION_SEARCH_URL, and the log of the search server."
