"""The published, versioned registry of log entries: their types, the objects they are about, and reason codes.

Growing only: a code that was once written keeps its meaning for ever. docs/evidence.md prints this registry for other
implementers, and a test keeps the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

REGISTRY_VERSION = 1

Chain = Literal["custody", "access"]
CHAINS: tuple[Chain, ...] = ("custody", "access")

OBJECT_TYPES = frozenset(
    {"archive", "deposit", "document", "batch", "stamp", "matter", "package", "party", "account"}
)
"""What an entry can be about."""


@dataclass(frozen=True, slots=True)
class EntryType:
    """A type of entry: the chain it stands in, what it says, and what its `subject` is the digest of."""

    name: str
    chain: Chain
    meaning: str
    subject: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code: which types it may stand with, and what it says."""

    code: str
    types: frozenset[str]
    meaning: str


def _types(*rows: tuple[str, Chain, str, str]) -> Mapping[str, EntryType]:
    return MappingProxyType({row[0]: EntryType(*row) for row in rows})


def _reasons(*rows: tuple[str, str, str]) -> Mapping[str, Reason]:
    return MappingProxyType(
        {code: Reason(code, frozenset(types.split()), meaning) for code, types, meaning in rows}
    )


ENTRY_TYPES = _types(
    ("receive", "custody", "a deposit was received", "its evidence manifest"),
    ("batch-open", "custody", "a batch was opened", "the batch record"),
    ("batch-change", "custody", "declaration, item or state of a batch changed", "the batch record"),
    ("batch-close", "custody", "a batch was closed", "the batch record"),
    (
        "compose",
        "custody",
        "a document became this list of pages, or a matter this selection",
        "the document or matter record",
    ),
    ("derive", "custody", "a derivative was made and kept", "its evidence manifest"),
    ("quality", "custody", "quality was measured or judged", "the quality record"),
    ("clear", "custody", "the paper was cleared", "the clearance record"),
    ("read", "custody", "pages were read", "the reading"),
    ("correct", "custody", "a field was corrected", "the document record"),
    ("link", "custody", "a page span was linked to a party or claim, or unlinked", "the document record"),
    ("assign", "custody", "a claim or portfolio changed hands", "the assignment record"),
    ("grant", "custody", "a right was given", "the account record, salted"),
    ("revoke", "custody", "a right was taken back", "the account record, salted"),
    ("access", "access", "an object was looked at", "the access record, salted"),
    ("download", "access", "bytes of an object were handed out", "the access record, salted"),
    ("search", "access", "a search was made", "the query record, salted"),
    ("export", "custody", "a package was handed out", "the package"),
    ("hold", "custody", "a legal hold was set", "the hold record"),
    ("release", "custody", "a legal hold was lifted", "the hold record"),
    ("retain", "custody", "a retention term was set", "the retention record"),
    ("erase", "custody", "an object was erased", "the manifest or record that was erased"),
    ("verify", "custody", "evidence was verified", "the report"),
    (
        "fixity",
        "custody",
        "stored bytes were listed, or read and compared",
        "the segment of the inventory, or the report",
    ),
    ("stamp", "custody", "a stamp got a verified time-stamp token", "the token"),
    ("renew", "custody", "evidence was renewed", "the new token"),
    ("migrate", "custody", "an object moved to another format or store", "the new record"),
    ("restore", "custody", "something came back from a backup or a rebuild", "the restore record"),
    ("config", "custody", "a setting that bears on evidence was made or changed", "the configuration"),
    ("key", "custody", "a key was made, changed or withdrawn", "the public key"),
    ("account", "custody", "an account was made or changed", "the account record, salted"),
    ("incident", "custody", "something is not as it should be", "the incident record, salted"),
)
"""Every type of entry, by name."""

REASONS = _reasons(
    ("upload", "receive", "over REST"),
    ("command-line", "receive", "by `tabellion ingest`"),
    ("folder", "receive", "from a personal hot folder"),
    ("station", "receive batch-open batch-change batch-close", "by a scanning station"),
    ("supplement", "receive batch-change", "came after its batch was closed"),
    ("by-hand", "batch-open batch-change batch-close compose correct link quality", "a person decided"),
    (
        "by-rule",
        "batch-open batch-change batch-close compose correct link quality derive",
        "a program decided",
    ),
    ("declaration", "batch-change", "declared sheets or sides changed"),
    ("item", "batch-change", "an item was added"),
    ("gap", "batch-change", "a missing number was explained"),
    ("initial", "compose", "the first document of a deposit"),
    ("split", "compose", "cut out of another document"),
    ("join", "compose", "put together from several"),
    ("reorder", "compose", "the same pages in another order"),
    ("void", "compose batch-change", "declared void; kept and counted"),
    ("replace", "compose batch-change", "replaced by another; kept and counted"),
    ("relate", "compose link", "a relation to another document"),
    ("by-identifier", "link", "an identifier on the page names the party or claim"),
    ("withdrawn", "link grant hold", "taken back"),
    ("searchable-copy", "derive", "text or PDF/A for finding and reading"),
    ("extract", "derive", "some pages only"),
    ("redaction", "derive", "with words blackened"),
    ("re-reading", "read", "read again, with another engine or other settings"),
    ("unreadable", "read", "no page could be read"),
    ("court", "export", "for a court"),
    ("opposing-party", "export", "for the other side"),
    ("data-subject", "export erase", "at the request of the person concerned"),
    ("internal", "export", "for the archive's own people"),
    ("retention-ended", "erase", "its term has ended"),
    ("received-in-error", "erase", "it should never have come"),
    ("court-order", "erase hold release retain", "ordered by a court"),
    ("passed", "verify fixity", "all that was checked holds"),
    ("failed", "verify fixity", "something does not hold"),
    ("undecided", "verify fixity", "something could not be decided"),
    ("full", "stamp", "closed at its number of deposits"),
    ("due", "stamp renew", "closed at its time"),
    ("on-demand", "stamp verify renew", "a person asked for it"),
    ("new-log", "restore", "a successor of a log whose tail was lost"),
    ("backup", "restore", "from a backup"),
    ("rebuild", "restore", "found in the vault, but not in the log"),
    ("repair", "restore", "lost or altered in one vault, and brought back from the other with its digest"),
    ("init", "config key account", "at the making of the archive"),
    ("changed", "config account key", "changed by an administrator"),
    ("second-factor", "account", "its owner added or removed a second factor"),
    ("factors-reset", "account", "an administrator took its second factors away"),
    ("by-provider", "account grant revoke", "as the provider of sign-ins says"),
    ("rotated", "key", "followed by a new key"),
    ("compromised", "key", "no longer to be trusted"),
    ("disabled", "account key", "may not act any more"),
    ("claim-differs", "incident", "what a station claims and what was computed differ"),
    ("missing-object", "incident", "an object or key is not where it was"),
    ("altered-object", "incident", "an object does not have its digest"),
    ("token-refused", "incident", "a time-stamp token failed a check"),
    ("witness-refused", "incident", "a witness answered otherwise than with its cosignature"),
    ("clock", "incident", "the clock and a trusted time disagree"),
)
"""Every reason code that is written today, by code."""
