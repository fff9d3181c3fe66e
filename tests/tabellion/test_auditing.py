"""An auditor's own machine judges a service over REST, and catches one that lies."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, update

from archive.catalogue import schema as t
from signing.checkpoint import Checkpoint
from signing.tlog import leaf_hash, parse_bundle, root_of
from signing.verdict import Report, Verdict
from signing.verifier.audit import audit
from tabellion.auditing import RestArchive, drawn
from tabellion.verifying import address_log
from tests.api.conftest import archive, clock, house, portal, reader, service, template  # noqa: F401
from tests.api.support import ORIGIN, Client, House
from tests.archive.keeping import log_signer
from tests.archive.packaging.making import trust

Change = Callable[[httpx.Request, httpx.Response], httpx.Response]


class Wire(httpx.BaseTransport):
    """The way from the auditor's machine to the application, at which a lying service changes what it says."""

    def __init__(self, client: Client, change: Change | None = None) -> None:
        self._client = client
        self._change = change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            found = self._client.request(request.method, request.url.raw_path.decode())
        except Exception as error:  # the application broke off in the middle of an answer
            raise httpx.RemoteProtocolError("the service broke off", request=request) from error
        answer = httpx.Response(found.status_code, headers={"content-type": found.headers["content-type"]},
                                content=found.content)  # fmt: skip
        return answer if self._change is None else self._change(request, answer)


@pytest.fixture
def papers(house: House) -> list[dict[str, str]]:  # noqa: F811
    """Three papers whose time is proven."""
    operator = house.client("operator")
    found = [house.hand_in(operator) for _ in range(3)]
    house.keeper.run()
    house.keeper.stamp()
    house.keeper.run()
    return found


def audited(
    house: House,  # noqa: F811
    *,
    change: Change | None = None,
    remembered: bytes | None = None,
    sample: int | None = None,
    client: Client | None = None,
) -> Report:
    house.keeper.run()
    wire = Wire(client or house.client("auditor"), change)
    with httpx.Client(transport=wire, base_url=ORIGIN) as rest:
        return audit(
            RestArchive(rest),
            address_log(rest, f"{ORIGIN}/api/v1/log"),
            trust(house.archive.origin),
            house.clock.now(),
            remembered=remembered,
            choose=None if sample is None else drawn(sample),
        )


