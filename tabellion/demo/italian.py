"""The Italian case: electricity, two unpaid bills, reminders, an assignment, an injunction, a bank transfer."""

import random
from datetime import date, timedelta

from tabellion.demo.cases import Invoice, TriedCase
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

FORM = Format("it", "EUR", "d MMMM yyyy")


def drafts(case: TriedCase, rng: random.Random) -> tuple[Draft, ...]:
    """The papers of the case, oldest first."""
    first, second = case.invoices
    return (
        _contract(case, rng),
        _invoice(case, first, "02"),
        _invoice(case, second, "03"),
        _reminder(case),
        _assignment(case),
        _demand(case),
        _order(case),
        _payment(case, rng),
    )


def _chiara(case: TriedCase) -> House:
    creditor = case.creditor
    return House(
        name=creditor.name,
        strap="Luce e gas per la casa",
        colour="#b4541a",
        mark="sun",
        header="mark",
        contact=(*creditor.address, "Numero verde 800 000 313", "clienti@energiachiara.example"),
        foot=(
            f"{creditor.name} – sede legale {', '.join(creditor.address)} – capitale sociale € 1.200.000,00 i.v.",
            f"Partita IVA e codice fiscale {creditor.identifier('partita_iva')} – REA TN 204417 – IBAN "
            f"{spaced(creditor.iban)}",
        ),
    )


def _ambra(present: Party) -> House:
    return House(
        name=present.name,
        strap="Gestione e recupero crediti",
        colour="#5b2a6e",
        mark="drop",
        header="band",
        contact=(", ".join(present.address), "Tel. 02 0000 6180", "pratiche@ambra.example"),
        foot=(
            f"{present.name} – {', '.join(present.address)} – capitale sociale € 5.000.000,00 i.v.",
            f"Partita IVA {present.identifier('partita_iva')} – Licenza art. 115 T.U.L.P.S.",
        ),
    )


def _contract(case: TriedCase, rng: random.Random) -> Draft:
    debtor, creditor = case.debtor, case.creditor
    letter = Letter(
        house=_chiara(case),
        recipient=(),
        place_and_date=f"Bolzano, {FORM.day(case.contract_date)}",
        references=(
            ("Contratto n.", case.contract),
            ("Codice POD", f"IT001E{rng.randint(10_000_000, 99_999_999)}"),
        ),
        recipient_side="right",
        subject=f"Contratto di fornitura di energia elettrica\nn. {case.contract}",
        subject_centred=True,
        language="it",
        page_word="pagina",
        body=(
            Text(
                f"Tra <b>{creditor.name}</b>, con sede in {', '.join(creditor.address)}, partita IVA "
                f"{creditor.identifier('partita_iva')} (di seguito il <b>Fornitore</b>), e:",
                "legal",
            ),
            Facts(
                (
                    ("Cliente", debtor.name),
                    ("Nato il", FORM.day(debtor.born)),
                    ("Codice fiscale", debtor.identifier("codice_fiscale")),
                    ("Residenza e fornitura", ", ".join(debtor.address)),
                    ("Addebito su", spaced(debtor.iban)),
                ),
                framed=True,
            ),
            Text("si conviene e si stipula quanto segue.", "legal"),
            Clause(
                "Art. 1 – Oggetto",
                (
                    "Il Fornitore si obbliga a somministrare al Cliente energia elettrica per uso domestico "
                    "presso il punto di prelievo sopra indicato, con potenza impegnata di 4,5 kW, alle condizioni "
                    "economiche dell'offerta «Chiara Casa Bioraria».",
                ),
            ),
            Clause("Art. 2 – Prezzi", ("I prezzi, al netto dell'IVA e delle imposte, sono i seguenti:",)),
            Grid(
                heads=("Voce", "Unità", "Prezzo"),
                rows=(
                    ("Energia, fascia F1 (giorni feriali, ore 8–19)", "kWh", "€ 0,31"),
                    ("Energia, fasce F2 e F3 (sera, notte e festivi)", "kWh", "€ 0,27"),
                    ("Trasporto e gestione del contatore", "mese", "€ 21,45"),
                    ("Oneri di sistema", "mese", "€ 17,80"),
                ),
                totals=(),
                widths=(0.6, 0.2, 0.2),
                figures_from=2,
            ),
            Clause(
                "Art. 3 – Fatturazione e pagamento",
                (
                    "1. Le fatture sono emesse ogni due mesi sulla base dei consumi rilevati o, in mancanza, "
                    "stimati.",
                    "2. Il pagamento è dovuto entro venti giorni dall'emissione. In caso di ritardo il Cliente è "
                    f"tenuto al pagamento degli interessi di mora nella misura del {FORM.rate(case.interest_rate)} "
                    "annuo.",
                ),
            ),
            Clause(
                "Art. 4 – Durata e recesso",
                (
                    "Il contratto è a tempo indeterminato. Il Cliente può recedere in ogni momento con il "
                    "preavviso di un mese, senza oneri.",
                ),
            ),
            Clause(
                "Art. 5 – Morosità",
                (
                    "Decorsi quaranta giorni dalla costituzione in mora senza che il Cliente abbia pagato, il "
                    "Fornitore può chiedere al distributore la riduzione della potenza e, successivamente, la "
                    "sospensione della fornitura.",
                ),
            ),
            Clause(
                "Art. 6 – Cessione del credito",
                (
                    "Il Fornitore può cedere a terzi i crediti derivanti dal presente contratto, dandone notizia "
                    "scritta al Cliente ai sensi dell'art. 1264 del Codice civile.",
                ),
            ),
            Clause(
                "Art. 7 – Foro competente",
                (
                    "Per ogni controversia è competente il giudice del luogo di residenza del Cliente. Il Cliente "
                    "dichiara di avere ricevuto le Condizioni generali e la Scheda sintetica dell'offerta.",
                ),
            ),
            Signatures(
                (
                    Signature("Giulia Moser", "per il Fornitore", "Giulia Moser"),
                    Signature(debtor.name, "il Cliente", debtor.name),
                )
            ),
        ),
        stamps=(Stamp(("ENERGIA CHIARA S.r.l.", "Sportello di Bolzano"), 2, 88, 192, 5, "#5a2d8c"),),
    )
    scan = Scan("pdf", colour=True, skew=-0.9, holes=True, uneven=0.10)
    return Draft("01-contratto", "contract", "it", case.contract_date, case, letter, scan)


