"""The Polish case: a telephone contract, two unpaid invoices, a reminder, an assignment, a payment order, a payment."""

import random
from datetime import date, timedelta
from decimal import Decimal

from tabellion.demo.cases import Case, Invoice, TriedCase
from tabellion.demo.drafts import Draft, Format, address, invoice_grid, money_grid
from tabellion.demo.identifiers import spaced
from tabellion.demo.letter import (
    Break,
    Clause,
    Facts,
    Grid,
    House,
    Letter,
    Signature,
    Signatures,
    Stamp,
    Text,
)
from tabellion.demo.registry import Party
from tabellion.demo.weathering import Scan

FORM = Format("pl", "PLN", "d MMMM yyyy 'r.'")


def drafts(case: TriedCase, rng: random.Random) -> tuple[Draft, ...]:
    """The papers of the case, oldest first."""
    first, second = case.invoices
    return (
        _contract(case, rng),
        _invoice(case, first, "02", None),
        _invoice(case, second, "03", None),
        _reminder(case),
        _assignment(case),
        _demand(case),
        _order(case),
        _payment(case, rng),
    )


def _company_foot(party: Party, court: str, capital: str) -> tuple[str, ...]:
    return (
        f"{party.name}, {', '.join(party.address)}. Kapitał zakładowy {capital}, wpłacony w całości.",
        f"KRS {party.identifier('krs')} ({court}), NIP {party.identifier('nip')}, "
        f"REGON {party.identifier('regon')}",
    )


def _fala(case: TriedCase) -> House:
    return House(
        name=case.creditor.name,
        strap="Internet, telewizja i telefon od 1998 roku",
        colour="#0b5d74",
        mark="wave",
        header="band",
        contact=("Obsługa klienta 58 000 11 22", "kontakt@fala-telekom.example", "www.fala-telekom.example"),
        foot=_company_foot(case.creditor, "Sąd Rejonowy w Gdańsku", "12 400 000,00 zł"),
    )


def _jantar(case: Case) -> House:
    return House(
        name=case.present.name,
        strap="Zarządzanie wierzytelnościami",
        colour="#8a5a0f",
        mark="drop",
        header="mark",
        contact=(*case.present.address, "tel. 22 000 44 10", "listy@jantar.example"),
        foot=_company_foot(case.present, "Sąd Rejonowy w Warszawie", "5 000 000,00 zł"),
    )


def _court(court: Party) -> House:
    return House(
        name=court.name,
        strap="I Wydział Cywilny",
        colour="#3a3a3a",
        mark="court",
        header="centred",
        contact=(),
        foot=(f"{court.name}, {', '.join(court.address)}",),
        face="serif",
    )


