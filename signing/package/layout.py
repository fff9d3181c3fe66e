"""Where each part of a package stands; all names are ASCII, generated, and the same for one document and many."""

import re

MIMETYPE = "application/vnd.etsi.asic-e+zip"
MIMETYPE_FILE = "mimetype"
INDEX = "package.json"
GUIDE = "VERIFY.md"
REPORT = "report.pdf"
SEAL_MANIFEST = "META-INF/ASiCManifest.xml"
SEAL = "META-INF/signature.p7s"
CHECKPOINT = "log/checkpoint"
CHECKPOINT_RECORD = "log/checkpoint.ers"
QUORUM = "log/policy"
KEYS = "log/keys.json"
MANIFEST_NAME = "evidence-manifest.json"
NOTE_NAME = "transfer-note.json"

UNSEALED = frozenset({MIMETYPE_FILE, SEAL_MANIFEST, SEAL})
"""What the seal's manifest does not list: the fixed media type, the manifest itself, and the signature over it."""

PROOF_FILE = re.compile(r"log/entries/(0|[1-9][0-9]*)\.tlog-proof")
RECORD_MANIFEST_FILE = re.compile(r"META-INF/ASiCEvidenceRecordManifest[A-Za-z0-9_-]*\.xml")
TOKEN_FILE = re.compile(r"time/stamp-[1-9][0-9]*/token-[1-9][0-9]*\.der")
OTHER_FILE = re.compile(r"time/stamp-[1-9][0-9]*/other-[1-9][0-9]*\.der")
CHAIN_FILE = re.compile(r"time/stamp-[1-9][0-9]*/(chain-[1-9][0-9]*\.pem|revocation-[1-9][0-9]*\.crl)")


def guide(language: str) -> str:
    """The guide in another language than English, by its code."""
    return f"VERIFY.{language}.md"


def folder(number: int) -> str:
    """The folder of a deposit, counted from 1."""
    return f"documents/{number}"


def exhibit(number: int) -> str:
    """The readable copy of a document, counted from 1."""
    return f"exhibits/{number}.pdf"


def proof(seq: int) -> str:
    """The tlog-proof of an entry."""
    return f"log/entries/{seq}.tlog-proof"


def bundle_record(index: int) -> str:
    """The evidence record of an entry bundle of the log, which a hash-tree renewal began."""
    return f"log/bundles/{index}.ers"


def stamp_checkpoint(stamp: int) -> str:
    """The note text that is the log's leaf of a stamp."""
    return f"log/stamp-{stamp}.checkpoint"


def stamp_consistency(stamp: int) -> str:
    """The consistency proof from that note to the package's checkpoint."""
    return f"log/stamp-{stamp}.consistency"


def token(stamp: int, number: int) -> str:
    """A token of a stamp, bare, for `openssl ts`: the first is number 1, each renewal one more."""
    return f"time/stamp-{stamp}/token-{number}.der"


def other_token(stamp: int, number: int) -> str:
    """A token of another operator over the same root as the first, counted from 1."""
    return f"time/stamp-{stamp}/other-{number}.der"


def record_of_other(token: str) -> str:
    """The evidence record over such a token, by the token's name; there is one where it was renewed."""
    return f"{token.removesuffix('.der')}.ers"


def chain(stamp: int, number: int) -> str:
    """A certificate of a token's path, PEM."""
    return f"time/stamp-{stamp}/chain-{number}.pem"


def revocation_list(stamp: int, number: int) -> str:
    """A revocation list for a token's path, DER."""
    return f"time/stamp-{stamp}/revocation-{number}.crl"


def record(number: int) -> str:
    """An evidence record, counted from 1: first those of the deposits, then those of the stamps' notes."""
    return f"META-INF/evidencerecord-{number}.ers"


def record_manifest(number: int) -> str:
    """The manifest that says which files an evidence record is for."""
    return f"META-INF/ASiCEvidenceRecordManifest-{number}.xml"