def _invoice(case: TriedCase, invoice: Invoice, order: str) -> Draft:
    creditor = case.creditor
    letter = Letter(
        house=_chiara(case),
        recipient=address(case.debtor, "Gentile Cliente"),
        recipient_side="right",
        place_and_date=f"Trento, {FORM.day(invoice.issued)}",
        references=(
            ("Fattura n.", invoice.number),
            ("Contratto n.", case.contract),
            ("Codice fiscale", case.debtor.identifier("codice_fiscale")),
        ),
        subject=f"Fattura n. {invoice.number} del {FORM.short(invoice.issued)}",
        language="it",
        page_word="pagina",
        body=(
            invoice_grid(
                invoice,
                FORM,
                ("Descrizione", "Quantità", "Unità", "Prezzo", "Imponibile"),
                ("Totale imponibile", f"IVA {invoice.rate}%", "Totale da pagare"),
            ),
            Facts(
                (
                    ("Totale da pagare", FORM.money(invoice.total)),
                    ("Scadenza", FORM.day(invoice.due)),
                    ("IBAN", spaced(creditor.iban)),
                    ("Intestato a", creditor.name),
                    ("Causale", f"Fattura {invoice.number}"),
                ),
                framed=True,
            ),
            Text(
                "<b>I suoi consumi.</b> Le letture sono state rilevate dal distributore. Nello stesso periodo "
                "dell'anno precedente il consumo era inferiore del 6%: consulti i consigli per risparmiare "
                "nell'area clienti."
            ),
            Text(
                "In caso di ritardato pagamento saranno addebitati gli interessi di mora previsti dal contratto. "
                "Copia della fattura elettronica inviata al Sistema di Interscambio; il documento elettronico fa "
                "fede.",
                "small",
            ),
        ),
    )
    scan = Scan("pdf", colour=False, skew=1.2, uneven=0.12) if order == "03" else None
    return Draft(f"{order}-fattura", "invoice", "it", invoice.issued, case, letter, scan)


