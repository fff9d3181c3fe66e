"""What can go wrong in finding.

BadRequest
├── QueryError        QUERY             400   2   (with a reason and the position in the query)
└── CursorError       CURSOR            400   2
Unavailable
├── IndexBusy         INDEX_BUSY        503   1
└── IndexOutdated     INDEX_OUTDATED    503   1
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
    advice = "Run `tabellion rebuild`: the index is made anew from what the archive holds."
