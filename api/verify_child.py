"""The process that a package from outside is verified in: bounded, without network or files, it only reads and tells.

Standard input is one JSON object (the file's descriptor, trust, policy, time); each line of standard output one thing
that happened: `{"step": ...}` as the steps pass, at the end `{"report": ...}` or `{"refused": ...}`.
"""

import base64
import json
import os
import resource
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from ocr.jail.confine import confine
from signing.verdict import Report
from signing.verifier import Step, Trust, choose_policy, trust_of, verify_package, verify_receipt
from signing.verifier.receipts import is_receipt
from tabellion.base.errors import TabellionError

_ZIP = b"PK"
_LARGEST_RECEIPT = 64 << 20


def main() -> None:
    """Verify the one file, and end."""
    asked = json.load(sys.stdin)
    confine(asked["memory"])
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"] + 1))
    try:
        trust = _trust(asked)
    except TabellionError as error:
        _say({"refused": error.code, "detail": error.message})
        return
    with os.fdopen(asked["file"], "rb") as file:
        _say({"report": _verify(file, trust, datetime.fromisoformat(asked["at"])).to_json()})


def _trust(asked: Mapping[str, Any]) -> Trust:
    files = {name: base64.b64decode(data) for name, data in asked["trust"].items()}
    return trust_of(files, asked["source"], choose_policy(asked["policy"]))


def _verify(file: BinaryIO, trust: Trust, at: datetime) -> Report:
    file.seek(0)
    if file.read(len(_ZIP)) != _ZIP and file.seek(0, os.SEEK_END) <= _LARGEST_RECEIPT:
        file.seek(0)
        data = file.read()
        if is_receipt(data):
            _say({"receipt": True})
            return verify_receipt(data, trust)
    file.seek(0)
    return verify_package(file, trust, at, on_step=_tell)


def _tell(step: Step) -> None:
    found = [finding.to_json() for finding in step.findings]
    _say({"step": step.number, "verdict": step.verdict and step.verdict.value, "findings": found})


def _say(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