def _contract(case: TriedCase, rng: random.Random) -> Draft:
    debtor, creditor = case.debtor, case.creditor
    device = case.invoices[0].lines[2]
    fee = case.invoices[0].lines[0]
    letter = Letter(
        house=_fala(case),
        recipient=(),
        place_and_date=f"Poznań, dnia {FORM.day(case.contract_date)}",
        references=(("Numer umowy", case.contract), ("Punkt sprzedaży", "Poznań 3")),
        recipient_side="right",
        subject=f"Umowa o świadczenie usług telekomunikacyjnych\nnr {case.contract}",
        subject_centred=True,
        language="pl",
        page_word="strona",
        body=(
            Text(
                f"zawarta w Poznaniu dnia {FORM.day(case.contract_date)} pomiędzy <b>{creditor.name}</b> "
                f"z siedzibą w Gdańsku, {', '.join(creditor.address)}, NIP {creditor.identifier('nip')}, "
                f"REGON {creditor.identifier('regon')}, zwaną dalej <b>Operatorem</b>, a:",
                "legal",
            ),
            Facts(
                (
                    ("Abonent", debtor.name),
                    ("Adres zamieszkania", ", ".join(debtor.address)),
                    ("PESEL", debtor.identifier("pesel")),
                    ("Rachunek abonenta", spaced(debtor.iban)),
                ),
                framed=True,
            ),
            Clause(
                "§ 1. Przedmiot umowy",
                (
                    "1. Operator zobowiązuje się świadczyć na rzecz Abonenta usługi dostępu do internetu, telewizji "
                    "i telefonii ruchomej w taryfie „Fala Dom 600”, a Abonent zobowiązuje się do zapłaty "
                    "wynagrodzenia na zasadach określonych w niniejszej umowie i w Regulaminie.",
                    "2. Adres zakończenia sieci jest tożsamy z adresem zamieszkania Abonenta.",
                    "3. Wraz z usługą Operator wydaje Abonentowi telefon Sonar X5. Cena telefonu płatna jest "
                    "w 24 równych ratach; do zapłaty ostatniej raty telefon pozostaje własnością Operatora.",
                ),
            ),
            Clause(
                "§ 2. Opłaty",
                ("1. Opłaty miesięczne wynoszą (kwoty netto, do których dolicza się podatek VAT 23%):",),
            ),
            Grid(
                heads=("Opłata", "Okres", "Kwota netto"),
                rows=(
                    ("Abonament „Fala Dom 600”", "miesiąc", FORM.money(fee.price)),
                    ("Rata za telefon Sonar X5", "24 miesiące", FORM.money(device.price)),
                    ("Aktywacja", "jednorazowo", FORM.money(Decimal("49.00"))),
                ),
                totals=(),
                widths=(0.5, 0.25, 0.25),
                figures_from=2,
            ),
            Clause(
                "§ 3. Faktury i terminy płatności",
                (
                    "1. Faktura VAT wystawiana jest z dołu za każdy okres rozliczeniowy i doręczana Abonentowi "
                    "w formie wybranej w zamówieniu.",
                    "2. Termin płatności wynosi 14 dni od dnia wystawienia faktury. Za dzień zapłaty uważa się dzień "
                    f"uznania rachunku Operatora nr {spaced(creditor.iban)}.",
                    "3. Za opóźnienie Operator może naliczyć odsetki ustawowe za opóźnienie.",
                ),
            ),
            Clause(
                "§ 4. Okres obowiązywania",
                (
                    "1. Umowa zostaje zawarta na czas oznaczony 24 miesięcy, licząc od dnia aktywacji usług.",
                    "2. W razie rozwiązania umowy przed upływem tego okresu z winy Abonenta Operator może żądać "
                    "zwrotu przyznanej ulgi, pomniejszonej o jej proporcjonalną wartość za okres od dnia zawarcia "
                    "umowy do dnia jej rozwiązania, a pozostałe raty za telefon stają się natychmiast wymagalne.",
                ),
            ),
            Clause(
                "§ 5. Przelew wierzytelności",
                (
                    "Operator może przenieść na osobę trzecią wymagalne wierzytelności wynikające z niniejszej "
                    "umowy. O przelewie Abonent zostanie zawiadomiony na piśmie.",
                ),
            ),
            Clause(
                "§ 6. Postanowienia końcowe",
                (
                    "1. Zmiany umowy wymagają formy, w jakiej została zawarta. W sprawach nieuregulowanych stosuje "
                    "się przepisy Prawa komunikacji elektronicznej oraz Kodeksu cywilnego.",
                    "2. Umowę sporządzono w dwóch jednobrzmiących egzemplarzach, po jednym dla każdej ze stron. "
                    "Abonent potwierdza odbiór Regulaminu, Cennika i telefonu.",
                ),
            ),
            Signatures(
                (
                    Signature("Tomasz Wrzesień", "w imieniu Operatora", "Tomasz Wrzesień"),
                    Signature(debtor.name, "Abonent", debtor.name),
                )
            ),
        ),
        stamps=(Stamp(("FALA TELEKOM S.A.", "Punkt sprzedaży Poznań 3", "ul. Targowa 2"), 2, 84, 205, 4),),
    )
    scan = Scan("pdf", colour=True, skew=rng.uniform(0.6, 1.0), holes=True, uneven=0.10)
    return Draft("01-umowa", "contract", "pl", case.contract_date, case, letter, scan)


