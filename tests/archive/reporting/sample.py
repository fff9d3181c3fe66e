"""Contents of reports and exhibits, made up: papers in four scripts, pending times, extracts, twins, an erased file."""

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from archive.reporting.content import (
    CheckpointContent,
    DepositContent,
    DocumentContent,
    Erased,
    Event,
    ExhibitContent,
    ExhibitPage,
    Extract,
    KeyContent,
    PageSource,
    ReportContent,
    Scan,
    TimeProof,
    Twin,
    WitnessContent,
)
from ocr.values import Box, Kind, Word

START = datetime(2026, 11, 21, 8, 14, 5, tzinfo=UTC)
NAMES = (
    ("Bartłomiej Źrółka-Wiśniewski", "umowa pożyczki – żółć.tif"),
    ("Общество с ограниченной ответственностью «Заря»", "Договор займа № 12.pdf"),
    ("ישראל ישראלי (ת״ז 123456782)", "הסכם הלוואה (סופי) 12-2026.pdf"),
    ("บริษัท น้ำดื่มที่ปรึกษา จำกัด", "สัญญากู้เงิน ฉบับที่ ๒.pdf"),
)
KINDS: tuple[Kind, ...] = ("contract", "dunning_letter", "court_order", "correspondence")
LINES = {
    "pl": ("Umowa pożyczki nr 12/2026", "Kwota 3 044,51 zł płatna do 2 lipca"),
    "ru": ("Договор займа № 12", "Сумма 120 000,00 руб. до 1 июля"),
    "he": ("הסכם הלוואה מיום 12.3.2026", "סכום של 1,234.50 ש״ח (כולל ריבית)"),
    "th": ("สัญญากู้เงิน ฉบับที่ ๒", "จำนวนเงิน 5,000 บาท ชำระภายในวันที่"),
}


def identifier(kind: int, number: int) -> str:
    return f"0192f0c1-2b3c-7d4e-8f50-{kind:04x}{number:08x}"


def digest(text: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


@cache
def jpeg(number: int = 0, width: int = 220, height: int = 311, mode: str = "L") -> bytes:
    """A page with lines of grey bars."""
    page = Image.new(mode, (width, height), "white")
    draw = ImageDraw.Draw(page)
    for line in range(14):
        y = height * (line + 2) // 18
        draw.rectangle(
            (width // 10, y, width * (5 + (line * 7 + number) % 5) // 10, y + height // 60), fill="grey"
        )
    out = io.BytesIO()
    page.save(out, "JPEG", quality=75)
    return out.getvalue()


def proof(minutes: int = 17, time_class: str = "ordinary") -> TimeProof:
    name = "Tabellion test authority" if time_class == "test" else "Urząd Znakowania Czasem S.A."
    return TimeProof(START + timedelta(minutes=minutes), name, time_class, 1)  # type: ignore[arg-type]


def report_content(count: int = 1, *, time_class: str = "ordinary", rich: bool = False) -> ReportContent:
    """`count` papers of a file each; a rich one has everything that can be said of a paper."""
    deposits, documents = [], []
    for n in range(count):
        pending = rich and n % 4 == 3
        deposits.append(_deposit(n, None if pending else proof(17, time_class), rich))
        documents.append(_document(n, rich))
    return ReportContent(
        archive="Archiwum Kredytus",
        archive_id=identifier(0, 0),
        origin="archive.example/kredytus",
        zone=ZoneInfo("Europe/Warsaw"),
        checkpoint=CheckpointContent(51_002, digest("root"), START + timedelta(hours=3)),
        documents=tuple(documents),
        deposits=tuple(deposits),
        witnesses=(WitnessContent("auditor.example/witness", START + timedelta(hours=4)),) if rich else (),
        keys=(KeyContent("seal", digest("seal")), KeyContent("log", digest("log"))),
        matter="KM 1234/26" if rich else None,
    )


def _deposit(n: int, time: TimeProof | None, rich: bool) -> DepositContent:
    seq = 48_000 + 10 * n
    extract = rich and n % 4 == 1
    return DepositContent(
        number=n + 1,
        deposit=identifier(1, n),
        path=f"documents/{n + 1}/{'extract.pdf' if extract else 'original.tif'}",
        size=1_234_567 + n,
        sha256=digest(f"original {n}"),
        sha512=digest(f"original {n}", "sha512"),
        manifest=digest(f"manifest {n}"),
        received_at=START + timedelta(minutes=n),
        entry=seq,
        time=time,
        events=(Event(START + timedelta(minutes=n), "receive", seq, "station"),),
        file_name=NAMES[n % 4][1],
        station="skaner-3" if rich else None,
        extract=Extract(digest("whole"), START, (2, 4), 7, redacted=True) if extract else None,
        twins=(Twin(identifier(1, 900 + n), START + timedelta(days=1), proof(1500)),)
        if rich and n % 4 == 2
        else (),
    )


def _document(n: int, rich: bool) -> DocumentContent:
    seq = 48_001 + 10 * n
    pages = 1 if n % 2 == 0 else 12
    moments = [
        Event(START + timedelta(minutes=n, seconds=20 * k), kind, seq + k, reason)
        for k, (kind, reason) in enumerate(
            [("compose", "initial"), ("read", None), ("link", "by-identifier"), ("correct", "by-hand")]
        )
    ]
    return DocumentContent(
        number=n + 1,
        document=identifier(2, n),
        kind=KINDS[n % 4],
        page_count=pages,
        deposits=(n,),
        events=tuple(moments),
        thumbs=tuple(lambda k=k: jpeg(k) for k in range(pages)),
        parties=NAMES[n % 4][:1],
        dated=date(2026, 3, 12),
        exhibit=n + 1,
        erased=(Erased(identifier(1, 800), START, 47_000),) if rich and n % 4 == 2 else (),
    )


def words(language: str) -> tuple[Word, ...]:
    """The two lines of that language, eight times, where a reader would have found them."""
    found = []
    right_to_left = language == "he"
    for number, line in enumerate(LINES[language] * 8):
        x = 0.9 if right_to_left else 0.1
        for text in line.split(" "):
            width = 0.014 * len(text)
            left = x - width if right_to_left else x
            box = Box(left, 0.1 + 0.05 * number, left + width, 0.125 + 0.05 * number)
            found.append(Word(text, box, 0.95, number, 0))
            x = left - 0.02 if right_to_left else left + width + 0.02
    return tuple(found)


def exhibit_content(language: str = "pl", count: int = 1, picture: bytes | None = None) -> ExhibitContent:
    """Pages that all read the same."""
    scan = Scan(picture or jpeg(0, 1240, 1754), 595.2, 841.9, words(language))
    return ExhibitContent(
        archive="Archiwum Kredytus",
        document=identifier(2, 0),
        title=f"Contract, 12 March 2026 · {NAMES[list(LINES).index(language)][0]}",
        made_at=START + timedelta(hours=3),
        pages=tuple(
            ExhibitPage(lambda: scan, PageSource(identifier(1, 0), n + 1, digest("original 0")))
            for n in range(count)
        ),
        number=1,
        language=language,
    )
