"""veraPDF as a judge: `PdfJudge.java` asks it, and the answers come back as facts."""

from collections.abc import Iterable
from pathlib import Path

from tests.peers.maven import JavaJudge
from tests.services.tools import TOOLS

_VERAPDF = JavaJudge("veraPDF", Path(__file__).parent / "verapdf", "PdfJudge.java", TOOLS / "verapdf")
needs_verapdf = _VERAPDF.needed


def judge(files: Iterable[Path]) -> list[str]:
    """What veraPDF says: `file NAME 2b compliant` for each that is PDF/A-2b, and the rules that do not hold."""
    return _VERAPDF.ask([*map(str, files)])