def _invoice(case: TriedCase, invoice: Invoice, order: str, scan: Scan | None) -> Draft:
    creditor = case.creditor
    letter = Letter(
        house=_fala(case),
        recipient=address(case.debtor),
        place_and_date="",
        references=(
            ("Data wystawienia", FORM.short(invoice.issued)),
            ("Termin płatności", FORM.short(invoice.due)),
            ("Numer umowy", case.contract),
            ("Sprzedawca NIP", creditor.identifier("nip")),
        ),
        subject=f"Faktura VAT nr {invoice.number}",
        language="pl",
        page_word="strona",
        body=(
            Facts(
                (
                    ("Sprzedawca", f"{creditor.name}, {', '.join(creditor.address)}"),
                    ("Nabywca", f"{case.debtor.name}, {', '.join(case.debtor.address)}"),
                )
            ),
            invoice_grid(
                invoice,
                FORM,
                ("Nazwa usługi lub towaru", "Ilość", "J.m.", "Cena netto", "Wartość netto"),
                ("Razem netto", f"Podatek VAT {invoice.rate}%", "Do zapłaty"),
            ),
            Facts(
                (
                    ("Do zapłaty", FORM.money(invoice.total)),
                    ("Termin płatności", FORM.day(invoice.due)),
                    ("Rachunek bankowy", spaced(creditor.iban)),
                    ("Tytuł przelewu", f"{invoice.number}, umowa {case.contract}"),
                ),
                framed=True,
            ),
            Text(
                "Brak wpłaty w terminie może skutkować ograniczeniem świadczenia usług oraz naliczeniem odsetek "
                "ustawowych za opóźnienie. Faktura wystawiona elektronicznie, nie wymaga podpisu.",
                "small",
            ),
        ),
    )
    return Draft(f"{order}-faktura", "invoice", "pl", invoice.issued, case, letter, scan)


def _reminder(case: TriedCase) -> Draft:
    dated = date(2023, 12, 11)
    deadline = dated + timedelta(days=14)
    first, second = case.invoices
    interest = case.interest(dated)
    letter = Letter(
        house=_fala(case),
        recipient=address(case.debtor, "Szanowna Pani"),
        recipient_side="right",
        place_and_date=f"Gdańsk, {FORM.day(dated)}",
        references=(("Numer umowy", case.contract), ("Nasz znak", "DW/UP/2023")),
        subject="Upomnienie – zaległość w płatnościach",
        language="pl",
        page_word="strona",
        body=(
            Text("Szanowna Pani,"),
            Text(
                f"uprzejmie przypominamy, że do dnia {FORM.day(dated)} nie odnotowaliśmy zapłaty za faktury "
                "wymienione poniżej. Prosimy o uregulowanie zaległości wraz z odsetkami."
            ),
            money_grid(
                ("Tytuł", "Kwota"),
                (
                    (
                        f"Faktura {first.number}, termin płatności {FORM.short(first.due)}",
                        FORM.money(first.total),
                    ),
                    (
                        f"Faktura {second.number}, termin płatności {FORM.short(second.due)}",
                        FORM.money(second.total),
                    ),
                    (
                        f"Odsetki ustawowe za opóźnienie {FORM.rate(case.interest_rate)} od "
                        f"{FORM.short(case.interest_from)}",
                        FORM.money(interest),
                    ),
                ),
                ("Razem do zapłaty", FORM.money(case.principal + interest)),
            ),
            Facts(
                (
                    ("Kwota do zapłaty", FORM.money(case.principal + interest)),
                    ("Zapłata do dnia", FORM.day(deadline)),
                    ("Rachunek bankowy", spaced(case.creditor.iban)),
                ),
                framed=True,
            ),
            Text(
                "Jeżeli zapłata nie nastąpi w wyznaczonym terminie, rozwiążemy umowę ze skutkiem natychmiastowym, "
                "a sprawę przekażemy do windykacji. Gdyby wpłata została dokonana w ostatnich dniach, "
                "prosimy uznać to pismo za niebyłe i przesłać potwierdzenie przelewu."
            ),
            Text("Z poważaniem"),
            Signatures((Signature("Agnieszka Młynarczyk", "Dział Należności", "Agnieszka Młynarczyk"),)),
        ),
        stamps=(Stamp(("OTRZYMANO", "14 GRU 2023"), 1, 164, 216, -7, "#a02626"),),
    )
    scan = Scan("pdf", colour=True, skew=-1.4, folds=True, stain=True, uneven=0.14)
    return Draft("04-upomnienie", "dunning_letter", "pl", dated, case, letter, scan)


