"""The steps as they pass: all thirteen in order, each finding once, nothing taken back."""

import io

import pytest

from signing.errors import RecordReason, TokenReason
from signing.verdict import EMBEDDED, Verdict, conclude
from signing.verifier import REASONS, STEPS, Step, Trust, verify_package
from signing.verifier.findings import Findings
from signing.verifier.steps import Walk, step_of
from tabellion.base.clock import ManualClock


def test_every_code_belongs_to_a_step() -> None:
    codes = {*REASONS, *RecordReason, *TokenReason}
    without = {"SEALED", "RECEIPT_INVALID", "ORIGINAL_NOT_COMPARED", "SAMPLED"}
    assert {code for code in codes if step_of(code) is None} <= without
    assert all(1 <= (step_of(code) or 1) <= len(STEPS) for code in codes)


def test_what_is_found_late_goes_with_the_step_that_found_it() -> None:
    findings, steps = Findings(), list[Step]()
    walk = Walk(findings, steps.append)
    findings.add("WITNESS_NONE", "nobody")
    walk.done(3)
    findings.add("FILE_MISSING", "a record")
    walk.done(9, skipped=(7,))
    walk.broken_off()
    walk.conclude(conclude(EMBEDDED, findings.verdicts, time_class="test", findings=findings.all))
    assert [step.number for step in steps] == list(range(1, 14))
    verdicts = {step.number: step.verdict for step in steps}
    assert (verdicts[3], verdicts[4], verdicts[7]) == (Verdict.PASSED, Verdict.FAILED, None)
    assert (verdicts[9], verdicts[10], verdicts[13]) == (Verdict.INDETERMINATE, None, Verdict.FAILED)
    shown = [finding.code for step in steps for finding in step.findings]
    assert sorted(shown) == ["FILE_MISSING", "NOTHING_CHECKED", "WITNESS_NONE"]


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"\0" * 400, b"no zip at all" * 9])
def test_what_is_no_package_breaks_off_at_the_first_step(data: bytes) -> None:
    steps: list[Step] = []
    report = verify_package(io.BytesIO(data), Trust(), ManualClock().now(), on_step=steps.append)
    assert report.overall is Verdict.FAILED
    assert [step.number for step in steps] == list(range(1, 14))
    assert steps[0].verdict is Verdict.FAILED
    assert {step.verdict for step in steps[1:12]} == {None}
    assert steps[-1].verdict is Verdict.FAILED
