"""What VERIFY.md says, in the languages of packages: commands are the same in all, and so are the names of files."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuideTexts:
    """The whole text with places for values, what stands over the commands for tokens, and what without any."""

    whole: str
    tokens: str
    pending: str


_ENGLISH = GuideTexts(
    """\
# How to verify this package

From the archive `{origin}`: documents: {documents}; folders: {folders}; as of entry {size} of the archive's log.

Nothing here needs the archive to be running, and nothing in the package decides whom you trust. Get the folder of
the archive's public keys (below: DIR) by a way that whoever handed you the package does not control. It holds the
certificate of the seal (`seal.pem`) and the CA of each time-stamp authority (`tsa/*.pem`).

## With the archive's own verifier
All steps, offline. The single-file program needs Python 3.11 with `cryptography` 45 and `asn1crypto` only, or later;
whoever has Tabellion's source makes it with `script/build-verifier tabellion-verify.py`.

    tabellion verify PACKAGE.asice --trust DIR
    python3 tabellion-verify.py PACKAGE.asice --trust DIR

## The seal, with openssl: who issued the package

{seal_commands}

The seal is over {manifest}, which lists every file with its SHA-256 in base64:

    openssl dgst -sha256 -binary FILE | base64

Where a certificate has ended since, openssl says so: `-attime SECONDS` asks as of a moment before (POSIX time).

## The time, with openssl: not later than
{times}

## Everything but the log, with EU DSS 6.3 or later
Open the container in a validator of EU DSS, with `ca.pem` and `seal.pem` as trusted certificates. Every evidence
record says PASSED and names its files, and the signature says TOTAL_PASSED.

## What each part proves
- Evidence records (RFC 4998): that these bytes existed not later than the time of the token.
- The log (C2SP tlog-proof): which entries the archive made of these objects, in which order, and that none of them
  was rewritten.
- The seal (CAdES): that the archive issued this package. Transfer notes, readable copies and the report are its word.
- Nothing here proves that what was scanned was true, or that the paper was an original.
""",
    "Each token is over the root of a hash tree; the evidence records lead from the files to that root.",
    "The time proof was still pending when the package was made.",
)

_POLISH = GuideTexts(
    """\
# Jak zweryfikować tę paczkę

Z archiwum `{origin}`: dokumentów: {documents}; folderów: {folders}; stan dziennika archiwum: {size} wpisów.

Archiwum nie musi działać, a o tym, komu ufać, nic w paczce nie rozstrzyga. Folder z kluczami publicznymi archiwum
(niżej: DIR) należy uzyskać drogą, na którą osoba przekazująca paczkę nie ma wpływu. Jest w nim certyfikat pieczęci
(`seal.pem`) i certyfikat CA każdego urzędu znacznika czasu (`tsa/*.pem`).

## Weryfikatorem archiwum
Wszystkie kroki, bez sieci. Program w jednym pliku potrzebuje tylko Pythona 3.11 z bibliotekami `cryptography` 45
i `asn1crypto` lub nowszych; ze źródeł Tabelliona powstaje poleceniem `script/build-verifier tabellion-verify.py`.

    tabellion verify PACKAGE.asice --trust DIR
    python3 tabellion-verify.py PACKAGE.asice --trust DIR

## Pieczęć, programem openssl: kto wydał paczkę

{seal_commands}

Pieczęć obejmuje plik {manifest}, który wymienia każdy plik z jego SHA-256 w base64:

    openssl dgst -sha256 -binary FILE | base64

Jeżeli certyfikat w międzyczasie wygasł, openssl o tym powie: `-attime SECONDS` pyta o stan w chwili wcześniejszej
(czas POSIX).

## Czas, programem openssl: nie później niż
{times}

## Wszystko oprócz dziennika, programem EU DSS w wersji 6.3 lub nowszej
Kontener otworzyć w walidatorze EU DSS, z `ca.pem` i `seal.pem` jako certyfikatami zaufanymi. Każdy zapis dowodowy
ma stan PASSED i wymienia swoje pliki, a podpis ma stan TOTAL_PASSED.

## Czego dowodzi każda część
- Zapisy dowodowe (RFC 4998): że te bajty istniały nie później niż w czasie podanym w znaczniku czasu.
- Dziennik (C2SP tlog-proof): jakie wpisy archiwum zrobiło o tych obiektach, w jakiej kolejności, i że żadnego z nich
  nie zmieniono.
- Pieczęć (CAdES): że paczkę wydało to archiwum. Noty przekazania, kopie do czytania i raport są jego słowem.
- Nic tutaj nie dowodzi, że to, co zeskanowano, było prawdą, ani że papier był oryginałem.
""",
    "Każdy znacznik czasu obejmuje korzeń drzewa skrótów; zapisy dowodowe prowadzą od plików do tego korzenia.",
    "Gdy paczka powstawała, dowodu czasu jeszcze nie było.",
)

_ITALIAN = GuideTexts(
    """\
# Come verificare questo pacchetto

Dall'archivio `{origin}`: documenti: {documents}; cartelle: {folders}; stato del registro dell'archivio: {size} voci.

Non occorre che l'archivio sia in funzione, e nulla nel pacchetto decide di chi fidarsi. La cartella delle chiavi
pubbliche dell'archivio (qui sotto: DIR) va ottenuta per una via che chi ha consegnato il pacchetto non controlla.
Contiene il certificato del sigillo (`seal.pem`) e la CA di ogni autorità di marcatura temporale (`tsa/*.pem`).

## Con il verificatore dell'archivio
Tutti i passi, senza rete. Il programma in un solo file richiede soltanto Python 3.11 con `cryptography` 45 e
`asn1crypto`, o successivi; dai sorgenti di Tabellion lo crea `script/build-verifier tabellion-verify.py`.

    tabellion verify PACKAGE.asice --trust DIR
    python3 tabellion-verify.py PACKAGE.asice --trust DIR

## Il sigillo, con openssl: chi ha emesso il pacchetto

{seal_commands}

Il sigillo copre {manifest}, che elenca ogni file con il suo SHA-256 in base64:

    openssl dgst -sha256 -binary FILE | base64

Se nel frattempo un certificato è scaduto, openssl lo dice: `-attime SECONDS` chiede lo stato a un momento precedente
(tempo POSIX).

## Il tempo, con openssl: non più tardi di
{times}

## Tutto tranne il registro, con EU DSS 6.3 o successivo
Aprire il contenitore in un validatore EU DSS, con `ca.pem` e `seal.pem` come certificati fidati. Ogni evidence record
risulta PASSED e nomina i suoi file, e la firma risulta TOTAL_PASSED.

## Che cosa prova ciascuna parte
- Gli evidence record (RFC 4998): che questi byte esistevano non più tardi del tempo indicato nella marca temporale.
- Il registro (C2SP tlog-proof): quali voci l'archivio ha scritto su questi oggetti, in quale ordine, e che nessuna è
  stata riscritta.
- Il sigillo (CAdES): che l'archivio ha emesso questo pacchetto. Le note di trasferimento, le copie leggibili e il
  rapporto sono la sua parola.
- Nulla qui prova che quanto è stato scansionato fosse vero, o che la carta fosse un originale.
""",
    "Ogni marca temporale copre la radice di un albero di hash; gli evidence record portano dai file a quella radice.",
    "Quando il pacchetto è stato fatto, la prova del tempo non c'era ancora.",
)

TEXTS: Mapping[str, GuideTexts] = {"en": _ENGLISH, "pl": _POLISH, "it": _ITALIAN}
"""The texts by language."""
