"""The verifier as a program of its own: reads files, asks nothing of any network, prints a report (EVIDENCE section 8).

It runs from the library and, in the same words, from the single file that `script/build-verifier` writes.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from signing.digests import digest_stream
from signing.verdict import Aspect, Policy, Report
from signing.verifier.policy import choose_policy, parse_policy
from signing.verifier.receipts import is_receipt, verify_receipt
from signing.verifier.trust_folder import read_folder, trust_of
from signing.verifier.verify import verify_package
from signing.verifier.whole_log import ReadLog
from tabellion.base.clock import SystemClock
from tabellion.base.errors import TabellionError

USAGE = 2
_LARGEST_RECEIPT = 256 << 20
_LARGEST_FILE = 64 << 20
_ZIP = b"PK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one file; the exit code is 0 PASSED, 1 FAILED, 3 INDETERMINATE, 2 where the call is off."""
    options = _parser().parse_args(arguments)
    try:
        report = _report(options)
    except (TabellionError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    sys.stdout.write(json.dumps(report.to_json(), indent=2) + "\n" if options.json else _words(report))
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tabellion-verify",
        description="Verifies a package or a receipt of an archive, offline, with what you trust.",
    )
    parser.add_argument("file", type=Path, help="the package (.asice) or receipt (.receipt.json)")
    parser.add_argument(
        "--trust",
        type=Path,
        required=True,
        help="the folder of keys and certificates that you got by a way of your own",
    )
    parser.add_argument("--policy", help="embedded, court, or a file with a stricter one of your own")
    parser.add_argument("--at", help="verify as of this time (2027-01-31T12:00:00Z) instead of now")
    parser.add_argument("--since", type=Path, help="a checkpoint of the log that you kept")
    parser.add_argument(
        "--log", type=Path, help="the folder of the whole log, to prove that nothing was left out"
    )
    parser.add_argument("--file", dest="original", type=Path, help="for a receipt: the file that it is about")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    return parser


def _report(options: argparse.Namespace) -> Report:
    trust = trust_of(read_folder(options.trust), str(options.trust), _policy(options.policy))
    path: Path = options.file
    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP and path.stat().st_size <= _LARGEST_RECEIPT:
            file.seek(0)
            data = file.read()
            if is_receipt(data):
                original = None
                if options.original is not None:
                    with options.original.open("rb") as stream:
                        original = digest_stream(stream)
                return verify_receipt(data, trust, original)
        remembered = None if options.since is None else _read(options.since)
        log = None if options.log is None else _log_reader(options.log)
        return verify_package(file, trust, _time(options.at), remembered=remembered, log=log)


def _policy(named: str | None) -> Policy | None:
    """A built-in policy by its name, else one from a file; None where the folder of trust is to say."""
    if named is None:
        return None
    path = Path(named)
    return parse_policy(_read(path)) if path.is_file() else choose_policy(named)


def _time(words: str | None) -> datetime:
    if words is None:
        return SystemClock().now()
    at = datetime.fromisoformat(words)
    if at.tzinfo is None:
        raise ValueError("--at needs its zone: 2027-01-31T12:00:00Z")
    return at


def _log_reader(folder: Path) -> ReadLog:
    return lambda path: _read(folder / path)


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST_FILE:
        raise ValueError(f"{path} is too large")
    return path.read_bytes()


def _words(report: Report) -> str:
    lines = [report.headline]
    lines += [f"  {aspect.value:14} {report.verdicts[aspect]}" for aspect in Aspect]
    for finding in report.findings:
        where = "" if finding.document is None else f"  {finding.document}"
        lines.append(f"  {finding.code}{where}: {finding.detail}")
    lines += [f"  trusted: {each.use} {each.fingerprint} from {each.source}" for each in report.trust]
    lines.append("  checked: " + ", ".join(f"{count} {name}" for name, count in report.checked.items()))
    return "\n".join(lines) + "\n"
