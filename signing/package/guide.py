"""VERIFY.md: the commands with which a stranger checks a package with tools of others, and what each of them shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from signing.package import layout
from signing.package.guide_texts import TEXTS

_SEAL = """\
    unzip PACKAGE.asice -d package
    cp DIR/seal.pem package && cat DIR/tsa/*.pem > package/ca.pem
    cd package
    openssl cms -verify -binary -inform DER -in {seal} -content {manifest} \\
        -CAfile seal.pem -purpose any -out /dev/null"""
_STAMPED = """\
    openssl ts -verify -token_in -in {path} \\
        -digest {imprint} -CAfile ca.pem"""


@dataclass(frozen=True, slots=True)
class GuideToken:
    """A token that stands bare in the package, and the digest (hexadecimal) that it is over."""

    path: str
    imprint: str


@dataclass(frozen=True, slots=True)
class Guide:
    """What the text tells of a package: its log and the size of that, how much is in it, and its tokens."""

    origin: str
    size: int
    folders: int
    documents: int
    tokens: Sequence[GuideToken]

    def files(self, language: str) -> Iterator[tuple[str, bytes]]:
        """Names and texts: English, and beside it the language of the package where that is another."""
        yield layout.GUIDE, self._text("en")
        if language != "en" and language in TEXTS:
            yield layout.guide(language), self._text(language)

    def _text(self, language: str) -> bytes:
        texts = TEXTS[language]
        commands = [_STAMPED.format(path=each.path, imprint=each.imprint) for each in self.tokens]
        text = texts.whole.format(
            origin=self.origin,
            documents=self.documents,
            folders=self.folders,
            size=self.size,
            manifest=layout.SEAL_MANIFEST,
            seal_commands=_SEAL.format(seal=layout.SEAL, manifest=layout.SEAL_MANIFEST),
            times="\n\n".join([texts.tokens, *commands]) if commands else texts.pending,
        )
        return text.encode()
