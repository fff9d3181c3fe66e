"""A registry of many parties among which those of the evaluation pages are hidden, with namesakes on purpose."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from archive.identifiers import identifies
from archive.registry import NewClaim, NewParty

LANGUAGES = ("pl", "it", "es", "en", "de", "ru", "he", "th")
ROLES = ("debtor", "creditor", "assignee", "court")
_PAPER_NUMBERS = ("contract_number", "case_number", "invoice_number", "enforcement_number")

_GIVEN = {
    "pl": "Anna Jan Maria Piotr Katarzyna Krzysztof Agnieszka Andrzej Barbara Tomasz Ewa Paweł "
    "Bartłomiej Zofia Marek",
    "it": "Giuseppe Maria Marco Anna Antonio Giovanna Luigi Rosa Francesco Lucia Paolo Chiara Mario "
    "Elena Andrea",
    "es": "Carmen Antonio Begoña José Lucía Manuel Elena Javier Pilar Carlos Marta Luis Rosario Pablo Inés",
    "en": "Timothy Margaret James Sarah David Emma Peter Louise Andrew Helen Robert Jane George Alice Simon",
    "de": "Jürgen Sabine Klaus Petra Wolfgang Monika Stefan Andrea Thomas Ute Michael Heike Frank Birgit Uwe",
    "ru": "Юрий Анна Сергей Ольга Дмитрий Елена Алексей Татьяна Андрей Наталья Иван Мария Павел Ирина Олег",
    "he": "יעקב שרה משה רחל דוד לאה יוסף מרים אברהם רבקה יצחק חנה שלמה אסתר דניאל",
    "th": "สมศักดิ์ สมชาย สมหญิง วิชัย มาลี ประเสริฐ สุดา อนันต์ กัญญา ธนา พรทิพย์ ณรงค์ วารี ชัยวัฒน์ รัตนา",
}
_FAMILY = {
    "pl": "Kowalski Nowak Wiśniewski Wiśniowski Wójcik Lewandowski Zieliński Szymański Woźniak "
    "Kozłowski Mazur Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Wieczorek Jabłoński "
    "Wróbel Majewski Olszewski Stępień Malinowski",
    "it": "Rossi Rossetti Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo "
    "Conti De-Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro",
    "es": "Ibáñez García Fernández González Carreño Rodríguez López Martínez Sánchez Pérez Gómez Martín "
    "Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres",
    "en": "Ashworth Bell Ashworth-Bell Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson "
    "Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Harrison",
    "de": "Möllenkamp Möllemann Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz "
    "Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun "
    "Krüger",
    "ru": "Щербаков Щербак Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков "
    "Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов "
    "Андреев",
    "he": "אברהמי אברהם כהן לוי מזרחי פרץ ביטון דהן פרידמן מלכה אזולאי כץ יוסף דוד עמר חדד גבאי בן-דוד "
    "אדרי לביא שפירא רוזן ברק שגב",
    "th": "ปัญญาวุฒิ ปัญญา ใจดี ศรีสุข ทองดี แก้วมณี บุญมา สุขสันต์ วงศ์สวัสดิ์ รุ่งเรือง ชัยชนะ "
    "พงษ์ศักดิ์ จันทร์แก้ว ศรีสวัสดิ์ พรหมมา สายทอง มั่นคง เจริญสุข อินทร์แก้ว ดวงดี คำแก้ว "
    "ภูมิใจ นาคสุข เพชรดี",
}
_PATRONYMIC = "Эдуардович Иванович Петрович Сергеевич Алексеевич Андреевич Викторович Павлович"
_TOWNS = {
    "pl": "Łódź Kraków Poznań Lublin", "it": "Milano Torino Napoli Bari", "es": "Madrid Valencia Sevilla Bilbao",
    "en": "Leeds York Bristol Derby", "de": "Dresden Leipzig Köln Kiel", "ru": "Челябинск Казань Пермь Уфа",
    "he": "חיפה ירושלים אשדוד רעננה", "th": "กรุงเทพ เชียงใหม่ ขอนแก่น ภูเก็ต",
}  # fmt: skip
_IDENTIFIER = {
    "pl": ("pesel", 11), "it": ("partita_iva", 11), "es": ("nif", 9), "en": ("company_number", 8),
    "de": ("ust_id", 9), "ru": ("inn", 12), "he": ("tz", 9), "th": ("national_id", 13),
}  # fmt: skip
_NIF = "TRWAGMYFPDXBNJZSQVHLCKE"


@dataclass(frozen=True, slots=True)
class Family:
    """The parties of one file of the evaluation set, by role, and the numbers of its papers."""

    language: str
    parties: dict[str, NewParty]
    numbers: tuple[tuple[str, str], ...]
    principal_minor: int | None

    def claim(self, ids: dict[str, str]) -> NewClaim:
        """The claim that the file is about; `ids` are those of the parties by external id."""
        debtor = ids[f"{self.language}-debtor"]
        return NewClaim(
            number=self.numbers[0][1],
            external_id=f"{self.language}-claim",
            creditor=ids[f"{self.language}-assignee"],
            original_creditor=ids[f"{self.language}-creditor"],
            principal_minor=self.principal_minor,
            parties=((debtor, "debtor"),),
            numbers=self.numbers,
        )


def families(pages: Path) -> list[Family]:
    """What the truth of the evaluation pages says of their parties: names, identifiers, birth dates, numbers."""
    return [_family(language, sorted((pages / language).glob("*.json"))) for language in LANGUAGES]


def strangers(count: int, ours: Sequence[Family], seed: int = 20_260) -> Iterator[NewParty]:
    """So many parties that no page names, the same for the same seed.

    Among them for every debtor of ours three namesakes with another identifier and birth date, and for every firm two
    whose names begin alike.
    """
    random_ = random.Random(seed)
    made = 0
    for party in _namesakes(random_, ours):
        yield replace(party, external_id=f"stranger-{made}")
        made += 1
    while made < count:
        language = LANGUAGES[made % len(LANGUAGES)]
        yield replace(_somebody(random_, language), external_id=f"stranger-{made}")
        made += 1


def _family(language: str, truths: Sequence[Path]) -> Family:
    names: dict[str, str] = {}
    identifiers: dict[str, dict[tuple[str, str], None]] = {role: {} for role in ROLES}
    born: date | None = None
    numbers: dict[tuple[str, str], None] = {}
    principal = None
    for file in truths:
        if file.name.endswith(".degrade.json"):
            continue
        fields = json.loads(file.read_text())["fields"]
        for name, value in fields.items():
            match name.split("."):
                case ["parties", role, "name"]:
                    names.setdefault(role, value)
                case ["parties", _, "birth_date"]:
                    born = date.fromisoformat(value)
                case ["parties", role, kind]:
                    identifiers[role][kind, value] = None
                case ["iban" as kind, role]:
                    identifiers[role][kind, value] = None
                case [kind] if kind in _PAPER_NUMBERS:
                    numbers[kind, value] = None
                case ["amounts", "principal"]:
                    principal = round(float(value) * 100)
    parties = {
        role: NewParty(
            name=name,
            kind={"debtor": "person", "court": "court"}.get(role, "company"),
            external_id=f"{language}-{role}",
            identifiers=tuple(identifiers[role]),
            birth_date=born if role == "debtor" else None,
        )
        for role, name in names.items()
    }
    return Family(language, parties, tuple(numbers), principal)


def _namesakes(random_: random.Random, ours: Sequence[Family]) -> Iterator[NewParty]:
    for family in ours:
        for role, party in family.parties.items():
            stranger = _somebody(random_, family.language)
            if role == "debtor":
                for _ in range(3):
                    yield replace(_somebody(random_, family.language), name=party.name)
            elif role != "court":
                words = party.name.split()
                yield replace(stranger, name=" ".join([words[0], "Nord", *words[1:]]), kind="company")
                yield replace(
                    stranger, name=" ".join([*words[:-1], "Plus", words[-1]]), kind="company", identifiers=()
                )


def _somebody(random_: random.Random, language: str) -> NewParty:
    given, family = random_.choice(_GIVEN[language].split()), random_.choice(_FAMILY[language].split())
    parts = [family, given, random_.choice(_PATRONYMIC.split())] if language == "ru" else [given, family]
    if language == "es" or random_.random() < 0.3:
        parts.append(random_.choice(_FAMILY[language].split()))
    kind, size = _IDENTIFIER[language]
    born = date(1945, 1, 1) + timedelta(days=random_.randrange(20_000))
    town = random_.choice(_TOWNS[language].split())
    return NewParty(
        name=" ".join(parts),
        identifiers=((kind, _valid(random_, kind, size)),),
        birth_date=born,
        town=town,
        address={
            "street": f"{random_.choice(_FAMILY[language].split())} {random_.randrange(1, 190)}",
            "town": town,
        },
    )


def _valid(random_: random.Random, kind: str, size: int) -> str:
    """An identifier whose check digit holds."""
    while True:
        digits = "".join(random_.choice("0123456789") for _ in range(size))
        if kind == "pesel":
            digits = f"{random_.randrange(50, 100)}{random_.randrange(1, 13):02}15{digits[:5]}"
        elif kind == "nif":
            digits = digits[:8] + _NIF[int(digits[:8]) % 23]
        elif kind == "ust_id":
            digits = f"DE{digits}"
        if identifies(kind, digits):
            return digits
