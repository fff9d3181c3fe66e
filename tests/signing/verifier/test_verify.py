"""Good packages, and what is said of them."""

import io
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from signing.algorithms import BUILT_IN, AlgorithmPolicy, Rule
from signing.cosignature import WitnessKey, cosign
from signing.errors import TrustInvalid
from signing.keys import Algorithm, KeySigner, PublicKey
from signing.note import Note, NoteKey
from signing.package.parts import LogPart, PackageParts
from signing.tlog import LogTree, bundles_for, entry_bundle
from signing.verdict import COURT, EMBEDDED, Aspect, Policy, Verdict
from signing.verifier import choose_policy, parse_policy, read_folder, trust_files, trust_of, verify_package
from signing.verifier.policy import policy_bytes
from tests.shared import SHARED, needs_shared
from tests.signing.package.sample import (
    AUTHORITY,
    EXPORTED,
    LOG_KEY,
    SEAL,
    SEAL_SIGNER,
    START,
    Log,
    identifier,
    package_of,
    sample,
    token,
)
from tests.signing.values import ORIGIN
from tests.signing.verifier.forging import AT, codes, trust, verify

TWO = sample(2)
PACKAGE = package_of(TWO.parts)


def _folder(log: Log) -> dict[str, bytes]:
    """The log's files as tlog-tiles names them."""

    def none(path: str) -> bytes:
        raise OSError(path)

    files = dict(LogTree(0, none).append(log.leaves).tiles)
    for bundle in bundles_for(0, len(log.entries)):
        files[bundle.path()] = entry_bundle(log.entries[bundle.index * 256 :][: bundle.width])
    return files | {"checkpoint": log.checkpoint().sign(log.key)}


def _reader(files: dict[str, bytes]):
    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return read


def test_passed():
    report = verify(PACKAGE)
    assert codes(report) == set()
    assert report.overall is Verdict.PASSED
    assert report.headline == "PASSED under policy embedded: test authority, no legal value"
    assert report.verdicts[Aspect.COMPLETENESS] is Verdict.INDETERMINATE
    assert report.checked["documents"] == 2
    assert report.checked["entries"] == 6
    assert {each.use for each in report.trust} == {"log", "seal", "time"}
    existed = next(each for each in report.findings if each.code == "EXISTED")
    assert "documents/1 existed not later than 2026-11-21T09:31:00" in existed.detail


def test_a_court_wants_more_than_a_test_authority():
    report = verify(PACKAGE, trust(policy=COURT))
    assert report.overall is Verdict.INDETERMINATE
    assert codes(report) == {"TIME_TEST_AUTHORITY"}


@pytest.mark.parametrize("time_class", ["ordinary", "qualified"])
def test_a_court_takes_an_authority_that_its_verifier_configured_so(time_class: str):
    authority = replace(AUTHORITY.trust, time_class=time_class)
    assert verify(PACKAGE, trust(policy=COURT, authorities=(authority,))).overall is Verdict.PASSED


def test_pending():
    report = verify(package_of(sample(1, pending=True).parts))
    assert report.overall is Verdict.INDETERMINATE
    assert codes(report) == {"TIME_PENDING"}
    assert report.verdicts[Aspect.INTEGRITY] is report.verdicts[Aspect.LOG] is Verdict.PASSED


def test_without_the_seals_time_stamp_its_certificate_must_be_valid_now():
    bare = package_of(TWO.parts, stamped=False)
    assert verify(bare).overall is Verdict.PASSED
    # Both the log's and the seal's keys outlive the authority here; the records are what ends first.
    later = AT + timedelta(days=365 * 10)
    assert "SEAL_TIME" in codes(verify(bare, at=later))
    assert "SEAL_TIME" not in codes(verify(PACKAGE, at=later))


def test_without_renewal_it_is_not_passed_after_the_authority_has_ended():
    report = verify(PACKAGE, at=AT + timedelta(days=365 * 11))
    assert report.overall is Verdict.INDETERMINATE
    assert codes(report) == {"ERS_EXPIRED", "TIME_UNKNOWN_AUTHORITY"}


