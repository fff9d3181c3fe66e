"""The program, and the single file: the same reports, the same bytes each time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from signing.bundle import CANNOT_RUN, LEAST, OTHERS, bundle
from signing.keys import Algorithm, KeySigner, PublicKey
from signing.note import NoteKey
from signing.receipt import Acceptance, DepositReceipt
from signing.verifier import program, trust_files
from signing.verifier.program import INTERNAL, main
from tests.signing.package.sample import AUTHORITY, LOG_KEY, SEAL, START, package_of, sample
from tests.signing.values import ARCHIVE, ORIGIN
from tests.signing.verifier.forging import altered

FOUND = sample(2)
PACKAGE = package_of(FOUND.parts)
RECEIPT_KEY = KeySigner.generate(Algorithm.ED25519)
AT = "2027-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trust folder, packages good and forged, a receipt with its original, and the single file."""
    folder = tmp_path_factory.mktemp("verifier")
    files = trust_files(
        keys=[PublicKey.of("log", LOG_KEY, START), PublicKey.of("receipt", RECEIPT_KEY, START)],
        log_keys=[NoteKey(ORIGIN, LOG_KEY.public_der)],
        seals=[SEAL.certificate],
        authorities={"local": AUTHORITY.trust},
    )
    for name, data in files.items():
        (folder / "trust" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "trust" / name).write_bytes(data)
    (folder / "good.asice").write_bytes(PACKAGE)
    (folder / "forged.asice").write_bytes(altered(PACKAGE, {"documents/1/original.tif": b"other"}))
    (folder / "pending.asice").write_bytes(package_of(sample(1, pending=True).parts))
    (folder / "nothing.asice").write_bytes(b"nothing")
    (folder / "a.receipt.json").write_bytes(_receipt())
    (folder / "original.tif").write_bytes(FOUND.originals[0])
    (folder / "checkpoint").write_bytes(FOUND.parts.log.checkpoint)
    (folder / "single.py").write_bytes(bundle())
    return folder


def _receipt() -> bytes:
    entry = FOUND.parts.deposits[0]
    from signing.manifest import EvidenceManifest, manifest_digest

    manifest = EvidenceManifest.parse(entry.manifest)
    accepted = Acceptance(
        deposit=manifest.deposit,
        size=manifest.files[0].size,
        sha256=manifest.files[0].sha256,
        sha512=manifest.files[0].sha512,
        manifest=manifest_digest(entry.manifest).hex(),
        received_at=manifest.received_at,
        log_index=0,
        proof=FOUND.parts.log.proofs[0].to_text(),
    )
    return DepositReceipt(ARCHIVE, ORIGIN, accepted).sign(RECEIPT_KEY)


CASES = {
    "good": (["good.asice"], 0),
    "good for a court": (["good.asice", "--policy", "court"], 3),
    "good, remembered": (["good.asice", "--since", "checkpoint"], 0),
    "forged": (["forged.asice"], 1),
    "pending": (["pending.asice"], 3),
    "nothing": (["nothing.asice"], 1),
    "receipt": (["a.receipt.json"], 0),
    "receipt with its original": (["a.receipt.json", "--file", "original.tif"], 0),
    "receipt of another file": (["a.receipt.json", "--file", "good.asice"], 1),
}


@pytest.mark.parametrize("case", CASES)
def test_the_single_file_gives_the_same_reports(
    case: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    words, expected = CASES[case]
    for more in ([], ["--json"]):
        arguments = [*words, "--trust", "trust", "--at", AT, *more]
        assert main(arguments) == expected
        library = capsys.readouterr().out
        done = subprocess.run(
            # -I: nothing of the checkout is on the path, so that the file stands alone.
            [sys.executable, "-I", "single.py", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (expected, library, "")
    assert json.loads(library)["checked"] is not None


def test_the_single_file_imports_none_of_ours(folder: Path):
    """Every module of ours is found in the file, although the checkout is installed here."""
    script = (
        f"import runpy, sys; runpy.run_path({str(folder / 'single.py')!r})\n"
        "import signing.verifier.program\n"
        "own = [m for n, m in sys.modules.items() if n.partition('.')[0] in ('signing', 'tabellion')]\n"
        "assert own and all(m.__spec__.origin.endswith('single.py') for m in own)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", script], check=True, timeout=60)


def test_it_is_built_reproducibly(folder: Path, tmp_path: Path):
    script = Path(__file__).parents[3] / "script" / "build-verifier"
    subprocess.run([str(script), str(tmp_path / "again.py")], check=True, timeout=60)
    assert (tmp_path / "again.py").read_bytes() == (folder / "single.py").read_bytes()
    assert {"asn1crypto", "cryptography"} == OTHERS


@pytest.mark.parametrize(
    "words",
    [
        ["good.asice", "--trust", "missing"],
        ["missing.asice", "--trust", "trust"],
        ["good.asice", "--trust", "trust", "--policy", "lenient"],
        ["good.asice", "--trust", "trust", "--policy", "trust/keys.json"],
        ["good.asice", "--trust", "trust", "--at", "yesterday"],
        ["good.asice", "--trust", "trust", "--at", "2027-01-01T00:00:00"],
    ],
)
def test_words_that_are_off(
    words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    assert main(words) == 2
    assert capsys.readouterr().out == ""


def test_replayed_receipts(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The receipt of another deposit, or under another log, proves nothing of this one."""
    receipt = tmp_path / "a.receipt.json"
    receipt.write_bytes(_receipt().replace(b'"log_index":0', b'"log_index":1'))
    assert main([str(receipt), "--trust", str(folder / "trust")]) == 1
    assert "RECEIPT_INVALID" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("installed", "said"),
    [
        ({"cryptography": "38.0.4", "asn1crypto": "1.5.1"}, "cryptography 38.0.4 is too old"),
        ({"cryptography": "44.0.3", "asn1crypto": "1.5.1"}, "cryptography 44.0.3 is too old"),
    ],
)
def test_a_python_that_lacks_something_says_so_and_never_failed(
    installed: dict[str, str], said: str, folder: Path, tmp_path: Path
):
    """A distribution's own cryptography, as Debian 12 has it, knows no path under policies of our own."""
    for name, version in installed.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"__version__ = {version!r}\n")
    script = (
        f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['single.py', 'good.asice']\n"
        f"runpy.run_path({str(folder / 'single.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (CANNOT_RUN, "")
    assert (
        f"Nothing was verified: {said}. This program needs Python 3.11, cryptography {LEAST}" in done.stderr
    )


def test_what_goes_wrong_in_the_program_is_not_failed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def breaks(*_: object, **__: object) -> None:
        raise AttributeError("a fault of ours")

    monkeypatch.setattr(program, "verify_file", breaks)
    assert main([str(folder / "good.asice"), "--trust", str(folder / "trust")]) == INTERNAL == CANNOT_RUN
    told = capsys.readouterr()
    assert told.out == ""
    assert "Nothing was verified" in told.err


@pytest.mark.parametrize("log", ["http://archive.test/api/v1/log", "nowhere"])
def test_a_log_that_is_no_folder_is_wrong_use(
    log: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    assert main(["good.asice", "--trust", "trust", "--log", log]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--log" in told.err
