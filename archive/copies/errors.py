"""Why there is no copy of a paper."""

from tabellion.base.errors import Conflict


class CopyRefused(Conflict):
    """A searchable copy cannot be made: a page of the paper could not be read, and a copy has no gaps."""

    code = "COPY_REFUSED"
    advice = "Download the original, or single pages; have the paper read again once its cause is gone."
