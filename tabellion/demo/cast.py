"""Who appears in the demo's papers: debtors, two of one name, their creditors, who bought the claims, the courts."""

import random
from dataclasses import dataclass
from datetime import date

from tabellion.demo import identifiers as make
from tabellion.demo.registry import Party


@dataclass(frozen=True, slots=True)
class Cast:
    """The parties by the part that they play. People, companies, courts and most towns are invented."""

    brzezinska: Party
    fala: Party
    jantar: Party
    court_pl: Party
    ferrante: Party
    chiara: Party
    ambra: Party
    court_it: Party
    seeblick: Party
    tidewell: Party
    marlow: Party
    amberline: Party
    court_en: Party
    cantabrica: Party

    def all(self) -> tuple[Party, ...]:
        """Every party, in a fixed order."""
        return tuple(getattr(self, name) for name in self.__slots__)


def make_cast(rng: random.Random) -> Cast:
    """The cast with identifiers and accounts drawn from `rng`."""
    return Cast(
        **_polish(rng),
        **_italian(rng),
        **_english(rng),
    )


def make_namesakes(rng: random.Random) -> tuple[Party, Party]:
    """Two debtors of one name: whose a paper is that says no more than the name, only a person can decide."""
    homes = (
        (date(1975, 5, 6), ("ul. Wiśniowa 3 m. 2", "31-212 Kraków")),
        (date(1991, 8, 23), ("ul. Lipowa 18", "50-322 Wrocław")),
    )
    one, other = (
        Party(
            external_id=f"D-{1004 + number}",
            kind="person",
            name="Tomasz Zieliński",
            address=home,
            country="PL",
            identifiers=(("pesel", make.make_pesel(rng, birth, female=False)),),
            birth_date=birth,
        )
        for number, (birth, home) in enumerate(homes)
    )
    return one, other


def _polish_company(rng: random.Random, external_id: str, name: str, address: tuple[str, ...]) -> Party:
    return Party(
        external_id=external_id,
        kind="company",
        name=name,
        address=address,
        country="PL",
        identifiers=(
            ("nip", make.make_nip(rng)),
            ("regon", make.make_regon(rng)),
            ("krs", make.make_krs(rng)),
        ),
        ibans=(make.polish_iban(rng),),
    )


def _polish(rng: random.Random) -> dict[str, Party]:
    birth = date(1984, 3, 17)
    return {
        "brzezinska": Party(
            external_id="D-1001",
            kind="person",
            name="Małgorzata Brzezińska",
            address=("ul. Źródlana 14 m. 7", "61-482 Poznań"),
            country="PL",
            identifiers=(("pesel", make.make_pesel(rng, birth, female=True)),),
            ibans=(make.polish_iban(rng),),
            birth_date=birth,
        ),
        "fala": _polish_company(rng, "C-2001", "Fala Telekom S.A.", ("ul. Portowa 118", "80-244 Gdańsk")),
        "jantar": _polish_company(
            rng, "C-3001", "Jantar Wierzytelności Sp. z o.o.", ("al. Bursztynowa 9", "02-675 Warszawa")
        ),
        "court_pl": Party(
            external_id="X-4001",
            kind="court",
            name="Sąd Rejonowy w Borowicach",
            address=("ul. Sądowa 3", "62-140 Borowice"),
            country="PL",
        ),
    }


def _italian_company(
    rng: random.Random, external_id: str, name: str, address: tuple[str, ...], office: str
) -> Party:
    number = make.make_partita_iva(rng, office)
    return Party(
        external_id=external_id,
        kind="company",
        name=name,
        address=address,
        country="IT",
        identifiers=(("partita_iva", number), ("codice_fiscale", number)),
        ibans=(make.italian_iban(rng),),
    )


def _italian(rng: random.Random) -> dict[str, Party]:
    birth = date(1979, 11, 2)
    code = make.make_codice_fiscale("Ferrante", "Alessandro", birth, female=False, place="A952")
    return {
        "ferrante": Party(
            external_id="D-1002",
            kind="person",
            name="Alessandro Ferrante",
            address=("Via dei Tigli 27", "39100 Bolzano BZ"),
            country="IT",
            identifiers=(("codice_fiscale", code),),
            ibans=(make.italian_iban(rng),),
            birth_date=birth,
        ),
        "chiara": _italian_company(
            rng, "C-2002", "Energia Chiara S.r.l.", ("Corso della Luce 45", "38122 Trento TN"), "022"
        ),
        "ambra": _italian_company(
            rng, "C-3002", "Ambra Recupero Crediti S.p.A.", ("Via Baltica 12", "20124 Milano MI"), "015"
        ),
        "court_it": Party(
            external_id="X-4002",
            kind="court",
            name="Tribunale di Valdombra",
            address=("Piazza della Giustizia 1", "38050 Valdombra TN"),
            country="IT",
        ),
        "seeblick": Party(
            external_id="C-2003",
            kind="company",
            name="Möbelhaus Seeblick GmbH",
            address=("Uferstraße 60", "88131 Lindau (Bodensee)"),
            country="DE",
            identifiers=(("ust_id", make.make_ust_id(rng)),),
            ibans=(make.german_iban(rng),),
        ),
    }


def _british_company(
    rng: random.Random, external_id: str, name: str, address: tuple[str, ...], bank: str
) -> Party:
    return Party(
        external_id=external_id,
        kind="company",
        name=name,
        address=address,
        country="GB",
        identifiers=(
            ("company_number", f"{rng.randint(7_000_000, 14_999_999):08}"),
            ("vat", make.make_gb_vat(rng)),
        ),
        ibans=(make.british_iban(rng, bank),),
    )


def _english(rng: random.Random) -> dict[str, Party]:
    return {
        "tidewell": _british_company(
            rng, "D-1003", "Tidewell Joinery Ltd", ("Unit 6, Old Ropeworks", "Saltmere", "SM4 7QX"), "TDWL"
        ),
        "marlow": _british_company(
            rng, "C-2004", "Marlow & Finch Timber Ltd", ("12 Sawmill Lane", "Ashcombe", "AC2 9RD"), "MFTB"
        ),
        "amberline": _british_company(
            rng, "C-3003", "Amberline Receivables Ltd", ("3 Harbour Court", "Bristol", "BS1 9ZZ"), "AMBR"
        ),
        "court_en": Party(
            external_id="X-4003",
            kind="court",
            name="The County Court at Saltmere",
            address=("Castle Street", "Saltmere", "SM1 1AA"),
            country="GB",
        ),
        "cantabrica": Party(
            external_id="C-2005",
            kind="company",
            name="Maderas Cantábrica S.L.",
            address=("Polígono El Robledal, nave 8", "39600 Camargo (Cantabria)"),
            country="ES",
            identifiers=(("cif", make.make_cif(rng, "B", "39")),),
            ibans=(make.spanish_iban(rng),),
        ),
    }