def test_the_log_needs_its_hash():
    algorithms = AlgorithmPolicy(
        2,
        tuple(replace(rule, sunset=AT) if rule.algorithm == "sha256" else rule for rule in BUILT_IN.rules),
    )
    report = verify(PACKAGE, trust(algorithms=algorithms))
    assert {"LOG_SUNSET", "ERS_SUNSET"} <= codes(report)
    assert report.overall is Verdict.INDETERMINATE


def test_a_seal_trusted_by_its_key_in_its_time():
    known = PublicKey.of("seal", SEAL_SIGNER, START)
    assert verify(PACKAGE, trust(seals=(), keys=(known,))).overall is Verdict.PASSED
    ended = replace(known, valid_until=EXPORTED - timedelta(seconds=1))
    assert codes(verify(PACKAGE, trust(seals=(), keys=(ended,)))) == {"SEAL_TIME"}
    other = replace(known, use="receipt")
    assert codes(verify(PACKAGE, trust(seals=(), keys=(other,)))) == {"SEAL_UNTRUSTED"}


@pytest.mark.parametrize("algorithm", [Algorithm.RSA, Algorithm.P384])
def test_other_seals(algorithm: Algorithm):
    from signing.package.seal import SealKey

    seal = SealKey.create("seal", KeySigner.generate(algorithm), START, os.urandom)
    assert verify(package_of(TWO.parts, seal), trust(seals=(seal.certificate,))).overall is Verdict.PASSED


def test_the_log_key_has_its_time():
    ended = PublicKey("log", LOG_KEY.algorithm, LOG_KEY.public_der, START - timedelta(days=9), START)
    assert codes(verify(PACKAGE, trust(keys=(ended,)))) == {"LOG_KEY_TIME"}


class TestWholeLog:
    def test_complete(self):
        report = verify(PACKAGE, log=_reader(_folder(TWO.log)))
        assert report.verdicts[Aspect.COMPLETENESS] is Verdict.PASSED
        assert report.checked["log_entries"] == len(TWO.log.entries)

    def test_of_many_tiles(self):
        def busy(log: Log) -> None:
            for number in range(600):
                log.add("receive", "deposit", identifier(9, number), "ab" * 32, "upload")

        found = sample(1, change=busy)
        report = verify(package_of(found.parts), log=_reader(_folder(found.log)))
        assert report.verdicts[Aspect.COMPLETENESS] is Verdict.PASSED
        assert codes(report) == set()

    def test_an_entry_that_the_package_leaves_out(self):
        def hidden(log: Log) -> None:
            log.add("correct", "document", identifier(2, 0), "ab" * 32, "by-hand")

        found = sample(1, change=hidden)
        proofs = found.parts.log.proofs[:-1]
        left_out = replace(found.parts, log=replace(found.parts.log, proofs=proofs))
        assert verify(package_of(left_out)).overall is Verdict.PASSED
        report = verify(package_of(left_out), log=_reader(_folder(found.log)))
        assert codes(report) == {"CUSTODY_LEFT_OUT"}
        assert report.overall is Verdict.FAILED

    def test_the_log_grew_since(self):
        found = sample(1)
        package = package_of(found.parts)
        found.log.add("correct", "document", identifier(2, 0), "ab" * 32, "by-hand")
        report = verify(package, log=_reader(_folder(found.log)))
        assert report.verdicts[Aspect.COMPLETENESS] is Verdict.PASSED

    @pytest.mark.parametrize("path", ["checkpoint", "tile/0/000.p/7", "tile/entries/000.p/7"])
    def test_files_missing(self, path: str):
        files = _folder(TWO.log)
        del files[path]
        report = verify(PACKAGE, log=_reader(files))
        assert "LOG_UNREADABLE" in codes(report)
        assert report.overall is Verdict.INDETERMINATE

    def test_shorter(self):
        shorter = Log(entries=TWO.log.entries[:4])
        report = verify(PACKAGE, log=_reader(_folder(shorter)))
        assert "LOG_ROLLED_BACK" in codes(report)
        assert report.overall is Verdict.FAILED

    def test_forked(self):
        entries = [*TWO.log.entries]
        entries[1] = entries[1].replace(b"cdcd", b"dcdc")
        report = verify(PACKAGE, log=_reader(_folder(Log(entries=entries))))
        assert "LOG_FORKED" in codes(report)
        assert report.overall is Verdict.FAILED

    def test_entries_that_are_not_those_of_the_tiles(self):
        files = _folder(TWO.log)
        files["tile/entries/000.p/7"] = files["tile/entries/000.p/7"].replace(b"cdcd", b"dcdc")
        assert codes(verify(PACKAGE, log=_reader(files))) == {"LOG_FORKED"}