def _assignment(case: TriedCase) -> Draft:
    dated, assigned = date(2024, 2, 5), date(2024, 1, 31)
    interest = case.interest(assigned)
    creditor, present = case.creditor, case.present
    letter = Letter(
        house=_jantar(case),
        recipient=address(case.debtor, "Pani"),
        recipient_side="right",
        place_and_date=f"Warszawa, {FORM.day(dated)}",
        references=(("Numer sprawy", case.number), ("Numer umowy", case.contract)),
        subject="Zawiadomienie o przelewie wierzytelności",
        language="pl",
        page_word="strona",
        body=(
            Text("Szanowna Pani,"),
            Text(
                f"działając na podstawie art. 512 Kodeksu cywilnego zawiadamiamy, że na mocy umowy przelewu z dnia "
                f"{FORM.day(assigned)} <b>{creditor.name}</b> (NIP {creditor.identifier('nip')}) przeniosła na rzecz "
                f"<b>{present.name}</b> (NIP {present.identifier('nip')}, KRS {present.identifier('krs')}) "
                f"wierzytelność wobec Pani wynikającą z umowy o świadczenie usług telekomunikacyjnych "
                f"nr {case.contract} z dnia {FORM.day(case.contract_date)}, wraz z odsetkami i innymi prawami."
            ),
            Text(f"Stan wierzytelności na dzień {FORM.day(assigned)}:"),
            money_grid(
                ("Składnik", "Kwota"),
                (
                    *(
                        (f"Faktura {item.number} z dnia {FORM.short(item.issued)}", FORM.money(item.total))
                        for item in case.invoices
                    ),
                    ("Odsetki ustawowe za opóźnienie", FORM.money(interest)),
                ),
                ("Razem", FORM.money(case.principal + interest)),
            ),
            Text("Od dnia otrzymania tego zawiadomienia prosimy o dokonywanie wpłat wyłącznie na rachunek:"),
            Facts(
                (
                    ("Odbiorca", present.name),
                    ("Rachunek bankowy", spaced(present.iban)),
                    ("Tytuł przelewu", case.number),
                ),
                framed=True,
            ),
            Text(
                "Administratorem Pani danych osobowych jest od dnia przelewu nowy wierzyciel. Informację o "
                "przetwarzaniu danych zamieszczamy na odwrocie oraz na stronie www.jantar.example/rodo.",
                "small",
            ),
            Signatures(
                (
                    Signature("Paweł Gródecki", f"w imieniu {creditor.name}"),
                    Signature("Ewa Świętochowska", f"w imieniu {present.name}"),
                )
            ),
        ),
    )
    return Draft("05-zawiadomienie-o-cesji", "assignment_notice", "pl", dated, case, letter)


def _demand(case: TriedCase) -> Draft:
    dated = date(2024, 4, 8)
    interest = case.interest(dated)
    letter = Letter(
        house=_jantar(case),
        recipient=address(case.debtor, "Pani"),
        recipient_side="right",
        place_and_date=f"Warszawa, {FORM.day(dated)}",
        references=(("Numer sprawy", case.number), ("Prowadzi", "K. Jaśkiewicz")),
        subject="Ostateczne przedsądowe wezwanie do zapłaty",
        language="pl",
        page_word="strona",
        body=(
            Text("Szanowna Pani,"),
            Text(
                f"wobec bezskuteczności dotychczasowych wezwań wzywamy do zapłaty należności wynikającej z umowy "
                f"nr {case.contract}, nabytej od {case.creditor.name}, w nieprzekraczalnym terminie do dnia "
                f"<b>{FORM.day(dated + timedelta(days=10))}</b>."
            ),
            money_grid(
                ("Należność", "Kwota"),
                (
                    ("Należność główna", FORM.money(case.principal)),
                    (
                        f"Odsetki ustawowe za opóźnienie od {FORM.short(case.interest_from)} do {FORM.short(dated)}",
                        FORM.money(interest),
                    ),
                ),
                ("Łącznie do zapłaty", FORM.money(case.principal + interest)),
            ),
            Facts(
                (
                    ("Kwota", FORM.money(case.principal + interest)),
                    ("Rachunek bankowy", spaced(case.present.iban)),
                    ("Tytuł przelewu", case.number),
                ),
                framed=True,
            ),
            Text(
                "Brak wpłaty spowoduje skierowanie sprawy na drogę postępowania sądowego bez dalszych wezwań. "
                "Obciążą Panią wówczas koszty procesu, w tym opłata sądowa i koszty zastępstwa, a po uzyskaniu "
                "tytułu wykonawczego również koszty egzekucji komorniczej."
            ),
            Text(
                "Jeżeli jednorazowa spłata nie jest możliwa, prosimy o kontakt: rozłożymy należność na raty. "
                "Na raty przystajemy zwykle w ciągu jednego dnia."
            ),
            Text("Z poważaniem"),
            Signatures(
                (Signature("Krystyna Jaśkiewicz", "Specjalista ds. polubownych", "Krystyna Jaśkiewicz"),)
            ),
        ),
    )
    scan = Scan("pdf", colour=False, skew=0.8, folds=True, uneven=0.12)
    return Draft("06-wezwanie-do-zaplaty", "dunning_letter", "pl", dated, case, letter, scan)