def _reminder(case: TriedCase) -> Draft:
    dated = date(2023, 9, 18)
    interest = case.interest(dated)
    letter = Letter(
        house=_chiara(case),
        recipient=address(case.debtor, "Egregio Signor"),
        recipient_side="right",
        place_and_date=f"Trento, {FORM.day(dated)}",
        references=(("Contratto n.", case.contract), ("Nostro rif.", "SOLL-2/2023")),
        subject="Sollecito di pagamento",
        language="it",
        page_word="pagina",
        body=(
            Text("Egregio Signor Ferrante,"),
            Text(
                "da un controllo contabile risultano tuttora insolute le fatture elencate di seguito. La invitiamo a "
                f"provvedere al pagamento entro il <b>{FORM.day(dated + timedelta(days=15))}</b>."
            ),
            money_grid(
                ("Descrizione", "Importo"),
                (
                    *(
                        (
                            f"Fattura n. {item.number}, scaduta il {FORM.short(item.due)}",
                            FORM.money(item.total),
                        )
                        for item in case.invoices
                    ),
                    (
                        f"Interessi di mora {FORM.rate(case.interest_rate)} dal {FORM.short(case.interest_from)}",
                        FORM.money(interest),
                    ),
                ),
                ("Totale dovuto", FORM.money(case.principal + interest)),
            ),
            Facts(
                (("IBAN", spaced(case.creditor.iban)), ("Causale", f"Contratto {case.contract}")), framed=True
            ),
            Text(
                "Trascorso inutilmente tale termine chiederemo la sospensione della fornitura e affideremo il "
                "recupero del credito a una società specializzata, con aggravio di spese a Suo carico. Se il "
                "pagamento è già stato effettuato, voglia considerare nulla la presente."
            ),
            Text("Distinti saluti"),
            Signatures((Signature("Renzo Dalpiaz", "Ufficio crediti", "Renzo Dalpiaz"),)),
        ),
        stamps=(Stamp(("RICEVUTO", "25 SET. 2023"), 1, 164, 214, 8, "#3a5f2b"),),
    )
    scan = Scan("pdf", colour=True, skew=1.7, folds=True, uneven=0.16)
    return Draft("04-sollecito", "dunning_letter", "it", dated, case, letter, scan)


def _assignment(case: TriedCase) -> Draft:
    dated, assigned = date(2023, 12, 4), date(2023, 11, 30)
    interest = case.interest(assigned)
    creditor, present = case.creditor, case.present
    letter = Letter(
        house=_ambra(present),
        recipient=address(case.debtor, "Egregio Signor"),
        recipient_side="right",
        place_and_date=f"Milano, {FORM.day(dated)}",
        references=(("Pratica n.", case.number), ("Contratto n.", case.contract)),
        subject="Comunicazione di cessione del credito",
        language="it",
        page_word="pagina",
        body=(
            Text("Egregio Signor Ferrante,"),
            Text(
                "ai sensi e per gli effetti dell'art. 1264 del Codice civile Le comunichiamo che, con contratto "
                f"del {FORM.day(assigned)}, <b>{creditor.name}</b> (partita IVA "
                f"{creditor.identifier('partita_iva')}) ha ceduto pro soluto a <b>{present.name}</b> (partita IVA "
                f"{present.identifier('partita_iva')}) il credito vantato nei Suoi confronti in forza del "
                f"contratto di fornitura n. {case.contract} del {FORM.day(case.contract_date)}, unitamente agli "
                "interessi e a ogni accessorio."
            ),
            money_grid(
                (f"Credito ceduto al {FORM.short(assigned)}", "Importo"),
                (("Capitale", FORM.money(case.principal)), ("Interessi di mora", FORM.money(interest))),
                ("Totale", FORM.money(case.principal + interest)),
            ),
            Text(
                "Ogni pagamento dovrà d'ora in avanti essere effettuato esclusivamente a favore del cessionario:"
            ),
            Facts(
                (
                    ("Beneficiario", present.name),
                    ("IBAN", spaced(present.iban)),
                    ("Causale", f"Pratica {case.number}"),
                ),
                framed=True,
            ),
            Text(
                "Il cessionario è il nuovo titolare del trattamento dei Suoi dati personali (art. 14 del "
                "Regolamento UE 2016/679); l'informativa completa è disponibile su www.ambra.example/privacy.",
                "small",
            ),
            Signatures(
                (
                    Signature("Renzo Dalpiaz", f"per {creditor.name} (cedente)", "Renzo Dalpiaz"),
                    Signature("Caterina Bassi", f"per {present.name} (cessionario)", "Caterina Bassi"),
                )
            ),
        ),
    )
    scan = Scan("tiff", colour=False, skew=0.6, dpi=300)
    return Draft("05-cessione-del-credito", "assignment_notice", "it", dated, case, letter, scan)