class TestRemembered:
    def test_the_same(self):
        assert codes(verify(PACKAGE, remembered=TWO.log.checkpoint().sign(LOG_KEY))) == set()

    def test_earlier_and_later(self):
        found = sample(1)
        package = package_of(found.parts)
        earlier = found.log.checkpoint(2).sign(LOG_KEY)
        found.log.add("correct", "document", identifier(2, 0), "ab" * 32, "by-hand")
        later = found.log.checkpoint().sign(LOG_KEY)
        for remembered in (earlier, later):
            assert codes(verify(package, remembered=remembered)) == {"CONSISTENCY_UNCHECKED"}
            assert codes(verify(package, remembered=remembered, log=_reader(_folder(found.log)))) == set()

    def test_rewritten(self):
        other = Log(entries=[b"another", *TWO.log.entries[1:]])
        same_size = other.checkpoint().sign(LOG_KEY)
        assert codes(verify(PACKAGE, remembered=same_size)) == {"LOG_REWRITTEN"}
        earlier = other.checkpoint(3).sign(LOG_KEY)
        report = verify(PACKAGE, remembered=earlier, log=_reader(_folder(TWO.log)))
        assert codes(report) == {"LOG_REWRITTEN"}
        assert report.overall is Verdict.FAILED

    def test_rolled_back(self):
        longer = Log(entries=[*TWO.log.entries, b"one more"])
        remembered = longer.checkpoint().sign(LOG_KEY)
        report = verify(PACKAGE, remembered=remembered, log=_reader(_folder(TWO.log)))
        assert codes(report) == {"LOG_ROLLED_BACK"}
        assert report.overall is Verdict.FAILED

    def test_of_a_stranger(self):
        stranger = TWO.log.checkpoint().sign(KeySigner.generate(Algorithm.ED25519))
        assert codes(verify(PACKAGE, remembered=stranger)) == {"CONSISTENCY_UNCHECKED"}


class TestWitnesses:
    WITNESS = KeySigner.generate(Algorithm.ED25519)
    NAME = "witness.example/w1"

    def _package(self, *, wrong: bool = False, moment=EXPORTED) -> bytes:
        note = Note.parse(TWO.parts.log.checkpoint)
        text = note.text.replace(ORIGIN, "other.example") if wrong else note.text
        signed = note.with_signatures(cosign(text, self.NAME, self.WITNESS, moment)).to_bytes()
        log = LogPart(signed, TWO.parts.log.proofs)
        return package_of(replace(TWO.parts, log=log))

    def _trust(self):
        key = WitnessKey(self.NAME, self.WITNESS.public_der)
        files = trust_files(
            keys=[], log_keys=[NoteKey(ORIGIN, LOG_KEY.public_der)], witnesses={"auditor": key}
        )
        return trust(quorum=trust_of(files, "trust").quorum)

    def test_met(self):
        report = verify(self._package(), self._trust())
        assert report.verdicts[Aspect.WITNESS] is Verdict.PASSED
        assert report.checked["cosignatures"] == 1
        assert codes(report) == set()

    def test_not_met(self):
        report = verify(PACKAGE, self._trust())
        assert codes(report) == {"WITNESS_QUORUM"}
        assert report.overall is Verdict.PASSED
        strict = Policy("strict", EMBEDDED.requires | {Aspect.WITNESS}, EMBEDDED.times)
        assert verify(PACKAGE, replace(self._trust(), policy=strict)).overall is Verdict.INDETERMINATE

    def test_false(self):
        report = verify(self._package(wrong=True), self._trust())
        assert codes(report) == {"WITNESS_FALSE"}
        assert report.overall is Verdict.FAILED

    def test_of_the_future(self):
        report = verify(self._package(moment=AT + timedelta(days=1)), self._trust())
        assert codes(report) == {"WITNESS_FALSE"}


