"""What the steps of a verification share: the container, its index, the trust, the time, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from signing.checkpoint import Checkpoint
from signing.entry import Entry
from signing.ers import CheckToken
from signing.manifest import EvidenceManifest
from signing.other_tokens import Others
from signing.package.asic_manifest import AsicManifest
from signing.package.index import DepositItem, PackageIndex
from signing.verifier.container import Container
from signing.verifier.findings import Findings
from signing.verifier.trust import Trust

LARGEST_JSON = 16 << 20
LARGEST_NOTE = 1 << 20
LARGEST_DER = 16 << 20
LARGEST_XML = 64 << 20


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry that is proven to be in the log, and its leaf hash (hexadecimal)."""

    entry: Entry
    leaf: str


@dataclass(slots=True)
class Opened:
    """A package under verification; the later fields are what one step leaves for the next."""

    container: Container
    index: PackageIndex
    trust: Trust
    at: datetime
    check_token: CheckToken
    findings: Findings
    manifests: dict[int, EvidenceManifest] = field(default_factory=dict)
    records: Mapping[str, AsicManifest] = field(default_factory=dict)
    others: Others = field(default_factory=dict)
    first_tokens: dict[str, bytes] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    entries: dict[int, Logged] = field(default_factory=dict)

    def document_of(self, item: DepositItem) -> str:
        """The first document that a deposit belongs to."""
        return next(each.document for each in self.index.documents if item.number in each.deposits)
