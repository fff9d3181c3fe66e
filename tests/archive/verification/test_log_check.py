"""The log under its checkpoint: one that grows while it is looked at is no log that was put back."""

from archive.archive import Archive
from archive.log_files import LogFiles
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck
from tests.archive.building import Intake
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST


def published(archive: Archive) -> bytes:
    signed = LogFiles(archive.objects).read_checkpoint()
    assert signed is not None
    return signed


def found(findings: Findings) -> list[str]:
    return [each.code for each in findings.all()]


def test_what_was_published_meanwhile_is_looked_at(archive: Archive, intake: Intake) -> None:
    batch, keeper = intake.batch(), TestKeeper(archive)
    intake.deposit(batch, 1, b"before")
    keeper.run()
    before = published(archive)
    findings = Findings()
    check = LogCheck(archive, TRUST, findings)
    intake.deposit(batch, 2, b"meanwhile")
    keeper.run()
    meanwhile = published(archive)
    check.require_extends(meanwhile, "what a witness cosigned")
    assert "CHECKPOINT_OLDER" not in found(findings)

    LogFiles(archive.objects).swap_checkpoint(meanwhile, before)
    check.require_extends(meanwhile, "what a witness cosigned")
    assert "CHECKPOINT_OLDER" in found(findings)
