"""EU DSS as a judge: `Judge.java` asks it, and the answers come back as facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.peers.maven import JavaJudge
from tests.services.tools import TOOLS

_DSS = JavaJudge("EU DSS", Path(__file__).parent, "Judge.java", TOOLS / "dss")
needs_dss = _DSS.needed


@dataclass(frozen=True)
class Opinion:
    """What DSS said: per record its indication, per file of a record `found intact`, and so on, in DSS' own words."""

    lines: tuple[str, ...]

    def of(self, kind: str) -> list[list[str]]:
        """The words of each line of that kind: record, file, timestamp, signature."""
        return [line.split()[1:] for line in self.lines if line.split()[0] == kind]


def judge(
    folder: Path,
    document: Path,
    anchors: Sequence[x509.Certificate] = (),
    detached: Sequence[Path] = (),
    at: str | None = None,
) -> Opinion:
    """DSS' opinion of a container or record; `folder` is scratch space, `at` an RFC 3339 instant."""
    arguments = [str(document)]
    for number, anchor in enumerate(anchors):
        path = folder / f"anchor-{number}.der"
        path.write_bytes(anchor.public_bytes(Encoding.DER))
        arguments += ["--anchor", str(path)]
    for file in detached:
        arguments += ["--detached", str(file)]
    if at is not None:
        arguments += ["--at", at]
    return Opinion(tuple(_DSS.ask(arguments)))
