"""VERIFY.md: the commands with which a stranger checks a package with tools of others, and what each of them shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from signing.package import layout

_TEXT = """\
# How to verify this package

From the archive `{origin}`: documents: {documents}; folders: {folders}; as of entry {size} of the archive's log.

Nothing here needs the archive to be running, and nothing in the package decides whom you trust. Get the folder of
the archive's public keys (below: DIR) by a way that whoever handed you the package does not control. It holds the
certificate of the seal (`seal.pem`) and the CA of each time-stamp authority (`tsa/*.pem`).

## With the archive's own verifier
All steps, offline. The single-file program needs Python 3.11 with `cryptography` and `asn1crypto` only; whoever has
Tabellion's source makes it with `script/build-verifier tabellion-verify.py`.

    tabellion verify PACKAGE.asice --trust DIR
    python3 tabellion-verify.py PACKAGE.asice --trust DIR

## The seal, with openssl: who issued the package

    unzip PACKAGE.asice -d package
    cp DIR/seal.pem package && cat DIR/tsa/*.pem > package/ca.pem
    cd package
    openssl cms -verify -binary -inform DER -in {seal} -content {manifest} \\
        -CAfile seal.pem -purpose any -out /dev/null

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
"""
_TIMES = """\
Each token is over the root of a hash tree; the evidence records lead from the files to that root.

{commands}"""
_STAMPED = """\
    openssl ts -verify -token_in -in {path} \\
        -digest {imprint} -CAfile ca.pem"""
_PENDING = "The time proof was still pending when the package was made."


@dataclass(frozen=True, slots=True)
class GuideToken:
    """A token that stands bare in the package, and the digest (hexadecimal) that it is over."""

    path: str
    imprint: str


def guide(origin: str, size: int, folders: int, tokens: Sequence[GuideToken], documents: int) -> bytes:
    """The text, a function of its arguments alone."""
    commands = "\n\n".join(_STAMPED.format(path=each.path, imprint=each.imprint) for each in tokens)
    text = _TEXT.format(
        origin=origin,
        documents=documents,
        folders=folders,
        size=size,
        seal=layout.SEAL,
        manifest=layout.SEAL_MANIFEST,
        times=_TIMES.format(commands=commands) if tokens else _PENDING,
    )
    return text.encode()