def _order(case: TriedCase) -> Draft:
    dated = date(2024, 9, 19)
    debtor, present = case.debtor, case.present
    letter = Letter(
        house=_court(case.court),
        recipient=(),
        place_and_date=f"Sygn. akt {case.case_number}",
        recipient_side="right",
        subject="NAKAZ ZAPŁATY\nw postępowaniu upominawczym",
        subject_centred=True,
        language="pl",
        page_word="strona",
        body=(
            Text(f"Borowice, dnia {FORM.day(dated)}", "centre"),
            Text(
                f"{case.court.name}, I Wydział Cywilny, w składzie: Przewodniczący – asesor sądowy Hanna Żuławska, "
                f"po rozpoznaniu w dniu {FORM.day(dated)} na posiedzeniu niejawnym sprawy z powództwa "
                f"<b>{present.name}</b> z siedzibą w Warszawie (KRS {present.identifier('krs')}, NIP "
                f"{present.identifier('nip')}) przeciwko <b>{debtor.name}</b> (PESEL "
                f"{debtor.identifier('pesel')}), zamieszkałej: {', '.join(debtor.address)}, o zapłatę",
                "legal",
            ),
            Text("nakazuje", "title"),
            Text(
                "pozwanej, aby w ciągu dwóch tygodni od doręczenia niniejszego nakazu zapłaciła powodowi:",
                "legal",
            ),
            Facts(
                (
                    ("Należność główna", FORM.money(case.principal)),
                    (
                        "Odsetki",
                        f"ustawowe za opóźnienie od dnia {FORM.day(case.interest_from)} do dnia zapłaty",
                    ),
                    ("Koszty procesu", FORM.money(case.costs)),
                )
            ),
            Text(
                f"to jest kwotę <b>{FORM.money(case.principal)}</b> wynikającą z umowy nr {case.contract} wraz z "
                f"odsetkami ustawowymi za opóźnienie liczonymi od dnia {FORM.day(case.interest_from)} do dnia "
                f"zapłaty oraz kwotę <b>{FORM.money(case.costs)}</b> tytułem zwrotu kosztów procesu, w tym kwotę "
                "900,00 zł tytułem zwrotu kosztów zastępstwa procesowego, albo aby wniosła w tym terminie "
                "sprzeciw do tutejszego Sądu.",
                "legal",
            ),
            Signatures((Signature("Hanna Żuławska", "asesor sądowy", "Hanna Żuławska"),)),
            Text(
                "Na oryginale właściwy podpis. Za zgodność z oryginałem: sekretarz sądowy Iwona Kłos.",
                "small",
            ),
            Break(),
            Text("Pouczenie", "title"),
            Text(
                "1. Pozwany, który chce podważyć nakaz zapłaty, powinien wnieść do Sądu sprzeciw w terminie dwóch "
                "tygodni od dnia doręczenia nakazu. W sprzeciwie należy wskazać, czy nakaz zaskarża się w całości, "
                "czy w części, oraz przedstawić zarzuty, fakty i dowody.",
                "legal",
            ),
            Text(
                "2. W razie prawidłowego wniesienia sprzeciwu nakaz zapłaty traci moc w zaskarżonej części. Nakaz, "
                "od którego sprzeciwu nie wniesiono, ma skutki prawomocnego wyroku.",
                "legal",
            ),
            Text(
                "3. Sprzeciw podlega odrzuceniu, jeżeli został wniesiony po terminie, jest niedopuszczalny z innych "
                "przyczyn albo zawiera braki, których pozwany nie usunął mimo wezwania.",
                "legal",
            ),
            Text(
                "4. Strona ma obowiązek zawiadamiać Sąd o każdej zmianie miejsca zamieszkania. W razie "
                "zaniedbania tego obowiązku pismo pozostawia się w aktach ze skutkiem doręczenia, chyba że nowy "
                "adres jest Sądowi znany.",
                "legal",
            ),
            Text(
                "5. Niezależnie od wniesienia sprzeciwu strony mogą w każdym czasie zawrzeć ugodę, także przed "
                "mediatorem. Koszty mediacji, do której skierował Sąd, wchodzą w skład kosztów procesu.",
                "legal",
            ),
        ),
        stamps=(
            Stamp(("SĄD REJONOWY", "w Borowicach", "I Wydział Cywilny"), 1, 92, 78, -8, "#7d1d2b", "round"),
        ),
    )
    scan = Scan("tiff", colour=False, skew=-0.7, dpi=300)
    return Draft("07-nakaz-zaplaty", "court_order", "pl", dated, case, letter, scan)