def _demand(case: TriedCase) -> Draft:
    dated = date(2024, 2, 12)
    interest = case.interest(dated)
    letter = Letter(
        house=_ambra(case.present),
        recipient=address(case.debtor, "Raccomandata A.R."),
        recipient_side="right",
        place_and_date=f"Milano, {FORM.day(dated)}",
        references=(("Pratica n.", case.number),),
        subject="Diffida e costituzione in mora",
        language="it",
        page_word="pagina",
        body=(
            Text("Egregio Signor Ferrante,"),
            Text(
                f"malgrado i precedenti solleciti, la somma dovuta per il contratto n. {case.contract}, "
                f"originariamente stipulato con {case.creditor.name}, non è stata corrisposta. Con la presente, da "
                "valere quale formale costituzione in mora ai sensi dell'art. 1219 del Codice civile e quale atto "
                "interruttivo della prescrizione, La diffidiamo a versare entro quindici giorni dal ricevimento:"
            ),
            money_grid(
                ("Voce", "Importo"),
                (
                    ("Capitale", FORM.money(case.principal)),
                    (
                        f"Interessi di mora dal {FORM.short(case.interest_from)} al {FORM.short(dated)}",
                        FORM.money(interest),
                    ),
                ),
                ("Totale dovuto", FORM.money(case.principal + interest)),
            ),
            Facts(
                (
                    ("Da versare a", case.present.name),
                    ("IBAN", spaced(case.present.iban)),
                    ("Causale", f"Pratica {case.number}"),
                ),
                framed=True,
            ),
            Text(
                "In difetto, e senza ulteriore avviso, adiremo l'autorità giudiziaria per il recupero coattivo "
                "del credito, con addebito delle spese legali. Siamo disponibili a concordare un piano di rientro."
            ),
            Text("Distinti saluti"),
            Signatures((Signature("avv. Caterina Bassi", "Ufficio legale", "Caterina Bassi"),)),
        ),
    )
    return Draft("06-diffida", "dunning_letter", "it", dated, case, letter)


