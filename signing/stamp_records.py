"""Evidence records of a stored stamp, built when they are asked for out of leaves, checkpoint and token."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from signing.errors import StampInvalid
from signing.ers.tree import HashTree
from signing.renewal import History
from signing.stamp import FORMAT, log_leaf


@dataclass(frozen=True)
class StampRecords:
    """A stored stamp: its format number, group nodes in their order, checkpoint (note text), and token.

    Each format number has one DER profile for ever (signing/ers/build.py), because renewals commit to the bytes.
    """

    format: int
    nodes: tuple[bytes, ...]
    checkpoint: bytes
    token: bytes

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise StampInvalid(f"the stamp has format {self.format}, which this version does not know")

    @cached_property
    def tree(self) -> HashTree:
        """The stamp's tree; its root is what the token is over."""
        return HashTree("sha256", [*self.nodes, log_leaf(self.checkpoint)])

    def group(self, position: int, members: Sequence[bytes]) -> History:
        """The first history of a group: `members` are the SHA-256 of its manifest and files, in any order.

        Raises `StampInvalid` where they are not what was stamped at this position, or the token is not over this stamp.
        """
        return History.initial(self.tree, position, members, self.token)

    def log(self) -> History:
        """The first history of the log's checkpoint."""
        return self.group(len(self.nodes), [log_leaf(self.checkpoint)])