class TestErased:
    GONE = identifier(1, 77)

    def _parts(self, *, entry: bool) -> PackageParts:
        def change(log: Log) -> None:
            log.add("receive", "deposit", self.GONE, "ab" * 32, "upload")
            if entry:
                log.add("erase", "deposit", self.GONE, "ab" * 32, "court-order")

        parts = sample(1, change=change).parts
        document = replace(parts.documents[0], erased=(self.GONE,))
        return replace(parts, documents=(document,))

    def test_with_its_entry(self):
        report = verify(package_of(self._parts(entry=True)))
        assert codes(report) == {"ERASED"}
        assert report.overall is Verdict.INDETERMINATE

    def test_without_its_entry(self):
        report = verify(package_of(self._parts(entry=False)))
        assert codes(report) == {"ERASED_WITHOUT_ENTRY"}
        assert report.overall is Verdict.FAILED


def test_unknown_entries_are_reported_and_do_no_harm():
    found = sample(
        1, change=lambda log: log.add("levitate", "document", identifier(2, 0), "ab" * 32) and None
    )
    report = verify(package_of(found.parts))
    assert codes(report) == {"ENTRY_UNKNOWN"}
    assert report.overall is Verdict.PASSED


class TestPolicies:
    def test_built_in(self):
        assert choose_policy("court") is COURT
        with pytest.raises(TrustInvalid, match="no built-in policy"):
            choose_policy("lenient")

    def test_tighter(self):
        strict = Policy("strict", EMBEDDED.requires | {Aspect.COMPLETENESS}, frozenset({"qualified"}))
        assert parse_policy(policy_bytes(strict)) == strict
        assert parse_policy(policy_bytes(COURT)) == COURT

    @pytest.mark.parametrize(
        "loose",
        [
            Policy("mine", EMBEDDED.requires - {Aspect.LOG}, EMBEDDED.times),
            Policy("mine", frozenset(), EMBEDDED.times),
            Policy("mine", EMBEDDED.requires, EMBEDDED.times | {"pending"}),
            Policy("mine", EMBEDDED.requires, EMBEDDED.times | {"unknown"}),
            Policy("mine", EMBEDDED.requires, frozenset()),
            Policy("court", EMBEDDED.requires, EMBEDDED.times),
        ],
    )
    def test_a_policy_that_loosens(self, loose: Policy):
        with pytest.raises(TrustInvalid, match="demands less"):
            parse_policy(policy_bytes(loose))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b"{",
            b"\xff",
            b'{"name":"a","requires":[],"times":[],"trust":1}',
            b'{"name":"a","requires":["luck"],"times":["test"]}',
            b'{"name":"a","name":"b","requires":[],"times":[]}',
            b'{"name":"a","requires":1.5,"times":[]}',
            b'{"name":"a","requires":[1],"times":[]}',
            b" " * 70_000,
            b"[" * 60_000,
        ],
    )
    def test_a_policy_that_is_none(self, data: bytes):
        with pytest.raises(TrustInvalid):
            parse_policy(data)