def _order(case: TriedCase) -> Draft:
    dated = date(2024, 7, 3)
    debtor, present = case.debtor, case.present
    interest = case.interest(dated)
    house = House(
        name=case.court.name,
        strap="Sezione civile",
        colour="#2c3a4a",
        mark="court",
        header="centred",
        contact=(),
        foot=(f"{case.court.name}, {', '.join(case.court.address)}",),
        face="serif",
    )
    letter = Letter(
        house=house,
        recipient=(),
        place_and_date=case.case_number,
        recipient_side="right",
        subject="REPUBBLICA ITALIANA\nDecreto ingiuntivo",
        subject_centred=True,
        language="it",
        page_word="pagina",
        body=(
            Text("(artt. 633 e seguenti del Codice di procedura civile)", "centre"),
            Text(
                "Il Giudice dott. Ettore Vallesi, letto il ricorso per ingiunzione depositato da "
                f"<b>{present.name}</b>, partita IVA {present.identifier('partita_iva')}, con sede in "
                f"{', '.join(present.address)}, rappresentata e difesa dall'avv. Caterina Bassi;",
                "legal",
            ),
            Text(
                f"rilevato che il credito, ceduto da {case.creditor.name} e derivante dal contratto di fornitura "
                f"n. {case.contract}, è certo, liquido ed esigibile e che dai documenti prodotti risulta provato "
                "per iscritto;",
                "legal",
            ),
            Text("ingiunge", "title"),
            Text(
                f"a <b>{debtor.name}</b>, codice fiscale {debtor.identifier('codice_fiscale')}, residente in "
                f"{', '.join(debtor.address)}, di pagare alla ricorrente, entro quaranta giorni dalla notifica del "
                "presente decreto:",
                "legal",
            ),
            money_grid(
                ("Voce", "Importo"),
                (
                    ("Somma capitale", FORM.money(case.principal)),
                    (
                        f"Interessi di mora dal {FORM.short(case.interest_from)} al {FORM.short(dated)}",
                        FORM.money(interest),
                    ),
                    ("Spese e compensi del procedimento", FORM.money(case.costs)),
                ),
                ("Totale", FORM.money(case.principal + interest + case.costs)),
            ),
            Text(
                "oltre agli interessi successivi fino al saldo, alle spese generali al 15%, IVA e CPA come per "
                "legge;",
                "legal",
            ),
            Text("avverte", "title"),
            Text(
                "il debitore che entro lo stesso termine può proporre opposizione davanti a questo Tribunale e "
                "che, in mancanza, si procederà a esecuzione forzata.",
                "legal",
            ),
            Text(f"Valdombra, {FORM.day(dated)}"),
            Signatures(
                (
                    Signature("Nives Corradini", "il Cancelliere", "Nives Corradini"),
                    Signature("dott. Ettore Vallesi", "il Giudice", "Ettore Vallesi"),
                )
            ),
            Break(),
            Text("Relazione di notificazione", "title"),
            Text(
                f"Io sottoscritto Ufficiale giudiziario addetto all'Ufficio Notificazioni del {case.court.name}, a "
                "richiesta dell'avv. Caterina Bassi, ho notificato copia conforme del decreto che precede a "
                f"<b>{debtor.name}</b>, in {', '.join(debtor.address)}, mediante consegna a mani proprie.",
                "legal",
            ),
            Facts(
                (
                    ("Procedimento", case.case_number),
                    ("Cronologico", "4471/2024"),
                    ("Data della notifica", FORM.day(dated + timedelta(days=13))),
                )
            ),
            Signatures((Signature("Sandro Pedrotti", "Ufficiale giudiziario", "Sandro Pedrotti"),)),
        ),
        stamps=(
            Stamp(("TRIBUNALE", "DI VALDOMBRA", "Cancelleria civile"), 1, 104, 52, 10, "#1f3f7a", "round"),
            Stamp(("DEPOSITATO IN CANCELLERIA", f"{dated:%d.%m.%Y}"), 1, 168, 238, -6, "#1f3f7a"),
        ),
    )
    scan = Scan("pdf", colour=True, skew=0.5, holes=True, uneven=0.08)
    return Draft("07-decreto-ingiuntivo", "court_order", "it", dated, case, letter, scan)


def _payment(case: TriedCase, rng: random.Random) -> Draft:
    house = House(
        name="Banca dell'Adige S.p.A.",
        strap="Servizi online",
        colour="#1d5a3c",
        mark="bank",
        header="mark",
        contact=("Servizio clienti 800 000 919", "www.bancadelladige.example"),
        foot=("Documento prodotto dal servizio di banca telematica su richiesta del cliente.",),
    )
    letter = Letter(
        house=house,
        recipient=(),
        place_and_date=f"Stampato il {FORM.short(case.paid_on)}",
        references=(("CRO", f"{rng.randint(10_000_000_000, 99_999_999_999)}"),),
        recipient_side="right",
        subject="Ricevuta di bonifico SEPA",
        language="it",
        page_word="pagina",
        body=(
            Facts(
                (
                    ("Importo", FORM.money(case.paid)),
                    ("Data di esecuzione", FORM.day(case.paid_on)),
                    ("Esito", "eseguito"),
                ),
                framed=True,
            ),
            Text("<b>Ordinante</b>"),
            Facts(
                (
                    ("Nome", case.debtor.name),
                    ("Indirizzo", ", ".join(case.debtor.address)),
                    ("IBAN", spaced(case.debtor.iban)),
                )
            ),
            Text("<b>Beneficiario</b>"),
            Facts(
                (
                    ("Nome", case.present.name),
                    ("IBAN", spaced(case.present.iban)),
                    ("Causale", f"Acconto pratica {case.number}, {case.case_number}"),
                )
            ),
            Text(
                "La presente ricevuta attesta l'avvenuta esecuzione del bonifico alla data sopra indicata.",
                "small",
            ),
        ),
    )
    scan = Scan("jpeg", colour=True, skew=-1.1, dpi=170, uneven=0.2)
    return Draft("08-ricevuta-bonifico", "payment_confirmation", "it", case.paid_on, case, letter, scan)