def kept(house: House) -> bytes:  # noqa: F811
    """The checkpoint that the auditor takes home."""
    return house.stranger().get("/api/v1/log/checkpoint").content


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_an_honest_service_passes(house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
    remembered = kept(house)
    house.hand_in(house.client("operator"))
    house.keeper.run()
    house.keeper.stamp()
    report = audited(house, remembered=remembered)
    assert report.headline == "PASSED under policy embedded: test authority, no legal value", report.findings
    assert {name: report.checked[name] for name in ("deposits", "originals", "receipts", "records")} == {
        "deposits": 4, "originals": 4, "receipts": 4, "records": 4,
    }  # fmt: skip
    assert codes(report) == {"WITNESS_NONE"}


def test_a_sample_says_so(house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
    report = audited(house, sample=2)
    assert report.overall is Verdict.PASSED
    assert report.checked["originals"] == 2
    assert [each.detail for each in report.findings if each.code == "SAMPLED"] == [
        "2 of 3 deposits were looked at"
    ]


def test_pending_time_proofs_are_undecided(house: House) -> None:  # noqa: F811
    paper = house.hand_in(house.client("operator"))
    house.keeper.run()
    report = audited(house)
    assert report.overall is Verdict.INDETERMINATE
    assert [each.document for each in report.findings if each.code == "TIME_PENDING"] == [paper["document"]]


def test_what_the_account_may_not_open_stays_undecided(
    house: House,  # noqa: F811
    papers: list[dict[str, str]],
) -> None:
    report = audited(house, client=house.client("auditor", scopes=["portfolio:another"]))
    assert report.overall is Verdict.INDETERMINATE
    assert codes(report) == {"FILE_WITHHELD", "WITNESS_NONE"}
    assert report.checked["manifests"] == 3


def test_who_may_not_read_entries_learns_so_and_still_compares_tiles(
    house: House,  # noqa: F811
    papers: list[dict[str, str]],
) -> None:
    report = audited(house, client=house.client("collector"), remembered=kept(house))
    assert report.overall is Verdict.INDETERMINATE
    assert {"LOG_UNREADABLE", "COMPLETENESS_UNCHECKED"} <= codes(report)
    forged = signed(house, 2, bytes(32))
    assert "LOG_REWRITTEN" in codes(audited(house, client=house.client("collector"), remembered=forged))


def signed(house: House, size: int, root: bytes) -> bytes:  # noqa: F811
    """A checkpoint that the log's own key signed."""
    return Checkpoint(house.archive.origin, size, root).sign(log_signer())


class TestALyingService:
    """Each lie is told through the true REST API, by an archive that was tampered with or on the wire."""

    def test_an_altered_original(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if request.url.path == f"/api/v1/deposits/{papers[1]['deposit']}/original":
                return httpx.Response(200, content=answer.content.replace(b"PDF", b"PDf", 1))
            return answer

        report = audited(house, change=change)
        assert report.overall is Verdict.FAILED
        assert [(each.code, each.document) for each in report.findings if each.document] == [
            ("FILE_ALTERED", papers[1]["document"])
        ]

    def test_an_original_altered_in_the_vault(
        self,
        house: House,  # noqa: F811
        papers: list[dict[str, str]],
        tmp_path: Path,
    ) -> None:
        folder = tmp_path / "vault" / "deposits" / papers[0]["deposit"]
        stored = max(
            (each for each in folder.rglob("*") if each.is_file() and "original" in str(each)),
            key=lambda each: each.stat().st_size,
        )
        stored.chmod(0o600)
        data = bytearray(stored.read_bytes())
        data[len(data) // 2] ^= 1
        stored.write_bytes(data)
        report = audited(house)
        assert report.overall is Verdict.FAILED
        assert {"FILE_MISSING"} <= codes(report) <= {"FILE_MISSING", "WITNESS_NONE"}

    def test_a_deposit_that_is_gone(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        gone = papers[2]["deposit"]
        with house.archive.catalogue.write() as connection:
            connection.execute(delete(t.manifests).where(t.manifests.c.deposit_id == gone))
        report = audited(house)
        assert report.overall is Verdict.FAILED
        assert any(each.code == "FILE_MISSING" and gone in each.detail for each in report.findings)

    def test_one_that_is_said_to_be_erased(
        self,
        house: House,  # noqa: F811
        papers: list[dict[str, str]],
    ) -> None:
        with house.archive.catalogue.write() as connection:
            connection.execute(
                update(t.deposits)
                .where(t.deposits.c.id == papers[0]["deposit"])
                .values(erased_at=house.clock.now())
            )
        assert audited(house).overall is Verdict.FAILED

    def test_a_log_that_was_shortened(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        remembered, size = kept(house), 2
        old: dict[str, httpx.Response] = {}

        def take(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            old[request.url.path] = answer
            return answer

        audited(house, change=take)
        bundle = next(answer for path, answer in old.items() if "/tile/entries/" in path)
        root = root_of([leaf_hash(data) for data in parse_bundle(bundle.content)[:size]])

        def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if request.url.path.endswith("/log/checkpoint"):
                return httpx.Response(200, content=signed(house, size, root))
            if "/tile/entries/" in request.url.path:
                return httpx.Response(200, content=bundle.content)
            return answer

        report = audited(house, change=change, remembered=remembered)
        assert report.overall is Verdict.FAILED
        assert {"LOG_ROLLED_BACK", "LOG_ENTRY_MISSING"} <= codes(report)
        # Without a checkpoint of his own the auditor still sees that papers are listed that the log does not have.
        assert "LOG_ENTRY_MISSING" in codes(audited(house, change=change))

    def test_a_log_that_was_forked(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        report = audited(house, remembered=signed(house, 3, bytes(32)))
        assert report.overall is Verdict.FAILED
        assert "LOG_REWRITTEN" in codes(report)

    def test_an_entry_that_was_altered(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if "/tile/entries/" in request.url.path:
                return httpx.Response(200, content=answer.content.replace(b'"receive"', b'"rECeive"'))
            return answer

        report = audited(house, change=change)
        assert report.overall is Verdict.FAILED
        assert "LOG_PROOF" in codes(report)

    def test_a_checkpoint_of_another_key(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if request.url.path.endswith("/log/checkpoint"):
                text, _, signature = answer.text.rpartition(" ")
                data = bytearray(base64.b64decode(signature))
                data[-1] ^= 1
                return httpx.Response(200, text=f"{text} {base64.b64encode(data).decode()}\n")
            return answer

        report = audited(house, change=change)
        assert report.overall is Verdict.FAILED
        assert "CHECKPOINT_SIGNATURE" in codes(report)

    @pytest.mark.parametrize("what", ["receipt", "time"])
    def test_proofs_of_another_paper(
        self,
        what: str,
        house: House,  # noqa: F811
        papers: list[dict[str, str]],
    ) -> None:
        first: list[httpx.Response] = []

        def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if not request.url.path.endswith(f"/{what}"):
                return answer
            first.append(answer)
            return httpx.Response(200, content=first[0].content)

        report = audited(house, change=change)
        assert report.overall is Verdict.FAILED
        assert codes(report) - {"WITNESS_NONE"} == (
            {"RECEIPT_INVALID"} if what == "receipt" else {"ERS_NOT_COVERED"}
        )

    def test_nonsense(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        for said in ([], {}, {"documents": [7]}, None):

            def change(request: httpx.Request, answer: httpx.Response, said: object = said) -> httpx.Response:
                if "/log/" in request.url.path:
                    return answer
                return httpx.Response(200, content=json.dumps(said))

            assert audited(house, change=change).overall is not Verdict.PASSED

    def test_silence(self, house: House, papers: list[dict[str, str]]) -> None:  # noqa: F811
        def change(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            raise httpx.ConnectTimeout("nobody", request=request)

        report = audited(house, change=change)
        assert report.overall is Verdict.INDETERMINATE
        assert {"FILE_UNREAD", "LOG_UNREADABLE"} <= codes(report)