class TestTrust:
    def test_round_trip(self, tmp_path: Path):
        since = START - timedelta(days=1)
        key = WitnessKey("w", LOG_KEY.public_der)
        files = trust_files(
            keys=[PublicKey.of("log", LOG_KEY, since)],
            log_keys=[NoteKey(ORIGIN, LOG_KEY.public_der)],
            seals=[SEAL.certificate],
            authorities={"local": AUTHORITY.trust},
            witnesses={"auditor": key},
            policy=COURT,
        )
        for name, data in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(data)
        found = trust_of(read_folder(tmp_path), "there")
        assert found.authorities == (AUTHORITY.trust,)
        assert found.seals == (SEAL.certificate,)
        assert found.policy == COURT
        assert found.quorum is not None
        assert found.quorum.witness_keys == (key,)
        assert {each.source.split("/", 1)[0] for each in found.inputs} == {"there"}
        assert trust_of(read_folder(tmp_path), "there", EMBEDDED).policy == EMBEDDED

    def test_an_algorithm_policy_only_tightens(self):
        from signing.algorithm_policy import policy_bytes as algorithm_bytes

        mine = AlgorithmPolicy(7, (Rule("md5", START), Rule("sha256", START)))
        found = trust_of({"algorithms.json": algorithm_bytes(mine)}, "there").algorithms
        assert [rule.algorithm for rule in found.rules] == ["sha256"]

    def test_nothing_is_trusted_that_is_not_there(self):
        report = verify(PACKAGE, trust_of({}, "there"))
        assert report.overall is Verdict.INDETERMINATE
        assert {"TOKEN_PATH", "LOG_UNTRUSTED", "SEAL_UNTRUSTED"} <= codes(report)

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("keys.json", b"{}"),
            ("log.vkey", b"nonsense\n"),
            ("log.vkey", b"\xff\n"),
            ("seal.pem", b"nonsense"),
            ("algorithms.json", b"{}"),
            ("tsa/a.pem", b"nonsense"),
            ("tsa/local.json", b"[]"),
            ("tsa/local.json", b'{"authority":"a","time_class":"divine","policies":["1.2"]}'),
            ("tsa/local.json", b'{"authority":"a","time_class":"test","policies":[]}'),
            ("witness/a.vkey", b"nonsense"),
            ("log.policy", b"quorum"),
            ("policy.json", b"{}"),
        ],
    )
    def test_unreadable(self, name: str, data: bytes):
        files = trust_files(keys=[], log_keys=[], authorities={"local": AUTHORITY.trust}) | {name: data}
        with pytest.raises(TrustInvalid):
            trust_of(files, "there")

    def test_an_authority_without_its_policies(self):
        files = trust_files(keys=[], log_keys=[], authorities={"local": AUTHORITY.trust})
        del files["tsa/local.json"]
        with pytest.raises(TrustInvalid, match="which policies"):
            trust_of(files, "there")

    def test_no_folder(self, tmp_path: Path):
        with pytest.raises(TrustInvalid):
            read_folder(tmp_path / "missing")


@needs_shared("vectors", "asice")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("er-asn1-one-file", None),
        ("er-asn1-multi-files", None),
        ("er-asn1-full-renewal", None),
        ("er-asn1-incorrect-hash", "ERS_ALGORITHM"),
        ("er-multi-file-data-not-found", "FILE_MISSING"),
    ],
)
def test_containers_of_others(name: str, code: str | None):
    data = (SHARED / "vectors" / "asice" / f"{name}.asice").read_bytes()
    report = verify_package(io.BytesIO(data), trust(authorities=()), AT)
    assert "PACKAGE_FOREIGN" in codes(report)
    if code is None:
        assert report.verdicts[Aspect.INTEGRITY] is Verdict.PASSED
        assert report.overall is Verdict.INDETERMINATE
    else:
        assert code in codes(report)
        assert report.overall is Verdict.FAILED


def test_a_token_of_another_time_is_not_taken():
    stamped = sample(1, stamper=lambda root: token(AUTHORITY, root, AT + timedelta(days=1)))
    assert "TOKEN_FUTURE" in codes(verify(package_of(stamped.parts)))
