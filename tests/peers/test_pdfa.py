"""veraPDF accepts what we write as PDF/A-2b, and poppler reads every script in it."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from archive.reporting import exhibit_pdf, report_pdf
from tests.archive.reporting.sample import LINES, NAMES, exhibit_content, jpeg, report_content
from tests.peers.verapdf import judge, needs_verapdf

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("verapdf")]
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
# Poppler puts marks of direction around what runs right to left.
_UNSEEN = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f"))


def _picture(mode: str, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg(0, 620, 877))).convert(mode).save(out, kind, **options)
    return out.getvalue()


@needs_verapdf
def test_verapdf_accepts_every_paper(tmp_path: Path):
    papers = {
        f"report-{language}-{count}": report_pdf(report_content(count, rich=count > 1), language)
        for language in ("en", "pl", "it")
        for count in (1, 20)
    }
    papers |= {f"exhibit-{each}": exhibit_pdf(exhibit_content(each, 2), "en") for each in LINES}
    pictures = {
        "group4": _picture("1", "TIFF", compression="group4"),
        "grey": _picture("L", "PNG"),
        "colour": _picture("RGB", "JPEG", progressive=True),
        "transparent": _picture("RGBA", "PNG"),
    }
    papers |= {
        f"exhibit-{name}": exhibit_pdf(exhibit_content("pl", 1, picture), "it")
        for name, picture in pictures.items()
    }
    # One of them is broken, so that the judge is seen to refuse as well.
    right = report_pdf(report_content(), "en")
    papers["broken"] = right.replace(b"/GTS_PDFA1", b"/GTS_NOTHIN").replace(
        b"<pdfaid:part>2", b"<pdfaid:part>1"
    )
    for name, data in papers.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    said = judge(sorted(tmp_path.iterdir()))
    opinions = {line.split()[1]: line.split()[2:] for line in said if line.startswith("file ")}
    assert opinions.pop("broken.pdf") == ["1b", "broken"]
    assert opinions == {f"{name}.pdf": ["2b", "compliant"] for name in papers if name != "broken"}
    assert all(line.startswith("rule broken.pdf ") for line in said if line.startswith("rule "))


def _read(data: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, timeout=60, check=True)
    return " ".join(done.stdout.decode().translate(_UNSEEN).split())


@needs_poppler
@pytest.mark.parametrize("language", LINES)
def test_poppler_finds_the_words_of_a_scan(language: str, tmp_path: Path):
    text = _read(exhibit_pdf(exhibit_content(language), "en"), tmp_path)
    # Of a number among right-to-left words, poppler puts the space on the wrong side, whoever wrote the file.
    spaced = language != "he"
    for line in LINES[language]:
        assert line in text if spaced else line.replace(" ", "") in text.replace(" ", "")


@needs_poppler
def test_poppler_finds_names_of_every_script(tmp_path: Path):
    text = _read(report_pdf(report_content(4), "en"), tmp_path)
    for party, file in (NAMES[0], NAMES[1], NAMES[3]):
        assert party in text
        assert file in text
    assert "ישראל ישראלי" in text
    assert "הסכם הלוואה (סופי" in text