def _payment(case: TriedCase, rng: random.Random) -> Draft:
    house = House(
        name="Bank Nadwarciański S.A.",
        strap="Bankowość elektroniczna",
        colour="#20456e",
        mark="bank",
        header="mark",
        contact=("Infolinia 61 000 77 00", "www.nadwarcianski.example"),
        foot=(
            "Dokument wygenerowany elektronicznie na podstawie art. 7 Prawa bankowego.",
            "Nie wymaga podpisu ani stempla.",
        ),
    )
    letter = Letter(
        house=house,
        recipient=(),
        place_and_date=f"Data wydruku: {FORM.short(case.paid_on)}",
        references=(("Numer operacji", f"{case.paid_on:%Y%m%d}-{rng.randint(100000, 999999)}"),),
        recipient_side="right",
        subject="Potwierdzenie wykonania przelewu",
        language="pl",
        page_word="strona",
        body=(
            Facts(
                (
                    ("Kwota przelewu", FORM.money(case.paid)),
                    ("Data księgowania", FORM.day(case.paid_on)),
                    ("Status", "zrealizowany"),
                ),
                framed=True,
            ),
            Text("<b>Nadawca</b>"),
            Facts(
                (
                    ("Imię i nazwisko", case.debtor.name),
                    ("Adres", ", ".join(case.debtor.address)),
                    ("Rachunek", spaced(case.debtor.iban)),
                )
            ),
            Text("<b>Odbiorca</b>"),
            Facts(
                (
                    ("Nazwa", case.present.name),
                    ("Adres", ", ".join(case.present.address)),
                    ("Rachunek", spaced(case.present.iban)),
                    ("Tytuł przelewu", f"Wpłata częściowa, sprawa {case.number}, {case.case_number}"),
                )
            ),
            Text(
                "Bank potwierdza wykonanie powyższej dyspozycji. Przelew został rozliczony w systemie Elixir. "
                "Potwierdzenie wygenerowane na życzenie klienta.",
                "small",
            ),
        ),
    )
    return Draft("08-potwierdzenie-przelewu", "payment_confirmation", "pl", case.paid_on, case, letter)


def by_name_alone(case: Case) -> Draft:
    """A letter that names its debtor and nothing that tells him from a namesake but, in a sentence, his town."""
    dated = date(2024, 11, 12)
    letter = Letter(
        house=_jantar(case),
        recipient=(f"Pan {case.debtor.name}", "do rąk własnych"),
        recipient_side="right",
        place_and_date=f"Warszawa, {FORM.day(dated)}",
        subject="Potwierdzenie rozmowy telefonicznej",
        language="pl",
        page_word="strona",
        body=(
            Text("Szanowny Panie,"),
            Text(
                "dziękujemy za dzisiejszą rozmowę. Zgodnie z Pana prośbą rozważymy rozłożenie zaległości na "
                "sześć miesięcznych rat; odpowiemy w ciągu czternastu dni."
            ),
            Text(
                "Podczas rozmowy nie miał Pan pod ręką ani numeru sprawy, ani umowy, a oprócz nazwiska podał Pan "
                f"jedynie miasto: {case.debtor.address[-1].split(maxsplit=1)[1]}. Prosimy o przesłanie numeru "
                "sprawy, abyśmy mogli przypisać to pismo do właściwych akt."
            ),
            Text("Z poważaniem"),
            Signatures(
                (Signature("Krystyna Jaśkiewicz", "Specjalista ds. polubownych", "Krystyna Jaśkiewicz"),)
            ),
        ),
    )
    scan = Scan("pdf", colour=False, skew=-0.4, holes=True)
    return Draft("01-potwierdzenie-rozmowy", "correspondence", "pl", dated, case, letter, scan)
