"""The verifier as a program of its own: reads files, asks nothing of any network, prints a report (EVIDENCE section 8).

It runs from the library and, in the same words, from the single file that `script/build-verifier` writes.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from signing.verdict import Aspect, Report
from signing.verifier.files import folder_log, named_policy, read_small, time_of, verify_file
from signing.verifier.trust_folder import read_folder, trust_of
from tabellion.base.clock import SystemClock
from tabellion.base.errors import TabellionError

USAGE, INTERNAL = 2, 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one file; 0 PASSED, 1 FAILED, 3 INDETERMINATE, 2 where the call is off, 70 where the program is."""
    options = _parser().parse_args(arguments)
    try:
        report = _report(options)
    except (TabellionError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    except Exception:  # the last resort: a bare traceback ends with 1, which says FAILED of the package
        traceback.print_exc()
        sys.stderr.write("Nothing was verified: something went wrong in this program.\n")
        return INTERNAL
    sys.stdout.write(json.dumps(report.to_json(), indent=2) + "\n" if options.json else words_of(report))
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
        "--log",
        help="the folder of the whole log, to prove that nothing was left out; files only, no address",
    )
    parser.add_argument("--file", dest="original", type=Path, help="for a receipt: the file that it is about")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    return parser


def _report(options: argparse.Namespace) -> Report:
    if options.log is not None and not (folder := Path(options.log)).is_dir():
        address = urlsplit(options.log).scheme in ("http", "https")
        asks = "this program asks no network: --log takes the log's files in a folder"
        raise ValueError(asks if address else f"--log: there is no folder {folder}")
    trust = trust_of(read_folder(options.trust), str(options.trust), named_policy(options.policy))
    return verify_file(
        options.file,
        trust,
        SystemClock().now() if options.at is None else time_of(options.at),
        original=options.original,
        remembered=None if options.since is None else read_small(options.since),
        log=None if options.log is None else folder_log(Path(options.log)),
    )


def words_of(report: Report) -> str:
    """The report for people, a line each."""
    lines = [report.headline]
    lines += [f"  {aspect.value:14} {report.verdicts[aspect]}" for aspect in Aspect]
    for finding in report.findings:
        where = "" if finding.document is None else f"  {finding.document}"
        lines.append(f"  {finding.code}{where}: {finding.detail}")
    lines += [f"  trusted: {each.use} {each.fingerprint} from {each.source}" for each in report.trust]
    lines.append("  checked: " + ", ".join(f"{count} {name}" for name, count in report.checked.items()))
    return "\n".join(lines) + "\n"
